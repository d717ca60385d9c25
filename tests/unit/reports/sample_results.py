"""A class of three, made by hand: a mixed hand-in, one that could not be read, and one that we could not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from grader.analysis import overview
from grader.assignment.spec import CheckSpec, Policies, Spec, TaskSpec
from grader.records import (
    Cell,
    CellError,
    CellRun,
    CheckGrade,
    Comparison,
    Diagnosis,
    Evidence,
    Execution,
    Flag,
    Found,
    Grade,
    Notebook,
    Output,
    Result,
    Student,
    Submission,
    TaskGrade,
)
from grader.reports import class_page

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def check_grade(id: str = "a2.numpy", **fields: Any) -> CheckGrade:
    quantity, _, version = id.partition(".")
    values: dict[str, Any] = {
        "kind": "value",
        "quantity": quantity,
        "version": version or None,
        "title": "",
        "points": Fraction(0),
        "max_points": Fraction(2),
        "verdict": "incorrect",
        "reason": "differs",
        "names": (f"{quantity}_n",),
    }
    return CheckGrade(id=id, **(values | fields))


def wrong_comparison(**fields: Any) -> Comparison:
    values: dict[str, Any] = {
        "max_abs_error": 0.734567,
        "max_rel_error": 50.7123,
        "mismatched": 2,
        "elements": 4,
        "shape": (2, 2),
        "expected_shape": (2, 2),
        "dtype": "float64",
        "rtol": 1.3e-06,
        "atol": 1.1e-05,
        "worst_index": (1, 0),
        "tolerance_reason": "float32",
    }
    return Comparison(**(values | fields))


_CHECKS = (
    check_grade(
        "z1.numpy",
        title="Pre-activations of the hidden layer",
        points=Fraction(1),
        max_points=Fraction(1),
        verdict="correct",
        reason="equal",
        found=Found(kind="variable", name="z1_n", cell=2),
    ),
    check_grade(
        "a2.numpy",
        title="Class probabilities, one row an example",
        comparison=wrong_comparison(),
        found=Found(kind="variable", name="a2_n", cell=3),
        evidence=Evidence(
            shape=(2, 2),
            found=("0.13238887", "0.86761113", "0.5", "0.5"),
            expected=("0.13238887", "0.86761113", "0.01448572", "0.98551428"),
            wrong=(False, False, True, True),
        ),
        diagnoses=(
            Diagnosis(code="mutant", message="A softmax over the columns, where rows are asked for, gives this."),
            Diagnosis(code="scaled", message="All of it is 3.25 times what is asked for."),
        ),
    ),
)

_LATER = (
    check_grade(
        "loss.numpy",
        title="Cross-entropy, summed",
        points=Fraction(3, 2),
        verdict="follow-through",
        comparison=wrong_comparison(elements=1, mismatched=1, shape=(), expected_shape=()),
        found=Found(kind="other-name", name="my_loss", cell=4),
        follows_from=("a2.numpy",),
    ),
    check_grade(
        "dw1.numpy",
        title="Gradient of the loss",
        max_points=Fraction(3),
        verdict="incorrect",
        reason="other-shape",
        comparison=wrong_comparison(shape=(4, 3), expected_shape=(3, 4), max_abs_error=None, max_rel_error=None),
        found=Found(kind="printed", name="dL_dw1_n", cell=4),
        names=("dL_dw1_n", "dw1_n"),
    ),
    check_grade(
        "dw2.numpy",
        title="Gradient by the second weights",
        max_points=Fraction(3),
        verdict="not-run",
        reason="cell-failed",
        detail="NameError: name 'w2' is not defined",
        made_in=4,
    ),
    check_grade(
        "plot",
        kind="person",
        title="A plot of the loss",
        points=None,
        verdict="unmarked",
        reason="person",
        names=(),
        rubric="One point for axes with names. One for the pelican.",
    ),
)

_TASKS = (
    TaskGrade(id="task-1", title="Forward pass", checks=_CHECKS),
    TaskGrade(id="task-2", title="Backward pass", checks=_LATER),
)

_FLAGS = (
    Flag(code="stale-output", message="Cell 3 was saved with another output than its code gives.", cell=3),
    Flag(
        code="other-name",
        message="loss.numpy was taken from `my_loss`; the agreed name is `loss_n`.",
        cell=4,
        check="loss.numpy",
    ),
    Flag(code="unmarked", message="plot waits for a person.", check="plot"),
    Flag(code="similar", message="Much like the hand-in of bea.", cell=None),
)

NOTEBOOK = Notebook(
    cells=(
        Cell(index=0, kind="markdown", source="# Two-layer perceptron\n\nWith $z_1 = X w_1$ and *softmax*."),
        Cell(index=1, kind="markdown", source="## Task 1\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        Cell(index=2, kind="code", source="import numpy as np\nz1_n = X @ w1  # by hand\nz1_n", id="two"),
        Cell(index=3, kind="code", source='print(f"a2: {softmax(z2_n)}")', id="two"),
        Cell(index=4, kind="code", source="## Task 2\ndw2_n = a1_n.T @ w2", id="four", tags=("b", "a,b", "b")),
        Cell(index=5, kind="raw", source="<raw> & text", id="five"),
    )
)

_RUNS = (
    CellRun(
        index=2,
        status="ok",
        seconds=0.25,
        outputs=(
            Output(
                kind="result", text="array([[3.8, 4.4]])", data={"text/html": "<table><tr><td>3.8</td></tr></table>"}
            ),
        ),
    ),
    CellRun(
        index=3,
        status="ok",
        seconds=0.01,
        outputs=(
            Output(kind="stream", text="a2: "),
            Output(kind="stream", text="[[0.13238887 0.86761113]\n"),
            Output(kind="stream", stream="stderr", text="a warning\n"),
            Output(kind="display", text="<Figure>", data={"image/png": PIXEL}),
        ),
    ),
    CellRun(
        index=4,
        status="error",
        seconds=0.02,
        error=CellError(name="NameError", message="name 'w2' is not defined"),
        outputs=(
            Output(
                kind="error",
                error_name="NameError",
                error_message="name 'w2' is not defined",
                traceback=("\x1b[31mNameError\x1b[39m: name 'w2' is not defined",),
            ),
        ),
    ),
)

_EXECUTION = Execution(
    status="error",
    engine="kernel",
    seconds=2.75,
    seed=7,
    cells=_RUNS,
    environment={"python": "3.11.9", "torch": "2.4.0", "numpy": "1.26.4"},
)


def _asked(task: TaskGrade) -> tuple[CheckSpec, ...]:
    return tuple(
        CheckSpec(
            id=check.id,
            kind=check.kind,
            quantity=check.quantity,
            version=check.version,
            title=check.title,
            points=check.max_points,
            names=check.names,
        )
        for check in task.checks
    )


SPEC = Spec(
    id="mlp",
    title="Two-layer perceptron",
    points=Fraction(13),
    versions=(),
    givens=(),
    quantities=(),
    tasks=tuple(
        TaskSpec(id=task.id, heading=f"Task {position}", title=task.title, checks=_asked(task))
        for position, task in enumerate(_TASKS, start=1)
    ),
    policies=Policies(),
    digest="d" * 64,
)

RESULT = Result(
    submission=Submission(
        student=Student(id="ada", name="Ada Lovelace"), attempt=1, path="in/ada.ipynb", sha256="a" * 64, slug="ada"
    ),
    notebook=NOTEBOOK,
    plan=None,
    executions=(_EXECUTION,),
    grade=Grade(tasks=_TASKS, flags=_FLAGS, provenance={"grader": "0.1.0"}),
    marked_at="2026-01-02T03:04:05+00:00",
)


def _unmarked(**fields: Any) -> Grade:
    return Grade(
        tasks=tuple(
            replace(task, checks=tuple(replace(check, found=None, evidence=None, **fields) for check in task.checks))
            for task in _TASKS
        )
    )


REJECTED = replace(
    RESULT,
    submission=replace(RESULT.submission, student=Student(id="bea"), slug="bea"),
    notebook=None,
    executions=(
        Execution(status="rejected", engine="", seconds=0.0, seed=0, reason="This is no notebook: line 3 is not JSON."),
    ),
    grade=_unmarked(points=Fraction(0), verdict="not-run", reason="rejected"),
)

UNAVAILABLE = replace(
    RESULT,
    submission=replace(RESULT.submission, student=Student(id="cy", name="Cy"), slug="cy 2/2", attempt=2),
    executions=(
        Execution(status="unavailable", engine="", seconds=0.0, seed=0, reason="No space left on /srv/secret."),
    ),
    grade=_unmarked(points=None, verdict="unmarked", reason="grader-fault"),
)

CLASS = (RESULT, REJECTED, UNAVAILABLE)
ABSENT = (Student(id="dan", name="Dan"),)


def with_outputs(*outputs: Output, index: int = 3) -> Result:
    """The mixed hand-in, one of whose cells wrote these outputs instead."""
    runs = tuple(replace(run, outputs=outputs) if run.index == index else run for run in _RUNS)
    return replace(RESULT, executions=(replace(_EXECUTION, cells=runs),))


def with_cells(*sources: str, kind: str = "markdown") -> Result:
    """The mixed hand-in with other cells, none of which ran."""
    cells = tuple(Cell(index=index, kind=kind, source=source) for index, source in enumerate(sources))  # type: ignore[arg-type]
    return replace(RESULT, notebook=Notebook(cells=cells), executions=(replace(_EXECUTION, cells=()),))


def light(result: Result) -> Result:
    """A result as it is kept for what is about the class: without notebook, plan, outputs and captures."""
    executions = tuple(
        replace(execution, captures=(), cells=tuple(replace(run, outputs=()) for run in execution.cells))
        for execution in result.executions
    )
    return replace(result, notebook=None, plan=None, executions=executions)


def class_html(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> str:
    """The class page of results."""
    return class_page(overview(results, spec), spec, absent)
