"""What the assignment asks, as plain assertions for the tools that grade by those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.assignment.loading import load
from tests.benchmarks.hand_ins import REFERENCE, SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One check: its points, and code that raises where the value is wrong."""

    id: str
    task: str
    points: int
    code: str


def questions() -> Iterator[Question]:
    """Every check of the sample assignment, with the reference's values written out."""
    loaded = load(REFERENCE)
    values = loaded.reference.worlds()[0].values
    sample = SAMPLE.read_text(encoding="utf-8")
    for task in loaded.spec.tasks:
        for check in task.checks:
            name = next(name for name in check.names if f'"{name} = ' in sample)
            found = f"{name}.detach().numpy()" if check.version == "torch" else name
            expected = values[check.quantity].tolist()
            yield Question(
                id=check.id.replace(".", "_"),
                task=task.heading,
                points=int(check.points),
                code=f"import numpy as np\nnp.testing.assert_allclose({found}, {expected}, rtol=1e-4)",
            )
