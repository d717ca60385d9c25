"""Values, gradients, and properties of what has many right answers, from the variables that are asked for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from grader.drafting.asked import Asked, Variable
from grader.drafting.chains import Chain, Graph
from grader.drafting.declarations import Declared
from grader.drafting.gradients import find_gradient
from grader.drafting.notes import Note
from grader.drafting.signs import free_signs, reads_free_signs
from grader.drafting.solution import Solution
from grader.drafting.steps import GRADIENTS

DEFAULT_POINTS = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A declaration, where in the solution it is from, what it needs, and what its author has to decide."""

    declared: Declared
    at: int
    constants: frozenset[str] = frozenset()
    parameters: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def options_of(solution: Solution, asked: Asked, kind: str) -> dict[str, str]:
    """Points, versions and names, as far as they aren't those that the assignment's templates make."""
    templates = solution.versions.templates
    points = {version: variable.points or DEFAULT_POINTS for version, variable in asked.variables.items()}
    options = {"points": _points(points)}
    if not templates:
        return options
    if "" in asked.variables:
        version = kind if kind in templates else "numpy"
        return options | {"versions": f'["{version}"]', "names": f'"{asked.variables[""].name}"'}
    if len(asked.variables) < len(templates):
        options["versions"] = f"[{', '.join(quoted(version) for version in asked.variables)}]"
    further = {
        version: variable.name
        for version, variable in asked.variables.items()
        if variable.name != templates[version].replace("{}", asked.name)
    }
    if further:
        options["also"] = f"{{{', '.join(f'{quoted(key)}: {quoted(name)}' for key, name in further.items())}}}"
    return options


def points_argument(points: str) -> str:
    """Points as an argument: a fraction in quotes, all else as a number."""
    return quoted(points) if "/" in points else points


def quoted(text: str) -> str:
    """Text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _points(points: Mapping[str, str]) -> str:
    written = {version: points_argument(worth) for version, worth in points.items()}
    if len(set(written.values())) == 1:
        return next(iter(written.values()))
    return f"{{{', '.join(f'{quoted(version)}: {worth}' for version, worth in written.items())}}}"


def declare_value(solution: Solution, graph: Graph, asked: Asked, arriving: Mapping[str, str]) -> Made:
    """A value, a gradient, or a property where what is computed is trained; `arriving` tells as what inputs come."""
    version, variable = asked.preferred
    gradient = _declare_gradient(solution, graph, asked, variable)
    if gradient is not None:
        return gradient
    chain = graph.chain(variable.name, variable.at, version)
    if chain.trains:
        return _declare_trained(solution, asked, chain, variable.at)
    step = solution.steps[variable.at]
    body = (*_conversion(chain, arriving), *"\n".join(chain.body(solution)).split("\n"))
    torch = chain.kind == "torch" and all(arriving[name] != "plain" for name in chain.parameters)
    signs = free_signs(solution, variable.name, variable.at)
    options = options_of(solution, asked, chain.kind)
    options |= {"tolerance": f"Tolerance(sign={quoted(signs)})"} if signs else {}
    declared = Declared(
        task=asked.task,
        method="value",
        options=options,
        name=asked.name,
        parameters=chain.parameters,
        annotated=torch,
        returns="Tensor" if torch else "",
        title=sentence(step.comment),
        body=body,
    )
    return Made(
        declared=declared,
        at=variable.at,
        constants=chain.constants,
        parameters=chain.parameters,
        notes=_alone(solution, chain, variable, signs),
    )


def _alone(solution: Solution, chain: Chain, variable: Variable, signs: str) -> tuple[Note, ...]:
    """What a chain can't do without a person; `signs` are those that are free."""
    step = solution.steps[variable.at]
    found = []
    if signs:
        of = "its sign is" if signs == "whole" else f"the signs of its {signs} are"
        found.append(
            (
                f"`{variable.name}` comes of a decomposition, so that {of} free.",
                "Take tolerance= away where the handout fixes them.",
            )
        )
    elif reads_free_signs(solution, variable.name, variable.at):
        found.append(
            (
                f"`{variable.name}` is computed of vectors whose signs are free.",
                "If it changes with them, set tolerance=Tolerance(sign=…), or make it a property.",
            )
        )
    if any(each.draws for each in chain.statements):
        found.append(
            (
                f"`{variable.name}` depends on random numbers.",
                "Keep it only where the handout sets the seed for everybody; else make it a property.",
            )
        )
    looks = any(isinstance(each, ast.Attribute) and each.attr == "grad" for each in ast.walk(step.node))
    if looks and not any(GRADIENTS in each.changes for each in chain.statements):
        found.append(
            (
                f"`{variable.name}` is a gradient by or of something that is no given or quantity.",
                "Declare what it is taken of and by, and write task.gradient(…) in its place.",
            )
        )
    return tuple(Note(cell=step.cell, line=step.line, message=says, remedy=remedy) for says, remedy in found)


