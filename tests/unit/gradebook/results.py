"""A small assignment, and results that use every field of the records."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction

from grader.assignment.spec import CheckSpec, Policies, QuantitySpec, Spec, TaskSpec, VersionSpec
from grader.gradebook import Gradebook
from grader.records import (
    Array,
    CallResult,
    Calls,
    CallsMade,
    Capture,
    CapturePoint,
    Cell,
    CellError,
    CellRun,
    CheckGrade,
    Comparison,
    Diagnosis,
    Execution,
    Flag,
    Found,
    Grade,
    Message,
    Notebook,
    Output,
    Plan,
    Result,
    Run,
    Scalar,
    Sequence,
    Source,
    Student,
    Submission,
    TaskGrade,
)


def make_spec(digest: str = "digest-1", assignment_id: str = "mlp") -> Spec:
    check = CheckSpec(
        id="a2.torch",
        kind="value",
        quantity="a2",
        version="torch",
        title="Class probabilities",
        points=Fraction(7, 2),
        names=("a2_t",),
    )
    return Spec(
        id=assignment_id,
        title="Two-layer perceptron",
        points=Fraction(7, 2),
        versions=(VersionSpec(id="torch", template="{}_t", container="tensor"),),
        givens=("x1",),
        quantities=(QuantitySpec(name="a2", parents=("x1",), names={"torch": ("a2_t",)}),),
        tasks=(TaskSpec(id="task-1", heading="Task 1", title="Forward pass", checks=(check,)),),
        policies=Policies(),
        digest=digest,
    )


def make_execution(seconds: float = 0.25, **changes: object) -> Execution:
    array = Array(dtype="float32", shape=(2,), data=struct.pack("<2f", 0.25, float("nan")), container="tensor")
    error = CellError(name="NameError", message="name 'w' is not defined")
    execution = Execution(
        status="error",
        engine="warm",
        seconds=seconds,
        seed=20240229,
        cells=(
            CellRun(index=1, status="ok", seconds=0.125, outputs=(Output(kind="stream", text="[0.25]\n"),)),
            CellRun(index=2, status="error", error=error),
        ),
        captures=(
            Capture(name="a2_t", after_cell=1, value=array, identity=140_000_000_000_000),
            Capture(name="n", after_cell=1, value=Scalar(value=3), place="last"),
        ),
        calls=(_calls_made(),),
        environment={"python": "3.11.7", "torch": "2.13.0"},
        reason="Cell 2 raised.",
        tries=2,
    )
    return replace(execution, **changes)


def _calls_made() -> CallsMade:
    raised = CallResult(
        status="raised",
        error=CellError(name="TypeError", message="only length-1 arrays"),
        bases=("TypeError", "Exception"),
        elementwise=Sequence(container="list", items=(Scalar(value=1.0),)),
    )
    returned = CallResult(status="returned", value=Scalar(value=2), changed=(0,), again="state", printed="3\n")
    calls = Calls(names=("relu",), inputs="abc", count=3, method="forward", constructed=True, elementwise=True)
    results = (raised, returned, CallResult(status="timeout"))
    return CallsMade(calls=calls, after_cell=1, found="relu", results=results, place="last")


SIGN = Message("It has the opposite sign.")


def make_grade(points: Fraction | None = Fraction(7, 2)) -> Grade:
    comparison = Comparison(
        max_abs_error=0.1,
        max_rel_error=None,
        mismatched=1,
        elements=2,
        shape=(2,),
        expected_shape=(2,),
        dtype="float32",
        rtol=1.3e-6,
        atol=1e-5,
        worst_index=(1,),
    )
    check = CheckGrade(
        id="a2.torch",
        kind="value",
        quantity="a2",
        version="torch",
        title="Class probabilities",
        points=points,
        max_points=Fraction(7, 2),
        verdict="unmarked" if points is None else "correct",
        reason="equal",
        found=Found(kind="variable", name="a2_t", cell=1),
        comparison=comparison,
        diagnoses=(
            Diagnosis(code="axis", message="The softmax runs over the wrong axis."),
            Diagnosis(
                code="sign", message=Message("In `{quantity}`: {sentence}", {"quantity": "z1", "sentence": SIGN})
            ),
        ),
    )
    flag = Flag(code="stale-output", message=Message("Cell {cell} printed something else.", {"cell": 2}), cell=2)
    task = TaskGrade(id="task-1", title="Forward pass", checks=(check,))
    return Grade(tasks=(task,), flags=(flag,), provenance={"seed": "1"})


def make_notebook(source: str = "print(a2_t)") -> Notebook:
    saved = Output(kind="result", text="0.5714", data={"text/html": "<b>0.5714</b>"})
    return Notebook(
        cells=(
            Cell(index=0, kind="markdown", source="## Task 1"),
            Cell(index=1, kind="code", source=source, outputs=(saved,), execution_count=7),
        ),
        repairs=("A cell had no id.",),
    )


def make_result(student: str = "ada", attempt: int = 1, sha256: str | None = None, **changes: object) -> Result:
    submission = Submission(
        student=Student(id=student, name="Ada", email="ada@example.org", extra={"group": "B"}),
        attempt=attempt,
        path=f"hand-ins/{student}.ipynb",
        sha256=sha256 if sha256 is not None else f"{student}/{attempt}",
        slug=f"{student}-{attempt}",
    )
    run = Run(seed=20240229, captures=(CapturePoint(after_cell=1, names=("a2_t", "n")),))
    result = Result(
        submission=submission,
        notebook=make_notebook(),
        plan=Plan(cells=(Source(index=1, code="print(a2_t)"),), main=run, repeat=replace(run, purpose="repeat")),
        executions=(make_execution(), make_execution(purpose="repeat", seed=7)),
        grade=make_grade(),
        marked_at="2024-02-29T12:00:00+00:00",
    )
    return replace(result, **changes)


def stored(book: Gradebook, notebook: str, key: str) -> tuple[Execution, ...] | None:
    """The executions that the gradebook finds for a notebook's bytes under a key."""
    found = book.find_executions(notebook, key)
    return None if found is None else found.executions()
