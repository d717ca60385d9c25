import json

import pytest

from grader.errors import NotebookRejected
from grader.notebook import read
from grader.notebook.reading import CELLS
from grader.notebook.reading.outputs import NOTEBOOK_CHARACTERS, OUTPUT_CHARACTERS
from grader.records import Notebook
from tests.odd_files import HEADING, READABLE, code_cell, document, dumped, huge_outputs, odd_files

ODD = odd_files()


def texts(notebook: Notebook) -> list[str]:
    found = [notebook.language, *notebook.repairs]
    for cell in notebook.cells:
        found += [cell.source, cell.id, *cell.tags, *cell.attachments]
        found += [content for bundle in cell.attachments.values() for pair in bundle.items() for content in pair]
        for output in cell.outputs:
            found += [output.text, output.error_name, output.error_message, *output.traceback]
            found += [content for pair in output.data.items() for content in pair]
    return found


@pytest.mark.parametrize("name", sorted(READABLE))
def test_odd_notebooks_are_read_with_clean_text_and_unique_ids(name):
    notebook = read(ODD[name])
    assert notebook.code_cells
    assert [cell.index for cell in notebook.cells] == list(range(len(notebook.cells)))
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for text in texts(notebook):
        assert "\x00" not in text.encode("utf-8").decode()


@pytest.mark.parametrize("name", sorted(READABLE))
def test_reading_twice_gives_the_same(name):
    assert read(ODD[name]) == read(ODD[name])


@pytest.mark.parametrize("name", sorted(ODD.keys() - READABLE))
def test_what_is_no_notebook_is_rejected_with_a_reason_and_a_remedy_of_one_line(name):
    with pytest.raises(NotebookRejected) as caught:
        read(ODD[name])
    assert caught.value.message.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty.ipynb", "empty (0 bytes)"),
        ("white-space.ipynb", "white space"),
        ("._plain.ipynb", "macOS companion"),
        ("markdown.ipynb", "Markdown"),
        ("page.ipynb", "web page (HTML)"),
        ("report.ipynb", "PDF"),
        ("archive.ipynb", "zip archive"),
        ("compressed.ipynb", "gzip archive"),
        ("picture.ipynb", "PNG"),
        ("noise.ipynb", "binary data"),
        ("conflict.ipynb", "merge conflict of Git (line 5)"),
        ("truncated.ipynb", "cut off (line"),
        ("truncated-in-text.ipynb", "cut off (line"),
        ("trailing-comma.ipynb", "breaks at line 23, column 16"),
        ("list.ipynb", "JSON, but no notebook"),
        ("cells-null.ipynb", "list of cells is missing"),
        ("worksheets-odd.ipynb", "old format (version 3)"),
        ("deep.ipynb", "nested too deeply"),
        ("no-cells.ipynb", "no cells"),
        ("no-code.ipynb", "no code"),
        ("blank-code.ipynb", "no code"),
    ],
)
def test_the_reason_says_what_the_file_is(name, words):
    with pytest.raises(NotebookRejected) as caught:
        read(ODD[name])
    assert words in caught.value.message


@pytest.mark.parametrize("cut", [10, 60, 150, 300])
def test_every_truncation_is_explained_as_one(cut):
    with pytest.raises(NotebookRejected, match=r"cut off|breaks at"):
        read(dumped(document())[:-cut])


def test_a_file_beyond_the_bound_is_not_read(monkeypatch):
    monkeypatch.setattr("grader.notebook.reading.document.FILE_BYTES", 100)
    with pytest.raises(NotebookRejected, match="too large"):
        read(dumped(document()))


def test_too_many_cells_are_not_read():
    with pytest.raises(NotebookRejected, match="10,001 cells"):
        read(dumped(document(*[{"cell_type": "code", "source": "x"}] * (CELLS + 1))))


def test_a_notebook_of_format_3_keeps_headings_code_and_outputs():
    heading, code = read(ODD["version-3.ipynb"]).cells
    assert (heading.kind, heading.source) == ("markdown", "## Task 1")
    assert (code.kind, code.source, code.execution_count) == ("code", "x = 1\nx", 1)
    assert [(output.kind, output.text) for output in code.outputs] == [("result", "1")]


@pytest.mark.parametrize("name", ["version-1.ipynb", "version-2.ipynb"])
def test_the_oldest_formats_keep_their_code(name):
    assert [cell.source for cell in read(ODD[name]).code_cells] == ["x = 1"]


def test_ids_that_another_cell_has_are_replaced_without_taking_a_third_ones():
    ids = [cell.id for cell in read(ODD["duplicate-ids.ipynb"]).cells]
    assert ids == ["heading", "code", "cell-2-", "cell-2"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("latin-1.ipynb", "no valid text"),
        ("utf-16.ipynb", "encoded as UTF-16"),
        ("nul.ipynb", "NUL"),
        ("duplicate-ids.ipynb", "id"),
        ("odd-cells.ipynb", "no known kind"),
        ("odd-outputs.ipynb", "Saved outputs that are none were left out: 4."),
        ("source-integer.ipynb", "taken as empty: 1."),
    ],
)
def test_repairs_say_what_was_mended(name, words):
    assert any(words in repair for repair in read(ODD[name]).repairs)


