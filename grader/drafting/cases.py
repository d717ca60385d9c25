"""What a function is called with: cases of the shapes with which the solution calls it."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from grader.drafting.arguments import Arguments, Written
from grader.drafting.calls import CallSite, calls_of
from grader.drafting.notes import Note
from grader.drafting.parameters import in_order, needs_matrix, parameter_kind, parameters_of
from grader.drafting.solution import Solution

EDGES = "[-2.0, -0.5, 0.0, 0.5, 2.0]"
_DRAWN = 3
_MOST = 16


@dataclass(slots=True)
class Seeds:
    """A seed of its own for each draw of a module."""

    last: int = 0

    def __call__(self) -> int:
        """The next one."""
        self.last += 1
        return self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Cases as a module writes them. `told` is False where the solution says nothing of them and they are guessed;
    `constants` are the names that the module has to have for them, `notes` what was left out or has to be looked at.

    `kinds` are the parameters that get the same kind of value in all of them: "number", "text", "list" or "array".
    """

    written: tuple[str, ...]
    told: bool = True
    constants: frozenset[str] = field(default_factory=frozenset)
    kinds: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()


def find_cases(solution: Solution, function: ast.FunctionDef, seeds: Seeds) -> Cases:
    """The cases of a function, by the calls of it whose arguments can be told; a guess for a function of one array;
    none at all where nothing can be told."""
    found = _Found(solution, function)
    for site in calls_of(solution, function.name):
        if found.count < _MOST:
            found.add(site)
    cases = found.cases(seeds)
    parameters = parameters_of(function)
    guessed = len(parameters) == 1 and parameter_kind(function, parameters[0]) == "array"
    if cases.written or cases.notes or not guessed:
        return cases
    drawn = f"normal(3, 4, n={_DRAWN}, seed={seeds()})"
    return Cases(written=(drawn,) if needs_matrix(function) else (EDGES, drawn), told=False)


class _Found:
    """What is found of a function's cases, call by call."""

    def __init__(self, solution: Solution, function: ast.FunctionDef) -> None:
        self._solution = solution
        self._function = function
        self._written: dict[str, frozenset[str]] = {}
        self._kinds: dict[str, set[str]] = {}
        self._notes: list[Note] = []

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self._written)

    def add(self, site: CallSite) -> None:
        """Make cases of a call, as far as it tells them, or a note of why there are none."""
        arguments = in_order(site.call, self._function)
        if arguments is None:
            self._say_untold(site)
            return
        reading = Arguments(self._solution, site.place, site.step)
        if any(map(reading.is_function, arguments)):
            self._note(site, "passes a function, which no case can hold.", "It was left out.")
            return
        exact = [reading.exact(argument) for argument in arguments]
        if site.error:
            self._add_raising(site, exact)
            return
        self._remember_kinds(reading, arguments)
        whole = [each for each in exact if each is not None]
        if len(whole) == len(exact):
            self._keep([text for text, _ in whole], whole)
        drawn = [None if site.tests and len(whole) == len(exact) else reading.drawn(each) for each in arguments]
        mixed = [each for one, other in zip(drawn, exact, strict=True) if (each := one or other) is not None]
        if any(drawn) and len(mixed) == len(arguments):
            self._keep([text for text, _ in mixed], mixed)
        if len(whole) < len(exact) and not (any(drawn) and len(mixed) == len(arguments)):
            self._say_untold(site)

    def cases(self, seeds: Seeds) -> Cases:
        """All that was found."""
        written = [_seeded(text, seeds) for text in self._written]
        kinds = tuple((name, next(iter(kinds))) for name, kinds in self._kinds.items() if len(kinds) == 1)
        constants = frozenset(name for names in self._written.values() for name in names)
        return Cases(written=tuple(written), constants=constants, kinds=kinds, notes=tuple(self._notes))

    def _keep(self, texts: list[str], arguments: list[Written]) -> None:
        text = texts[0] if len(texts) == 1 and not texts[0].startswith("(") else f"({', '.join(texts)}{_comma(texts)})"
        self._written.setdefault(text, frozenset(name for _, names in arguments for name in names))

    def _add_raising(self, site: CallSite, exact: list[Written | None]) -> None:
        whole = [each for each in exact if each is not None]
        known = isinstance(getattr(builtins, site.error, None), type) and len(whole) == len(exact)
        text = f"raises({', '.join([site.error, *(text for text, _ in whole)])})"
        if site.unsure or not known:
            self._note(site, f"may have to raise {site.error}.", f"If so, write {text} among its cases.")
            return
        self._written.setdefault(text, frozenset(name for _, names in whole for name in names))
        self._note(site, f"has to raise {site.error}.", f"{text} is among its cases: keep it if the handout says so.")

    def _remember_kinds(self, reading: Arguments, arguments: list[ast.expr]) -> None:
        for name, argument in zip(parameters_of(self._function), arguments, strict=True):
            self._kinds.setdefault(name, set()).add(reading.kind(argument))

    def _say_untold(self, site: CallSite) -> None:
        if site.tests:
            self._note(site, "has arguments that can't be told.", "Write them as a case, if it matters.")

    def _note(self, site: CallSite, message: str, remedy: str) -> None:
        text = " ".join(ast.unparse(site.call).split())
        line = getattr(site.call, "lineno", site.step.line)
        self._notes.append(Note(cell=site.step.cell, line=line, message=f"`{text}` {message}", remedy=remedy))


def _comma(texts: list[str]) -> str:
    return "," if len(texts) == 1 else ""


def _seeded(text: str, seeds: Seeds) -> str:
    """A case with a seed of its own for each draw in it."""
    first, *rest = text.split("seed=?")
    return first + "".join(f"seed={seeds()}{part}" for part in rest)
