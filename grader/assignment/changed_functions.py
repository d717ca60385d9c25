"""A student's function under hypotheses: what the reference's gives for each case with one small change."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.cases import Case, with_other_numbers
from grader.assignment.evaluation import call
from grader.assignment.mutation import Mutant, Patience, TooLong, mutants_of, pair_of
from grader.assignment.outcomes import Expected
from grader.assignment.pairs import MOST_PAIRS, pairs_of
from grader.assignment.plain import equal, expected_of
from grader.assignment.tensors import arithmetic
from grader.errors import AssignmentError

if TYPE_CHECKING:
    from grader.assignment.functions import FunctionReference

_OTHER_CASES = 5
_REMEMBERED_BYTES = 64 * 1024**2
_FAULTS = (AssignmentError, TooLong, ValueError, RuntimeError, ArithmeticError, TypeError, LookupError)


class ChangedFunctions:
    """The small changes to one function, and what it then gives. Answers are computed when they are asked for, and
    remembered."""

    def __init__(self, reference: FunctionReference) -> None:
        self._reference = reference
        self._patience = Patience()
        self._answers: dict[tuple[Mutant, int], Expected | None] = {}
        self._elsewhere: dict[Mutant, tuple[Expected | None, ...]] = {}
        self._pairs: dict[int, tuple[Mutant, ...]] = {}
        self._room = _REMEMBERED_BYTES

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Within it, many answers are computed in less time."""
        with self._reference.importable(), arithmetic():
            yield

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """The mistakes that the author expects, and every small change; none for classes, whose methods aren't
        changed."""
        declaration = self._reference.declaration
        if self._reference.construct is not None:
            return ()
        return (*self._reference.mistakes, *mutants_of(declaration.name, declaration.function))

    def answer(self, mutant: Mutant, number: int) -> Expected | None:
        """What a mutant gives for a case that asks for a value; None where it fails, or all have taken too long."""
        key = (mutant, number)
        if key in self._answers or self._patience.is_over:
            return self._answers.get(key)
        answer = self._called(mutant, self._reference.cases[number], self._patience)
        self._room -= _size(answer)
        if self._room >= 0:
            self._answers[key] = answer
        return answer

    def answers_and_right(self, mutant: Mutant) -> Iterator[tuple[Expected | None, Expected | None]]:
        """What a mutant gives, and what is right, for the cases and for some of other numbers."""
        for number, case in enumerate(self._reference.cases):
            if not case.error:
                yield self.answer(mutant, number), self._reference.expected[number]
        unchanged = replace(mutant, function=self._reference.declaration.function.call)
        yield from zip(self._varied(mutant), self._varied(unchanged), strict=True)

    def pairs(self, number: int) -> tuple[Mutant, ...]:
        """Two changes at once, at different places, that may show in a case, the most plausible first."""
        if number not in self._pairs:
            right = self._reference.expected[number]
            telling = [mutant for mutant in self.mutants if self._tells(self.answer(mutant, number), right)]
            definition = self._reference.declaration.function
            made = (pair_of(one, other, definition) for one, other in pairs_of(telling))
            self._pairs[number] = tuple(itertools.islice((pair for pair in made if pair is not None), MOST_PAIRS))
        return self._pairs[number]

    def _tells(self, answer: Expected | None, right: Expected | None) -> bool:
        return answer is not None and right is not None and not equal(answer, right)

    def alike(self, one: Mutant, other: Mutant) -> bool:
        """Whether two mutants give the same on cases of other numbers, too: one mistake in other words."""
        pairs = zip(self._varied(one), self._varied(other), strict=True)
        return all(mine is not None and theirs is not None and equal(mine, theirs) for mine, theirs in pairs)

    def _varied(self, mutant: Mutant) -> tuple[Expected | None, ...]:
        if mutant not in self._elsewhere:
            self._elsewhere[mutant] = tuple(self._called(mutant, case, Patience()) for case in self._other_cases)
        return self._elsewhere[mutant]

    @cached_property
    def _other_cases(self) -> tuple[Case, ...]:
        generator = np.random.default_rng(1)
        asked = (case for case in self._reference.cases if not case.error)
        return tuple(
            replace(case, arguments=tuple(with_other_numbers(each, generator) for each in case.arguments))
            for case in itertools.islice(itertools.cycle(asked), _OTHER_CASES)
        )

    def _called(self, mutant: Mutant, case: Case, patience: Patience) -> Expected | None:
        declaration = self._reference.declaration
        changed = replace(declaration.function, call=mutant.function)
        with self.computing():
            try:
                with patience.trying():
                    inputs = self._reference.inputs(declaration.function, case)
                    return expected_of(call(changed, inputs, declaration.name, watched=False))
            except _FAULTS:
                return None


def _size(answer: Expected | None) -> int:
    return answer.nbytes if isinstance(answer, np.ndarray) else 0