def test_a_sound_notebook_needs_no_repair():
    assert read(ODD["plain.ipynb"]).repairs == ()
    assert read(ODD["no-ids.ipynb"]).repairs == ()


def test_half_a_character_is_replaced():
    assert read(ODD["surrogates.ipynb"]).cells[1].source == "x = '\ufffd'"


def test_line_ends_are_plain_newlines():
    assert read(ODD["crlf.ipynb"]).cells[1].source == "x = 1\ny = 2"


def test_cells_keep_their_positions_where_some_are_no_cells():
    notebook = read(ODD["odd-cells.ipynb"])
    assert [cell.index for cell in notebook.code_cells] == [7]


@pytest.mark.parametrize(
    ("nbgrader", "grade_id"),
    [
        ({"grade_id": "task2"}, "task2"),
        ({"grade_id": "q\x002"}, "q2"),
        ({"grade_id": "q" * 10_000}, "q" * 100),
        ({"grade_id": 2}, ""),
        ({}, ""),
        (["grade_id"], ""),
        (None, ""),
    ],
)
def test_the_name_that_nbgrader_gave_a_cell_is_kept_where_it_is_sound(nbgrader, grade_id):
    cell = read(dumped(document({**code_cell("x = 1"), "metadata": {"nbgrader": nbgrader}}))).cells[0]
    assert cell.grade_id == grade_id


def test_tags_and_execution_counts_are_kept_where_they_are_sound():
    metadata = {"tags": ["graded", 5, None]}
    sound, odd = read(dumped(document(code_cell(metadata=metadata), code_cell(id="b", execution_count=True)))).cells
    assert (sound.tags, sound.execution_count) == (("graded",), 1)
    assert odd.execution_count is None


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"language": "R"}}, "r"),
        ({"language_info": {"name": "julia"}}, "julia"),
        ({"kernelspec": {"language": 5}, "language_info": []}, "python"),
    ],
)
def test_the_language_is_python_unless_said_otherwise(metadata, language):
    assert read(dumped(document(metadata=metadata))).language == language


def test_attachments_are_kept_and_what_is_none_is_left_out():
    attachments = read(ODD["attachments.ipynb"]).cells[0].attachments
    assert list(attachments) == ["plot.png"]
    assert attachments["plot.png"]["image/png"].startswith("iVBOR")


def test_saved_outputs_are_kept_as_text_without_pictures():
    data = {"text/plain": ["a\n", "b"], "text/html": "<b>a</b>", "image/png": "iVBOR", "application/json": {"a": 1}}
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": ["w\n"]},
        {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1},
        {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\x1b[31ma\x1b[0m", "b"]},
    ]
    stream, result, error = read(dumped(document(code_cell(outputs=outputs)))).cells[0].outputs
    assert (stream.kind, stream.stream, stream.text) == ("stream", "stderr", "w\n")
    assert (result.kind, result.text, dict(result.data)) == ("result", "a\nb", {"text/html": "<b>a</b>"})
    assert (error.error_name, error.error_message) == ("NameError", "x")
    assert error.traceback == ("\x1b[31ma\x1b[0m", "b")


def test_what_is_kept_of_saved_outputs_is_bounded():
    notebook = read(huge_outputs(20))
    code = notebook.cells[1]
    assert len(code.outputs[0].text) == OUTPUT_CHARACTERS
    assert sum(map(len, texts(notebook))) < OUTPUT_CHARACTERS + 10_000
    assert "they were cut" in " ".join(notebook.repairs)


def test_all_saved_outputs_together_are_bounded():
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * OUTPUT_CHARACTERS}
    cells = [code_cell(id=f"c{n}", outputs=[stream] * 20) for n in range(10)]
    notebook = read(dumped(document(*cells)))
    assert sum(len(output.text) for cell in notebook.cells for output in cell.outputs) == NOTEBOOK_CHARACTERS


def test_random_json_in_the_place_of_anything_never_raises_but_a_rejection():
    strange = [None, 5, -1.5, True, "text", [], {}, [None], {"a": None}, [[1]], "\ud800"]
    for key in ("nbformat", "nbformat_minor", "metadata", "cells", "worksheets"):
        for value in strange:
            _read_or_reject(document(**{key: value}))
    for key in ("cell_type", "id", "metadata", "source", "outputs", "attachments", "execution_count", "level"):
        for value in strange:
            _read_or_reject(document(HEADING | {key: value}, code_cell(**{key: value}), code_cell(id="sound")))
    for key in ("output_type", "name", "text", "data", "ename", "traceback"):
        for kind in ("stream", "error", "display_data"):
            outputs = [{"output_type": kind} | {key: value} for value in strange]
            _read_or_reject(document(code_cell(outputs=outputs)))


def _read_or_reject(content: object) -> None:
    try:
        notebook = read(json.dumps(content).encode())
    except NotebookRejected:
        return
    for text in texts(notebook):
        text.encode("utf-8")
