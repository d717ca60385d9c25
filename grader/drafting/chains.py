"""The statements that one quantity is computed by, from givens and other quantities: a slice of the solution."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.drafting.asked import Asked
from grader.drafting.rewriting import Rewriter
from grader.drafting.solution import Solution
from grader.drafting.steps import GRADIENTS, RANDOM, Step

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
            # What is bound or changed once more is no longer what is asked for.
            last = max((place for place in self._solution.definers[name] if place < before), default=-1)
            return stem if at == last else None
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
        taken, local = self._slice(variable, at)
        names: dict[str, str] = {}
        constants: set[str] = set()
        own: list[str] = []
        for place, name in self._mentioned(taken):
            if name not in local and (stem := self._needed(name, place, variable)) is not None:
                names.setdefault(name, stem)
            elif self._solution.is_constant(name):
                constants.add(name)
            elif name not in names and name not in own:
                own.append(name)
        parameters = tuple(dict.fromkeys(names.values()))
        names |= {name: self._functions[name] for name in constants & self._functions.keys()}
        names |= self._own_names(own, {*parameters, *constants})
        return Chain(
            variable=variable,
            statements=tuple(self._solution.steps[place] for place in taken),
            parameters=parameters,
            names=names,
            constants=frozenset(constants),
            kind=version or self._kind(taken),
        )

    def _slice(self, variable: str, at: int) -> tuple[list[int], frozenset[str]]:
        """The statements, and the names that are the slice's own all through it.

        Where a name is a given or a quantity at one of the statements and something else at another, it is computed
        along, so that each has it as it stands there.
        """
        local = frozenset[str]()
        while True:
            taken = self._sliced(variable, at, local)
            defined = {name for place in taken for name in self._solution.steps[place].defines}
            needed = {name for place, name in self._mentioned(taken) if self._needed(name, place, variable)}
            if any(GRADIENTS in self._solution.steps[place].changes for place in taken):
                # Gradients flow to what the slice itself computes with, and not to what a parameter was made of.
                defined |= needed & self._quantities.keys()
            if not defined & needed - local:
                return taken, local
            local |= defined & needed

    def _sliced(self, variable: str, at: int, local: frozenset[str]) -> list[int]:
        needed, taken = {variable}, []
        for place in range(at, -1, -1):
            step = self._solution.steps[place]
            if not step.defines & needed:
                continue
            taken.append(place)
            needed -= step.binds
            needed |= {name for name in step.reads if name in local or self._is_local(name, place, variable)}
        return taken[::-1]

    def _needed(self, name: str, place: int, variable: str) -> str | None:
        """The given or the quantity that a variable is at a statement of another's slice; None for all else."""
        stem = self.parameter(name, place)
        return None if stem == self._quantities.get(variable, ("",))[0] else stem

    def _is_local(self, name: str, place: int, variable: str) -> bool:
        return not self._solution.is_constant(name) and self._needed(name, place, variable) is None

    def _mentioned(self, taken: list[int]) -> Iterator[tuple[int, str]]:
        """The names in these statements, in the order in which they are written."""
        for place in taken:
            step = self._solution.steps[place]
            known = (step.reads | step.defines) - {RANDOM, GRADIENTS}
            found = [each for each in ast.walk(step.node) if isinstance(each, ast.Name) and each.id in known]
            for name in sorted(found, key=lambda each: (each.lineno, each.col_offset)):
                yield place, name.id

    def _own_names(self, own: list[str], taken: set[str]) -> dict[str, str]:
        """Names of the chain's own: without their version where nothing else has that name, none a parameter's."""
        names: dict[str, str] = {}
        for name in own:
            stem, version = self._solution.versions.read(name)
            free = stem not in taken and stem not in own and stem not in _BUILTINS and stem not in names.values()
            if version and free and not self._solution.is_import(stem):
                names[name] = stem
            elif name in taken:
                names[name] = f"{name}_here"
        return names

    def _kind(self, taken: list[int]) -> str:
        kinds = {self._solution.kinds.kind_at(place) for place in taken}
        return next((kind for kind in ("torch", "numpy", "table") if kind in kinds), "")
