"""A notebook is run again in its process, with another seed or other numbers in it, where that is sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.execution import Recording, execute_with_retry
from grader.records import Array, CapturePoint, Execution, Plan, Run, Scalar, Sequence, Source, shown_text
from tests.contract.behaviours.behaviour import LIMITS
from tests.contract.conftest import Executions
from tests.contract.variants import VARIANTS, Variant

every_engine = pytest.mark.parametrize(
    "variant",
    [
        pytest.param(
            variant,
            id=variant.name,
            marks=[
                pytest.mark.xdist_group("contract-again"),
                *([pytest.mark.soak] if variant.engine == "kernel" and variant.sealed else []),
            ],
        )
        for variant in VARIANTS
    ],
)


def run(
    executions: Executions,
    variant: Variant,
    cells: list[str],
    names: str,
    *,
    other: dict[int, str] | None = None,
    prelude: str = "",
    other_prelude: str | None = None,
    provided: Path | None = None,
) -> tuple[Recording, tuple[Execution, ...]]:
    """Run cells, and then again with another seed, and with other cells; the recording, and the further runs."""
    points = (CapturePoint(after_cell=len(cells) - 1, names=tuple(names.split())),)
    varied = tuple(Source(index=index, code=code) for index, code in (other or {}).items())
    plan = Plan(
        cells=tuple(Source(index=index, code=code) for index, code in enumerate(cells)),
        main=Run(seed=1, captures=points),
        again=(
            Run(purpose="again", seed=2, captures=points),
            Run(purpose="varied", seed=1, captures=points, cells=varied, prelude=other_prelude),
        ),
        prelude=prelude,
    )
    engine = executions.engine(variant)
    recording = execute_with_retry(engine, plan, plan.main, limits=LIMITS, provided=provided)
    main, *further = recording.executions()
    assert main == recording.execution()
    return recording, tuple(further)


def value(execution: Execution, name: str) -> object:
    (capture,) = [capture for capture in execution.captures if capture.name == name]
    return capture.value


def _scalar(number: float) -> Scalar:
    return Scalar(value=number)


def scalar(execution: Execution, name: str) -> object:
    found = value(execution, name)
    assert isinstance(found, Scalar)
    return found.value


@every_engine
def test_each_run_begins_as_the_first_one_did(executions: Executions, variant: Variant) -> None:
    cells = [
        "import math, numpy as np\ntry:\n    seen\nexcept NameError:\n    seen = 'new'\nelse:\n    seen = 'old'",
        "x = [1.0, 2.0]\nnp.set_printoptions(precision=2)\ntotal = float(np.sum(x)) + base",
        "print('total', total)\nnp.array([1 / 3])",
    ]
    recording, (again, varied) = run(
        executions,
        variant,
        cells,
        "seen x total",
        other={1: "x = [5.0, 2.5]\ntotal = float(np.sum(x)) + base"},
        prelude="base = 1",
        other_prelude="base = 10",
    )
    main = recording.execution()
    assert (main.status, again.status, varied.status) == ("completed", "completed", "completed")
    assert (again.purpose, again.seed, varied.purpose, varied.seed) == ("again", 2, "varied", 1)
    assert [scalar(each, "seen") for each in (main, again, varied)] == ["new", "new", "new"]
    assert [scalar(each, "total") for each in (main, again, varied)] == [4.0, 4.0, 17.5]
    assert value(varied, "x") == Sequence(items=(Scalar(value=5.0), Scalar(value=2.5)))
    shown = [[shown_text(cell.outputs).split() for cell in each.cells] for each in (main, again)]
    assert shown[0] == shown[1] == [[], [], ["total", "4.0", "array([0.33])"]]
    assert [cell.index for cell in again.cells] == [0, 1, 2]


@every_engine
def test_only_another_seed_draws_otherwise(executions: Executions, variant: Variant) -> None:
    cells = ["import random, numpy as np\nx = [1.0, 2.0]\na = random.random()\nb = float(np.random.rand())"]
    recording, (again, varied) = run(executions, variant, cells, "a b", other={0: cells[0].replace("2.0", "3.0")})
    for name in ("a", "b"):
        main = scalar(recording.execution(), name)
        assert scalar(again, name) != main
        assert scalar(varied, name) == main


@every_engine
def test_what_a_cell_shows_and_raises_is_told_of_the_run_with_another_seed(
    executions: Executions, variant: Variant
) -> None:
    cells = [
        "from IPython.display import display\ndisplay(7)\nprint('out')",
        "1 / 0",
        "%time z = 3\n'last'",
        "'quiet';",
    ]
    recording, (again, varied) = run(executions, variant, cells, "z")
    assert [cell.status for cell in again.cells] == ["ok", "error", "ok", "ok"]
    assert again.cells[1].error is not None
    assert again.cells[1].error.name == "ZeroDivisionError"
    assert "7" in shown_text(again.cells[0].outputs)
    assert "out" in shown_text(again.cells[0].outputs)
    assert "'last'" in shown_text(again.cells[2].outputs)
    assert not shown_text(again.cells[3].outputs)
    assert scalar(again, "z") == scalar(varied, "z") == 3
    assert not any(shown_text(cell.outputs) for cell in varied.cells), "nobody compares what it shows"
    assert recording.execution().status == "error"


@every_engine
@pytest.mark.parametrize(
    "leaving",
    [
        "open('left.txt', 'w').write('x')",
        "import os\nos.makedirs('a')\nos.chdir('a')",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(30,), daemon=True).start()",
        "with open('data.csv', 'a') as file: file.write('3')",
        "import tempfile, os\nopen(os.path.join(tempfile.gettempdir(), 'cache'), 'w').write('x')",
        "from pathlib import Path\n(Path.home() / 'cache.txt').write_text('x')",
    ],
    ids=["a_file", "another_folder", "a_thread", "a_changed_file", "a_temporary_file", "a_file_at_home"],
)
def test_nothing_runs_again_where_more_than_names_was_left_behind(
    executions: Executions, variant: Variant, leaving: str, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("1,2", encoding="utf-8")
    recording, further = run(executions, variant, [leaving, "z = 1"], "z", provided=tmp_path)
    assert recording.execution().status == "completed"
    assert scalar(recording.execution(), "z") == 1
    assert further == ()


@every_engine
def test_a_run_that_ends_its_process_costs_the_first_one_nothing(executions: Executions, variant: Variant) -> None:
    cells = ["x = 1\nprint('shown')", "y = 2"]
    recording, further = run(executions, variant, cells, "x y", other={1: "import os\nos._exit(3)"})
    main = recording.execution()
    assert (main.status, main.tries) == ("completed", 1)
    assert (scalar(main, "x"), scalar(main, "y")) == (1, 2)
    assert [each.purpose for each in further] == ["again"]


@every_engine
def test_a_fork_in_a_run_is_no_run(executions: Executions, variant: Variant) -> None:
    other = {0: "import os\nchild = os.fork()\nx = 1 if child else 2"}
    recording, further = run(executions, variant, ["x = 0"], "x", other=other)
    assert scalar(recording.execution(), "x") == 0
    assert [scalar(each, "x") for each in further] == [0, 1]


def test_more_text_than_anybody_reads_is_cut(executions: Executions) -> None:
    # A kernel that has much to send works at it in a thread, and runs nothing again.
    variant = next(variant for variant in VARIANTS if variant.engine == "warm")
    recording, (again, varied) = run(executions, variant, ["print('a' * 250_000)\nx = 1"], "x")
    assert recording.execution().status == "completed"
    assert len(shown_text(again.cells[0].outputs)) <= 200_000
    assert scalar(varied, "x") == 1


def test_what_goes_past_python_after_the_end_is_heard_by_nobody(executions: Executions) -> None:
    variant = next(variant for variant in VARIANTS if variant.engine == "warm")
    flood = {0: "import os\nfor _ in range(2000): os.write(1, b'a' * 65536)\nx = 1"}
    recording, further = run(executions, variant, ["x = 0"], "x", other=flood)
    assert not shown_text(recording.execution().cells[0].outputs)
    assert [scalar(each, "x") for each in further] == [0, 1]


@every_engine
def test_a_helper_of_the_students_is_imported_afresh(executions: Executions, variant: Variant, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("calls = []\ndef f():\n    calls.append(1)\n    return len(calls)\n")
    cells = ["import sys\nsys.dont_write_bytecode = True\nimport helper\nn = helper.f()"]
    recording, further = run(executions, variant, cells, "n", provided=tmp_path)
    assert [scalar(each, "n") for each in (recording.execution(), *further)] == [1, 1, 1]


@every_engine
def test_arrays_and_tensors_take_other_numbers_where_they_have_the_givens(
    executions: Executions, variant: Variant
) -> None:
    other = "_other_numbers({}, (2, 2), (1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0))"
    made = {
        "a": "np.arange(1, 5).reshape(2, 2)",
        "b": "np.linspace(1, 4, 4, dtype='float32')",
        "c": "[[1, 2], [3, 4]]",
        "d": "np.zeros((2, 2))",
        "e": "'text'",
    }
    cells = ["import numpy as np", *(f"{name} = {text}" for name, text in made.items())]
    varied = {at: f"{name} = {other.format(text)}" for at, (name, text) in enumerate(made.items(), start=1)}
    _, (_, found) = run(executions, variant, cells, " ".join(made), other=varied)
    values = {name: value(found, name) for name in made}
    assert isinstance(values["a"], Array)
    assert isinstance(values["b"], Array)
    assert (values["a"].shape, values["b"].shape, values["b"].dtype) == ((2, 2), (4,), "float32")
    rows = ((5.0, 6.0), (7.0, 8.0))
    assert values["c"] == Sequence(items=tuple(Sequence(items=tuple(map(_scalar, row))) for row in rows))
    assert isinstance(values["d"], Array)
    assert values["e"] == Scalar(value="text")


def test_a_run_that_takes_for_ever_is_ended_and_costs_the_first_one_nothing(
    executions: Executions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.execution.schedule.AGAIN_SECONDS", 0.5)
    variant = next(variant for variant in VARIANTS if variant.engine == "warm")
    recording, further = run(executions, variant, ["x = 1"], "x", other={0: "while True: pass"})
    assert recording.execution().status == "completed"
    assert not recording.execution().reason
    assert [each.purpose for each in further] == ["again"]


def test_what_no_run_tells_is_no_run(executions: Executions) -> None:
    variant = next(variant for variant in VARIANTS if variant.engine == "warm")
    recording, _ = run(executions, variant, ["x = 1"], "x")
    (frame, _) = recording.again
    whole = frame.execution()
    assert whole is not None
    assert [(capture.name, capture.value) for capture in whole.captures] == [("x", Scalar(value=1))]
    for data in (
        b"",
        frame.data[:-1],
        frame.data[:20],
        b"\xff" * 30,
        frame.data + b"\0" * 8,
        frame.data.replace(b'"cells"', b'"calls"'),
    ):
        assert replace(frame, data=data).execution() is None
