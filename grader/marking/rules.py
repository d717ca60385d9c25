"""Rules of an assignment: whether answers were computed with what is forbidden, or without what is required.

Judged on what an answer depends on where it was taken, by the notebook's syntax. What syntax can't tell is said and
accuses nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import PurePosixPath

from grader.assignment.spec import CheckSpec, Rules
from grader.marking.naming import version_words, words
from grader.marking.trace import Trace
from grader.notebook import Asked, Origin, Use, origins
from grader.records import CheckGrade, Flag, Message, Words, listed, root_of, translatable

_UNCLEAR = "rule-unclear"
_WITH_NAME = translatable(
    "{subject} is computed with `{used}` in cell {cell}, line {line}, where `{rule}` is not to be used."
)
_WITH_VALUES = translatable(
    "{subject} is computed with values of `{used}` in cell {cell}, line {line}, where `{rule}` is not to be used."
)
_NAME_THERE = translatable("with `{used}` in cell {cell}, line {line}")
_VALUES_THERE = translatable("with values of `{used}` in cell {cell}, line {line}")
_WITHOUT = translatable("{subject} is computed without `{rule}`, which is to be used.")
_NOT_FOLLOWED = translatable(
    "{subject} can't be followed back to where it comes from. "
    "Whether it keeps to the rule on {names} is for a person to see."
)
_DEPENDS = translatable(
    "{subject} depends on `{used}` in cell {cell}, line {line}. "
    "Whether it keeps to the rule on {names} is for a person to see."
)
_DEPENDS_IF = translatable(
    "{subject} depends, under a condition, on `{used}` in cell {cell}, line {line}. "
    "Whether it keeps to the rule on {names} is for a person to see."
)
_FOLLOWED = frozenset(sys.stdlib_module_names) | {
    *("numpy", "scipy", "torch", "torchvision", "pandas", "sklearn", "matplotlib", "seaborn", "sympy", "tensorflow"),
    *("keras", "jax", "cupy", "IPython", "tqdm", "autograd", "statsmodels", "networkx", "PIL", "cv2"),
}
"""Libraries that are known to hide no other library's work behind names of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Checks after rules were applied, and what is to be said."""

    checks: Mapping[str, CheckGrade]
    flags: tuple[Flag, ...] = ()


def apply_rules(trace: Trace, checks: Mapping[str, CheckGrade]) -> Ruled:
    """Look at each answer whose check has rules; by policy, one that breaks them loses its points."""
    ruled = [check for check in trace.spec.checks if check.rules and checks[check.id].found is not None]
    if not ruled:
        return Ruled(checks=checks)
    asked = {check.id: _asked(trace, check, checks[check.id]) for check in ruled}
    companions = _companions(trace)
    known = _origins(trace, {each for several in asked.values() for each in several})
    flags: list[Flag] = []
    marked = dict(checks)
    for check in ruled:
        origin = next((known[each] for each in asked[check.id] if each in known and known[each].known), None)
        found = _found(check, checks[check.id], origin, companions)
        flags += [Flag(code=each.code, message=each.message, cell=each.cell, check=check.id) for each in found]
        if found and found[0].code != _UNCLEAR and trace.spec.policies.broken_rules == "lose":
            marked[check.id] = _without_points(checks[check.id], found[0].short)
    return Ruled(checks=marked, flags=tuple(flags))


def _without_points(grade: CheckGrade, why: Words) -> CheckGrade:
    if not grade.points:
        return grade
    return replace(grade, verdict="incorrect", reason="broken-rule", detail=why, points=Fraction(0))


def _asked(trace: Trace, check: CheckSpec, grade: CheckGrade) -> tuple[Asked, ...]:
    """Where an answer was taken from; for a function, that it is at the end of its section, or else of the notebook."""
    assert grade.found is not None
    section, last = trace.section_ends[trace.tasks[check.id]], max(trace.assigned)
    if grade.found.kind == "printed":
        name = grade.found.name if grade.found.name.isidentifier() else ""
        cell = last if grade.found.cell is None else grade.found.cell
        paths = dict.fromkeys([name, ""])
        return tuple(Asked(after_cell=_ran(trace, cell), path=path) for path in paths)
    ends = [last] if grade.late or section is None else [section, last] if check.kind == "function" else [section]
    called = check.kind == "function"
    return tuple(Asked(after_cell=_ran(trace, end), path=grade.found.name, called=called) for end in ends)


def _ran(trace: Trace, cell: int) -> int:
    """The last cell up to this one that ran at all."""
    ran = (index for index, run in trace.runs.items() if index <= cell and run.status != "not-run")
    return max(ran, default=cell)


def _origins(trace: Trace, asked: set[Asked]) -> Mapping[Asked, Origin]:
    runs = trace.runs
    cells = [
        (cell.index, cell.source)
        for cell in trace.notebook.code_cells
        if cell.index in runs and runs[cell.index].status != "not-run"
    ]
    uncertain = {index for index, run in runs.items() if run.status not in {"ok", "not-run"}}
    return origins(
        cells,
        asked,
        is_input=_Inputs(trace),
        is_answer=frozenset(map(root_of, trace.owners)).__contains__,
        preparing=frozenset(_before_all_tasks(trace)),
        uncertain=uncertain,
        prelude=trace.spec.prelude,
    )


