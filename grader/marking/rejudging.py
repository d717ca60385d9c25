"""Values judged once more, at other tolerances: what would count as right then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.spec import Spec, Tolerance
from grader.marking.answers import Answer, find_answers
from grader.marking.draws import drawn_by_student
from grader.marking.leaves import combined, compare_leaves
from grader.marking.trace import Trace
from grader.records import Execution, Notebook

if TYPE_CHECKING:
    from grader.assignment.reference import Reference


def holds_at(
    spec: Spec,
    reference: Reference,
    notebook: Notebook,
    execution: Execution,
    asked: Mapping[str, Sequence[Tolerance]],
) -> dict[str, tuple[bool, ...]]:
    """For each of these checks, at which of the tolerances its answer would be right; none, where it has none."""
    trace = Trace(spec=spec, notebook=notebook, execution=execution)
    (first, *_) = reference.worlds()
    shapes = {name: value.shape for name, value in first.values.items() if isinstance(value, np.ndarray)}
    answers = find_answers(trace, shapes, only=asked.keys())
    found: dict[str, tuple[bool, ...]] = {}
    for check in spec.checks:
        answer = answers[check.id]
        if check.id not in asked or not isinstance(answer, Answer):
            continue
        worlds = reference.worlds_with(drawn_by_student(trace, check.version or "").values)
        expected = [world.values[check.quantity] for world in worlds if check.quantity in world.values]
        found[check.id] = tuple(
            any(combined(compare_leaves(answer.value, value, tolerance)).holds for value in expected)
            for tolerance in asked[check.id]
        )
    return found
