"""What the handout provides: names that the solution uses and another file defines."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.drafting.solution import Solution
from grader.drafting.steps import Step
from grader.notebook.syntax import parse_python


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """`names` maps names to the modules below `provided` that define them."""

    names: Mapping[str, str] = field(default_factory=dict)


def find_provided(steps: tuple[Step, ...], solution: Solution, texts: Mapping[str, str]) -> Provided:
    """Find where names come from that the solution doesn't define, and those that it imports from provided modules.

    The prelude's names are there without being imported; where it has them from a module, that module defines them.
    """
    names = _exported("prelude", texts, depth=0)
    used = {name for step in steps for name in step.reads if solution.is_unknown(name)}
    found = {name: module for name, module in names.items() if name in used}
    for step in steps:
        match step.node:
            case ast.ImportFrom(module=str() as module, names=aliases) if f"{module}.py" in texts:
                found |= {alias.asname or alias.name: module for alias in aliases}
    return Provided(names={name: f"provided.{module}" for name, module in found.items()})


def _exported(module: str, texts: Mapping[str, str], *, depth: int) -> dict[str, str]:
    tree = parse_python(texts.get(f"{module}.py", ""))
    found: dict[str, str] = {}
    for node in tree.body if tree and depth < 5 else []:
        match node:
            case ast.ImportFrom(module=str() as inner, names=aliases) if f"{inner}.py" in texts:
                exported = _exported(inner, texts, depth=depth + 1)
                starred = any(alias.name == "*" for alias in aliases)
                chosen = exported if starred else {alias.asname or alias.name: inner for alias in aliases}
                found |= {name: exported.get(name, inner) for name in chosen}
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = module
            case ast.Assign(targets=targets):
                found |= {target.id: module for target in targets if isinstance(target, ast.Name)}
    return found
