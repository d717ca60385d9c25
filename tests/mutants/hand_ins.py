"""Right hand-ins for the samples, in which the reference's code, changed by one mutant, stands for the student's."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.assignment.declarations import Function, Gradient
from grader.assignment.loading import Loaded, load
from grader.assignment.mutation import Mutant, mutants_of
from grader.assignment.mutation.sources import helpers_of, source_of
from tests.command_line import ROOT

Code = Sequence[ast.FunctionDef]


@dataclass(frozen=True)
class Sample:
    """An assignment, and how a hand-in for it is written with other code for one quantity or function.

    `write` gets that code by its quantity; one quantity may be given for its derivative alone.
    """

    name: str
    folder: Path
    version: str | None
    write: Callable[[Sample, Mapping[str, Mutant]], str]

    @cached_property
    def loaded(self) -> Loaded:
        return load(self.folder)

    @cached_property
    def definitions(self) -> dict[str, Function | Gradient]:
        reference = self.loaded.reference
        values = {name: quantity.definition for name, quantity in reference.graph.quantities.items()}
        return {**values, **{each.declaration.name: each.declaration.function for each in reference.functions.values()}}

    def mutants(self) -> list[Mutant]:
        """Every mutant that is made of code, and those of the derivatives of what is differentiated."""
        hypotheses, quantities = self.loaded.reference.hypotheses, self.loaded.reference.graph.quantities
        differentiating = [name for name in quantities if hypotheses.differentiates(name)]
        found: list[Mutant] = []
        for name, definition in self.definitions.items():
            found += hypotheses.mutants(name) if name in quantities else mutants_of(name, definition)
            if any(name in hypotheses.ancestors(other) for other in differentiating):
                found += hypotheses.derivatives(name)
        return [mutant for mutant in found if mutant.code]

    def code(self, name: str, changed: Mapping[str, Mutant]) -> str:
        """The code of a quantity's or a function's definition, changed or not."""
        if name in changed and not changed[name].derivative:
            return _written(changed[name].code)
        right = _written(self.right(name))
        if name not in changed:
            return right
        straight = f"def {name}(*values):\n    value, other = right_{name}(*values), changed_{name}(*values)"
        straight += "\n    return other + (value - other).detach()"
        mutated = _written(changed[name].code)
        return "\n".join([right, f"right_{name} = {name}", mutated, f"changed_{name} = {name}", straight])

    def right(self, name: str) -> Code:
        definition = self.definitions[name]
        assert isinstance(definition, Function)
        source = source_of(definition.call)
        assert source is not None
        return (*(helper.tree for helper in helpers_of(source)), source.tree)


def _written(code: Code) -> str:
    return "\n".join(ast.unparse(ast.fix_missing_locations(tree)) for tree in code)


def parameters(code: Code) -> list[str]:
    return [argument.arg for argument in code[-1].args.args]


def _perceptron(sample: Sample, changed: Mapping[str, Mutant]) -> str:
    graph = sample.loaded.reference.graph
    lines = ["import torch", "torch.set_default_dtype(torch.float64)"]
    for name, given in graph.givens.items():
        grad = ", requires_grad=True" if given.value.is_floating_point() else ""
        lines.append(f"{name} = torch.tensor({given.value.tolist()}{grad})")
    waiting = dict(graph.quantities)
    done = {*graph.givens}
    while waiting:
        # A mutant may need what else comes after it.
        name = next(each for each in waiting if needs(sample, each, changed) <= done)
        lines += _computed(sample, name, changed)
        done.add(name)
        del waiting[name]
    return "\n".join(lines)


def needs(sample: Sample, name: str, changed: Mapping[str, Mutant]) -> set[str]:
    definition = sample.definitions[name]
    if isinstance(definition, Gradient):
        return {definition.of, definition.by}
    return {*parameters(changed[name].code if name in changed else sample.right(name))}


def _computed(sample: Sample, name: str, changed: Mapping[str, Mutant]) -> list[str]:
    definition, givens = sample.definitions[name], sample.loaded.reference.graph.givens
    if isinstance(definition, Gradient):
        return [f"{name}_t = torch.autograd.grad({definition.of}_t, {definition.by}, retain_graph=True)[0]"]
    code = changed[name].code if name in changed else sample.right(name)
    names = [each if each in givens else f"{each}_t" for each in parameters(code)]
    return [sample.code(name, changed), f"{name}_t = {name}({', '.join(names)})"]


_CONVERTING = """\
import torch
torch.set_default_dtype(torch.float64)
def as_tensors(value):
    return {key: as_tensors(each) for key, each in value.items()} if isinstance(value, dict) else torch.tensor(value)
def as_arrays(value):
    return {key: as_arrays(each) for key, each in value.items()} if isinstance(value, dict) else value.numpy()
"""


def _activations(sample: Sample, changed: Mapping[str, Mutant]) -> str:
    lines = [_CONVERTING]
    for name in sample.definitions:
        # What it calls beside it is its own, and no answer to another check.
        lines += [f"def make_{name}():", textwrap.indent(sample.code(name, changed), "    "), f"    return {name}"]
        lines.append(f"inner_{name} = make_{name}()")
        lines.append(f"def {name}(*values):\n    return as_arrays(inner_{name}(*map(as_tensors, values)).detach())")
        if name == "backward_pass":
            lines[-1] = lines[-1].replace(".detach()", "")
    return "\n".join(lines)


def _flowers(sample: Sample, changed: Mapping[str, Mutant]) -> str:
    table = str(sample.folder / "provided" / "flowers.csv")
    lines = ["import pandas as pd", "import torch", "torch.set_default_dtype(torch.float64)"]
    lines.append(f"table = pd.read_csv({table!r})")
    for name in sample.loaded.reference.graph.quantities:
        names = parameters(changed[name].code if name in changed else sample.right(name))
        lines += [sample.code(name, changed), f"{name} = {name}({', '.join(names)})"]
    return "\n".join(lines)


SAMPLES = (
    Sample("mlp", ROOT / "reference", "torch", _perceptron),
    Sample("activations", ROOT / "tests" / "assignments" / "activations" / "reference", None, _activations),
    Sample("flowers", ROOT / "tests" / "assignments" / "flowers" / "reference", None, _flowers),
)
