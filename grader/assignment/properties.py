"""Properties: the author's predicates over what students' notebooks left behind, judged outside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from torch import Tensor

from grader.assignment.cases import Case, Passing, as_reference_sees, frame_of, read_argument
from grader.assignment.declarations import Given, PropertyDeclaration
from grader.assignment.evaluation import Importable
from grader.assignment.outcomes import Held, PropertyFault
from grader.assignment.places import brief
from grader.assignment.tensors import arithmetic
from grader.records import Calls, Value


@dataclass(frozen=True, kw_only=True)
class PropertyReference:
    """One version of a property: what it needs, and how it judges.

    `calls` are made by parameter, with the one case that `frames` hold by digest. `outside` are the arguments that
    never enter the sandbox: givens and hidden data.
    """

    declaration: PropertyDeclaration
    calls: Mapping[str, Calls]
    frames: Mapping[str, bytes]
    outside: Mapping[str, object]
    importable: Importable

    def judge(self, captured: Mapping[str, Value]) -> Held:
        """Judge what a student's notebook left, by parameter. Raises PropertyFault where the predicate can't."""
        try:
            with self.importable(), arithmetic():
                inputs = {name: as_reference_sees(value) for name, value in captured.items()}
                # A predicate may change what it gets, and the next student's must not notice.
                return _held(self.declaration.predicate.call(**inputs, **deepcopy(dict(self.outside))))
        except PropertyFault:
            raise
        except Exception as error:
            raise PropertyFault(brief(error)) from error


def build_property(
    declared: PropertyDeclaration,
    version: str,
    givens: Mapping[str, Given],
    folder: Path,
    importable: Importable,
) -> PropertyReference:
    """Read what a property needs. Raises AssignmentError where data can't be read or a parameter is nothing known."""
    passing = Passing.of(declared.kinds[version], declared.dtype, folder)
    frames: dict[str, bytes] = {}
    calls: dict[str, Calls] = {}
    for parameter, asked in declared.calls.items():
        arguments = tuple(read_argument(argument, passing, declared.place) for argument in asked.arguments)
        digest, frame = frame_of([Case(arguments=arguments)])
        frames[digest] = frame
        calls[parameter] = Calls(names=asked.names, inputs=digest, count=1, seconds=asked.seconds)
    outside: dict[str, object] = {
        name: as_reference_sees(read_argument(hidden, Passing.of("ndarray", "", folder), declared.place))
        for name, hidden in declared.hidden.items()
    }
    for name in declared.predicate.parameters:
        if name not in declared.calls and name not in declared.hidden and name not in declared.variables:
            outside[name] = givens[name].value.clone()
    return PropertyReference(declaration=declared, calls=calls, frames=frames, outside=outside, importable=importable)


def _held(said: object) -> Held:
    sentence = ""
    if isinstance(said, tuple) and len(said) == 2 and isinstance(said[1], str):
        said, sentence = said
    if isinstance(said, Tensor) and said.numel() == 1:
        said = said.item()
    if not isinstance(said, bool | int | float):
        raise PropertyFault(f"it returned a {type(said).__name__}, not true, false or a fraction")
    if not 0 <= said <= 1:
        raise PropertyFault(f"it returned {said!r}, and a fraction lies between 0 and 1")
    share = Fraction(float(said)).limit_denominator(10_000)  # of so many examples, say
    return Held(share=share, sentence=" ".join(sentence.split())[:300])