def _conversion(chain: Chain, arriving: Mapping[str, str]) -> list[str]:
    """NumPy code gets arrays where a reference's inputs are tensors."""
    if chain.kind not in ("numpy", "table"):
        return []
    told = {name: arriving[name] for name in chain.parameters if arriving[name] != "plain"}
    arrays = [name for name, kind in told.items() if kind == "tensor"]
    lines = [f"{name} = {name}.item()" for name, kind in told.items() if kind == "number"]
    if len(arrays) == 1:
        lines.insert(0, f"{arrays[0]} = {arrays[0]}.detach().numpy()")
    elif arrays:
        names = ", ".join(arrays)
        lines.insert(0, f"{names} = (each.detach().numpy() for each in ({names}))")
    unsure = [name for name, kind in told.items() if not kind]
    return [*lines, *(f"{name} = {name}.detach().numpy() if isinstance({name}, Tensor) else {name}" for name in unsure)]


def _declare_gradient(solution: Solution, graph: Graph, asked: Asked, variable: Variable) -> Made | None:
    found = find_gradient(solution, variable.name, variable.at)
    if found is None:
        return None
    of, by = graph.parameter(found.of, variable.at), graph.parameter(found.by, variable.at)
    if of is None or by is None:
        return None
    options = {"of": quoted(of), "by": quoted(by)} | options_of(solution, asked, "torch")
    declared = Declared(task=asked.task, method="gradient", options=options, name=asked.name)
    return Made(declared=declared, at=variable.at, parameters=(of, by))


def _declare_trained(solution: Solution, asked: Asked, chain: Chain, at: int) -> Made:
    """A property of something trained: that losses fall, where it is a list of them; else for the author to say."""
    step = solution.steps[at]
    name = chain.variable
    appended = any(f"{name}.append(" in ast.unparse(each.node) for each in chain.statements)
    text = isinstance(step.value, ast.JoinedStr | ast.IfExp | ast.Dict | ast.DictComp)
    text = text and solution.kinds.arrives(name, at) == "plain"
    options = options_of(solution, asked, chain.kind)
    options = {key: value for key, value in options.items() if key in ("points", "versions")}
    options |= {"first": quoted(f"{name}[0]"), "last": quoted(f"{name}[-1]")} if appended else {}
    title, body = _predicate(name, appended=appended, text=text)
    declared = Declared(
        task=asked.task,
        method="property",
        options=options,
        name=f"{asked.name}_falls" if appended else f"{asked.name}_holds",
        parameters=("first", "last") if appended else (name,),
        annotated=not text,
        returns="tuple[bool, str]",
        title=title,
        body=(body,),
        todo=f"say what makes `{name}` right" if not appended else "",
    )
    note = Note(
        cell=step.cell,
        line=step.line,
        message=f"`{name}` comes of training, which has many right answers, so it is a property.",
        remedy="Say in it what makes an answer right.",
    )
    return Made(declared=declared, at=at, notes=(note,))


def _predicate(name: str, *, appended: bool, text: bool) -> tuple[str, str]:
    """What is always asked of something trained, in words and as code."""
    if appended:
        body = f'return bool(last < first), "The last number in `{name}` has to be smaller than the first."'
        return f"The numbers in `{name}` go down.", body
    if text:
        return f"`{name}` is there.", f'return bool({name}), "`{name}` has to be there."'
    return f"`{name}` is finite.", f'return bool(torch.isfinite({name}).all()), "`{name}` has to be finite."'


def sentence(comment: str) -> str:
    """A comment as a docstring: a capital at its beginning, a full stop at its end."""
    text = comment.replace('"""', "'''").replace("\\", "\\\\").strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
