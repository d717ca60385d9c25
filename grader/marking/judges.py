"""Who judges which check of a submission: what is right may depend on what its student drew, or took before.

What is wrong is then explained, and keeps its points where it follows from what was wrong before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from grader.assignment.outcomes import PropertyFault, Values
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Absent, Answer, Called, Captured, Given, fault
from grader.marking.causes import with_causes
from grader.marking.draws import Drawn, drawn_by_student
from grader.marking.explaining import Explaining
from grader.marking.judge import absent, judge, judge_function, judge_property
from grader.marking.strands import Strands
from grader.marking.trace import Trace
from grader.records import CheckGrade, Flag, Message
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Judges the checks of one submission, in the order of the assignment."""

    trace: Trace
    reference: Reference
    others: Mapping[str, AnyArray] = field(default_factory=dict)
    """Other numbers in givens than the handout's, with which the notebook was run."""

    def judge(self, check: CheckSpec, answer: Given) -> CheckGrade:
        """Judge one check by what it is answered with."""
        match answer:
            case Called():
                function = self.reference.functions[check.id]
                return with_causes(check, answer, judge_function(check, answer, function.expected), function)
            case Captured():
                try:
                    return judge_property(check, self.reference.properties[check.id].judge(answer.values))
                except PropertyFault as problem:
                    return absent(check, fault(f"the author's predicate failed: {problem}"))
            case Absent():
                return absent(check, answer)
            case _:
                return self._value(check, answer)

    def _value(self, check: CheckSpec, answer: Answer) -> CheckGrade:
        version = check.version or ""
        bad = self._drawn(version).problems.keys() & self.trace.ancestors[check.quantity]
        if bad:
            problem = self._drawn(version).problems[min(bad)]
            return absent(check, Absent(verdict="incorrect", reason="bad-given", detail=problem))
        possible = self._worlds(version)
        able = tuple(world for world in possible if check.quantity in world)
        judgement = judge(check, answer, able, self.trace.spec.policies) if able else None
        if judgement is None or (len(able) < len(possible) and judgement.grade.verdict != "correct"):
            return absent(check, fault(self._why_not(version, check)))
        # Whoever takes the mean loss where both are right has to go on with the mean's gradient.
        self._possible[version] = judgement.worlds
        return self._explaining[version].explain(check, answer, judgement.grade, judgement.worlds[0])

    def _worlds(self, version: str) -> tuple[Values, ...]:
        """What is right in a version, as far as the answers that were judged before leave it open."""
        if version not in self._possible:
            drawn = {**self.others, **self._drawn(version).values}
            worlds = self.reference.worlds_with(drawn)
            self._failed[version] = {name: each.message for world in worlds for name, each in world.failed.items()}
            self._possible[version] = tuple(world.values for world in worlds)
            hypotheses = self.reference.hypotheses
            right = [(world.values, world.chosen) for world in worlds]
            self._explaining[version] = Explaining(self.trace, Strands(self.trace.ancestors, hypotheses, right, drawn))
        return self._possible[version]

    def _why_not(self, version: str, check: CheckSpec) -> str:
        return f"the reference failed for what the student drew: {self._failed[version][check.quantity]}"

    def flags(self) -> Iterator[Flag]:
        """What is wrong with what the student drew."""
        for version in dict.fromkeys(version for given in self.trace.spec.drawn for version in given.names):
            for problem in self._drawn(version).problems.values():
                yield Flag(code="given-changed", message=Message("{problem}.", {"problem": problem}))

    def _drawn(self, version: str) -> Drawn:
        if version not in self._draws:
            self._draws[version] = drawn_by_student(self.trace, version)
        return self._draws[version]

    @cached_property
    def _draws(self) -> dict[str, Drawn]:
        return {}

    @cached_property
    def _possible(self) -> dict[str, tuple[Values, ...]]:
        return {}

    @cached_property
    def _explaining(self) -> dict[str, Explaining]:
        return {}

    @cached_property
    def _failed(self) -> dict[str, Mapping[str, str]]:
        return {}
