"""Explaining wrong values: what follows from an earlier mistake, and else which mistake it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.assignment.outcomes import Values
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Answer
from grader.marking.carrying import can_be_carried, is_work
from grader.marking.givens import changed_givens
from grader.marking.mistakes import explained
from grader.marking.relations import nothing_else, relations
from grader.marking.strands import Strands, numbers_of
from grader.marking.trace import Trace
from grader.records import CheckGrade, Diagnosis
from grader.wire.arrays import AnyArray


@dataclass(frozen=True, slots=True)
class Explaining:
    """Explains the values of one version, in the order of the graph."""

    trace: Trace
    strands: Strands

    def explain(self, check: CheckSpec, answer: Answer, grade: CheckGrade, world: Values) -> CheckGrade:
        """The grade of a value; a wrong one keeps its points where it follows from an earlier mistake, and says
        otherwise which mistake it is. `world` is what would be right."""
        if grade.verdict == "correct":
            self.strands.add_right(check, answer)
        if grade.verdict not in ("incorrect", "partial"):
            return grade
        carried = can_be_carried(self.trace, answer, grade)
        sources, kept = self.strands.following(check, answer), self._kept(check)
        if sources and kept > (grade.points or 0) and is_work(self.trace, answer):
            self.strands.add(check, answer, paid=False, carried=carried)
            return replace(grade, verdict="follow-through", points=kept, follows_from=sources)
        fitting = self.strands.fitting(check, answer, self._changed(check, world))
        related = () if fitting else self._related(check, answer, world)
        if not fitting and not related and carried:
            fitting = self.strands.together(check, answer)
        self.strands.add(check, answer, paid=True, carried=carried, fitting=fitting)
        diagnoses = explained([each.supposed for each in fitting], check.quantity)
        return replace(grade, diagnoses=related or diagnoses)

    def _kept(self, check: CheckSpec) -> Fraction:
        """The points that a check keeps where it follows from a mistake that has cost its own."""
        return check.points * self.trace.spec.policies.follow_through

    def _changed(self, check: CheckSpec, world: Values) -> Mapping[str, AnyArray]:
        before = self.trace.ancestors[check.quantity]
        return {name: put for name, put in changed_givens(self.trace, check, world).items() if name in before}

    def _related(self, check: CheckSpec, answer: Answer, world: Values) -> tuple[Diagnosis, ...]:
        numeric = numbers_of(answer)
        return () if numeric is None else nothing_else(relations(check, numeric, world))
