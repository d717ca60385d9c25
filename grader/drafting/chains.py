"""The statements that one quantity is computed by, from givens and other quantities: a slice of the solution."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.drafting.asked import Asked
from grader.drafting.rewriting import Rewriter
from grader.drafting.solution import Solution
from grader.drafting.steps import RANDOM, Step

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How a quantity is computed: `statements`, the last of which defines `variable`.

    `parameters` are the givens and quantities that it needs, `names` what each variable is called in the reference,
    `constants` the names that the module has to have.
    """

    variable: str
    statements: tuple[Step, ...]
    parameters: tuple[str, ...]
    names: Mapping[str, str]
    constants: frozenset[str]
    kind: str

    @property
    def trains(self) -> bool:
        """Whether random numbers go into something that is improved in a loop, so that many answers are right."""
        improved = any(step.trains or isinstance(step.node, ast.For | ast.While | ast.With) for step in self.statements)
        return improved and any(step.draws for step in self.statements)

    def body(self, solution: Solution) -> list[str]:
        """The statements as the body of a function, the last of which returns the quantity."""
        tensors = frozenset(name for name, stem in self.names.items() if stem in self.parameters)
        rewriter = Rewriter(names=self.names, tensors=tensors, modules=solution.modules)
        *before, last = self.statements
        lines = [rewriter.statement(step) for step in before]
        if last.value is not None:
            return [*lines, f"return {rewriter.expression(last, last.value)}"]
        return [*lines, rewriter.statement(last), f"return {self.names.get(self.variable, self.variable)}"]


class Graph:
    """Which variables are quantities, and what of a solution each is computed by."""

    def __init__(
        self, solution: Solution, asked: list[Asked], givens: Mapping[str, str], functions: Mapping[str, str]
    ) -> None:
        self._solution = solution
        self._givens = givens
        self._functions = functions
        self._quantities = {
            variable.name: (quantity.name, variable.at)
            for quantity in asked
            for variable in quantity.variables.values()
            if not solution.is_function(variable.name)
        }

    def parameter(self, name: str, before: int) -> str | None:
        """The given or the quantity that a variable is, as it stands before a statement; None for all others."""
        if name in self._quantities:
            stem, at = self._quantities[name]
            return stem if at < before else None
        root = self._solution.root(name, before)
        if root != name and root in self._quantities:
            return self.parameter(root, before)
        return self._givens.get(root)

    def trains(self, asked: Asked) -> bool:
        """Whether a quantity comes of training, by what the graph has of it."""
        version, variable = asked.preferred
        if self._solution.is_function(variable.name):
            return False
        return self.chain(variable.name, variable.at, version).trains

    def chain(self, variable: str, at: int, version: str) -> Chain:
        """Slice what defines a variable at a statement."""
        taken = self._slice(variable, at)
        statements = tuple(self._solution.steps[place] for place in taken)
        names: dict[str, str] = {}
        constants: set[str] = set()
        local: list[str] = []
        for place, name in self._mentioned(taken):
            own = self._quantities.get(variable, ("",))[0]
            if (stem := self.parameter(name, place)) is not None and stem != own:
                names.setdefault(name, stem)
            elif self._solution.is_constant(name):
                constants.add(name)
            elif name not in names and name not in local:
                local.append(name)
        parameters = tuple(dict.fromkeys(names.values()))
        names |= {name: self._functions[name] for name in constants & self._functions.keys()}
        names |= self._plain_names(local, {*parameters, *constants})
        return Chain(
            variable=variable,
            statements=statements,
            parameters=parameters,
            names=names,
            constants=frozenset(constants),
            kind=version or self._kind(taken),
        )

    def _slice(self, variable: str, at: int) -> list[int]:
        needed, taken = {variable}, []
        own = self._quantities.get(variable, ("",))[0]
        for place in range(at, -1, -1):
            step = self._solution.steps[place]
            if not step.defines & needed:
                continue
            taken.append(place)
            needed -= step.binds
            needed |= {name for name in step.reads if self._is_local(name, place, own)}
        return taken[::-1]

    def _is_local(self, name: str, place: int, own: str) -> bool:
        if self._solution.is_constant(name):
            return False
        return self.parameter(name, place) in (None, own)

    def _mentioned(self, taken: list[int]) -> Iterator[tuple[int, str]]:
        """The names in these statements, in the order in which they are written."""
        for place in taken:
            step = self._solution.steps[place]
            known = (step.reads | step.defines) - {RANDOM}
            found = [each for each in ast.walk(step.node) if isinstance(each, ast.Name) and each.id in known]
            for name in sorted(found, key=lambda each: (each.lineno, each.col_offset)):
                yield place, name.id

    def _plain_names(self, local: list[str], taken: set[str]) -> dict[str, str]:
        """Names of the chain's own without their version, where nothing else has that name."""
        names: dict[str, str] = {}
        for name in local:
            stem, version = self._solution.versions.read(name)
            free = stem not in taken and stem not in local and stem not in _BUILTINS and stem not in names.values()
            if version and free and not self._solution.is_import(stem):
                names[name] = stem
        return names

    def _kind(self, taken: list[int]) -> str:
        kinds = {self._solution.kinds.kind_at(place) for place in taken}
        return next((kind for kind in ("torch", "numpy", "table") if kind in kinds), "")
