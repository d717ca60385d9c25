import json
from dataclasses import replace

import nbformat
import pytest

from grader.records import Cell, Notebook, Output, Result
from grader.reports import executed_notebook
from tests.unit.reports.sample_results import CLASS, REJECTED, RESULT, with_outputs


@pytest.mark.parametrize("result", CLASS)
def test_it_is_a_valid_notebook(result: Result) -> None:
    document = nbformat.reads(executed_notebook(result), as_version=4)  # type: ignore[no-untyped-call]

    nbformat.validate(document)


def test_code_cells_hold_fresh_outputs_and_how_long_they_took() -> None:
    cells = json.loads(executed_notebook(RESULT))["cells"]

    assert [output["output_type"] for output in cells[3]["outputs"]] == ["stream", "stream", "stream", "display_data"]
    assert cells[2]["outputs"][0]["data"]["text/plain"] == "array([[3.8, 4.4]])"
    assert cells[4]["outputs"][0]["ename"] == "NameError"
    assert cells[2]["metadata"]["grader"] == {"status": "ok", "seconds": 0.25}
    assert [cell.get("execution_count") for cell in cells] == [None, None, 1, 2, 3, None]


def test_the_outputs_that_were_saved_are_gone() -> None:
    cell = Cell(index=0, kind="code", source="1", outputs=(Output(kind="stream", text="old"),), execution_count=9)
    result = replace(RESULT, notebook=Notebook(cells=(cell,)), executions=(replace(RESULT.execution, cells=()),))

    assert json.loads(executed_notebook(result))["cells"][0]["outputs"] == []


def test_cells_keep_their_source_and_get_ids_that_are_unique() -> None:
    cells = json.loads(executed_notebook(RESULT))["cells"]

    assert [cell["source"] for cell in cells] == [cell.source for cell in RESULT.notebook.cells]  # type: ignore[union-attr]
    assert [cell["id"] for cell in cells] == ["grader-0", "grader-1", "two", "grader-3", "four", "five"]


def test_a_rejected_hand_in_becomes_an_empty_notebook_with_the_reason() -> None:
    document = json.loads(executed_notebook(REJECTED))

    assert document["cells"] == []
    assert document["metadata"]["grader"]["reason"] == "This is no notebook: line 3 is not JSON."


def test_json_forms_are_values_again_and_hostile_ones_stay_text() -> None:
    bundle = {"application/json": '{"a": 1}', "application/x+json": "[" * 100_000, "text/html": "\ud800"}
    text = executed_notebook(with_outputs(Output(kind="display", data=bundle)))
    data = json.loads(text)["cells"][3]["outputs"][0]["data"]

    text.encode()
    assert data["application/json"] == {"a": 1}
    assert data["application/x+json"] == "[" * 100_000
    nbformat.validate(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
