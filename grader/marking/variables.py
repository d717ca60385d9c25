"""Answers in variables: under the agreed name, or under another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from grader.assignment.spec import CheckSpec, Container
from grader.marking.naming import speaks_of, speaks_of_version
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace, owner_of
from grader.records import Array, Capture, Found, Scalar, Sequence, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A captured variable that is taken as an answer; `late` where it was there only at the notebook's end."""

    found: Found
    value: Value
    late: bool = False


def agreed_variable(trace: Trace, check: CheckSpec, task: str) -> Variable | None:
    """The variable of an agreed name: at the end of the task's section, else at the end of the notebook.

    A name that holds None or `...` is a gap that nobody filled in, and counts as absent.
    """
    for late in (False, True):
        captures = trace.at_notebook_end if late else trace.at_section_end(task)
        for name in check.names:
            capture = captures.get(name)
            if capture is not None and not is_gap(capture.value) and trace.is_own(name):
                cell = trace.last_assigned(name, (index for index in trace.assigned if index <= capture.after_cell))
                return Variable(found=Found(kind="variable", name=name, cell=cell), value=capture.value, late=late)
    return None


def is_gap(value: Value) -> bool:
    """Whether a name holds None or `...`: a gap that nobody filled in."""
    return (isinstance(value, Scalar) and value.value is None) or getattr(value, "type", "") == "ellipsis"


def other_variable(trace: Trace, check: CheckSpec, task: str, shape: tuple[int, ...]) -> Variable | None:
    """A variable of another name in the section that can only be meant as this check's answer.

    Its name speaks of the quantity, its kind is the version's, its shape is the right one, and it belongs to no other
    check: it is no agreed name, no alias of one nor the same object, and not computed from another version's variable.
    The most similar name wins, then the latest.
    """
    captures = trace.at_section_end(task)
    wanted = check.names[0] if check.names else check.quantity
    container = next((version.container for version in trace.spec.versions if version.id == check.version), None)
    candidates = [
        (SequenceMatcher(None, name.lower(), wanted.lower()).ratio(), cell, name)
        for name in _unclaimed(trace, check, captures)
        if speaks_of(name, check, trace.spec)
        and _is_of_version(name, captures[name].value, check, container)
        and _fits(captures[name].value, shape)
        and (cell := trace.last_assigned(name, trace.section_code(task))) is not None
    ]
    if not candidates:
        return None
    _, cell, name = max(candidates)
    return Variable(found=Found(kind="other-name", name=name, cell=cell), value=captures[name].value)


def _unclaimed(trace: Trace, check: CheckSpec, captures: Mapping[str, Capture]) -> Iterable[str]:
    owned = trace.owners
    mine = owner_of(check)
    claimed = {
        capture.identity
        for name, capture in captures.items()
        if owned.get(name, mine) != mine and isinstance(capture.value, Array)
    }
    for name, capture in captures.items():
        alias = owned.get(trace.origin(name), mine) != mine or capture.identity in claimed
        if name not in owned and not alias and not trace.is_foreign(frozenset([name]), check):
            yield name


def _is_of_version(name: str, value: Value, check: CheckSpec, container: Container | None) -> bool:
    """Whether a value's kind is the version's; plain numbers and lists are of either kind, so their name must say."""
    kind = _container(value)
    if check.version is None or kind is not None:
        return container is None or kind == container
    return speaks_of_version(name, check.version)


def _fits(value: Value, shape: tuple[int, ...]) -> bool:
    numeric = as_numeric(value)
    return isinstance(numeric, Numeric) and _has_shape(numeric.values.shape, shape)


def _has_shape(found: tuple[int, ...], asked: tuple[int, ...]) -> bool:
    """Whether a shape is the one asked for; one element counts as a scalar."""
    return found == asked or (asked == () and set(found) <= {1})


def _container(value: Value) -> Container | None:
    match value:
        case Array(container="tensor"):
            return "tensor"
        case Array():
            return "ndarray"
        case Sequence(items=(first, *_)):
            return _container(first)
        case _:
            return None