def _before_all_tasks(trace: Trace) -> Iterator[int]:
    """The code cells before the first task's heading, where all tasks have one: they get the data ready."""
    sections = trace.sections.values()
    if all(section.found == "heading" for section in sections):
        first = min(section.cells[0] for section in sections)
        yield from (cell.index for cell in trace.notebook.code_cells if cell.index < first)


class _Inputs:
    """Whether a name is that of a given, in whatever version: `x1`, `x1_t`, `X1_numpy`."""

    def __init__(self, trace: Trace) -> None:
        spec = trace.spec
        drawn = {path for given in spec.drawn for paths in given.names.values() for path in paths}
        self._names = {*spec.givens, *drawn}
        self._words = {"".join(words(name)) for name in spec.givens}
        self._versions = frozenset({"torch", "numpy"}.union(version.id for version in spec.versions))
        self._suffixes = frozenset[str]().union(*(version_words(version) for version in self._versions))
        self._owned = trace.owners
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        if name not in self._known:
            own = "".join(word for word in words(name) if word not in self._suffixes)
            self._known[name] = name not in self._owned and (name in self._names or own in self._words)
        return self._known[name]


def _companions(trace: Trace) -> frozenset[str]:
    """The names under which a notebook may import what was handed in beside it."""
    paths = [PurePosixPath(path) for path in trace.notebook.companions]
    return frozenset(path.parts[0].removesuffix(".py") for path in paths if path.suffix == ".py")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A flag that is to be raised; `short` is what it says in a few words, in a check's own sentence."""

    code: str
    message: Message
    cell: int | None
    short: Words = ""


def _found(check: CheckSpec, grade: CheckGrade, origin: Origin | None, companions: frozenset[str]) -> list[_Said]:
    broken = list(_broken(check.rules, grade, origin) if origin is not None else ())
    return broken or list(_unclear(check.rules, grade, origin, companions))


def _broken(rules: Rules, grade: CheckGrade, origin: Origin) -> Iterator[_Said]:
    subject = _subject(grade)
    for name in rules.forbid:
        use = origin.nearest(partial(_is_of, name=name))
        if use is not None:
            by_values = use.kind == "operation"
            facts: dict[str, str | int | Message] = {"used": use.name, "cell": use.cell, "line": use.line}
            message = Message(_WITH_VALUES if by_values else _WITH_NAME, facts | {"subject": subject, "rule": name})
            short = Message(_VALUES_THERE if by_values else _NAME_THERE, facts)
            yield _Said(code="forbidden-name", message=message, cell=use.cell, short=short)
    for name in rules.require:
        if not any(_is_of(use, name) or _may_be(use, name) for use in origin.uses):
            message = Message(_WITHOUT, {"subject": subject, "rule": name})
            short = Message("without `{rule}`", {"rule": name})
            yield _Said(code="required-name", message=message, cell=_cell(grade), short=short)


def _subject(grade: CheckGrade) -> Words:
    assert grade.found is not None
    return f"`{grade.found.name}`" if grade.found.name else Message("What is printed")


def _cell(grade: CheckGrade) -> int | None:
    return grade.found.cell if grade.found is not None else None


def _is_of(use: Use, name: str) -> bool:
    """Whether something was used that a rule names. Making data with a library computes nothing with it."""
    if use.kind in {"name", "operation"}:
        return f"{use.name}.".startswith(f"{name}.")
    return use.kind == "data" and use.name == name


def _may_be(use: Use, required: str) -> bool:
    """Whether what is required may be behind something whose insides aren't known."""
    match use.kind:
        case "method":
            return required.rpartition(".")[2] == use.name
        case "data":
            return f"{use.name}.".startswith(f"{required}.")
        case "name":
            return "." in use.name and use.name.partition(".")[0] not in _FOLLOWED
        case "unclear" | "unknown":
            return True
        case _:
            return False


def _unclear(rules: Rules, grade: CheckGrade, origin: Origin | None, companions: frozenset[str]) -> Iterator[_Said]:
    names = (*rules.forbid, *rules.require)
    facts: dict[str, str | int | Message] = {
        "subject": _subject(grade),
        "names": listed([f"`{name}`" for name in names]),
    }
    if origin is None:
        yield _Said(code=_UNCLEAR, message=Message(_NOT_FOLLOWED, facts), cell=_cell(grade))
        return
    about = {name.partition(".")[0] for name in names}
    unclear = [use for use in origin.uses if _leaves_open(use, about, companions)]
    possible = [use for use in origin.uses if any(_is_of(use, name) for name in rules.forbid)]
    for use in sorted(unclear or possible, key=lambda use: (use.cell, use.line))[:1]:
        facts |= {"used": use.name.replace("`", "'"), "cell": use.cell, "line": use.line}
        yield _Said(code=_UNCLEAR, message=Message(_DEPENDS if unclear else _DEPENDS_IF, facts), cell=use.cell)


def _leaves_open(use: Use, about: set[str], companions: frozenset[str]) -> bool:
    root = use.of.partition(".")[0] if use.kind == "unclear" else use.name.partition(".")[0]
    if use.kind == "unclear":
        return not root or root in about | companions or (root == "pylab" and "numpy" in about)
    return use.kind == "name" and root in companions
