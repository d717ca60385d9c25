"""The imports of a drafted module: what its text uses, from where the solution has it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from grader.drafting.provided import Provided
from grader.drafting.solution import Solution
from grader.drafting.steps import free_names

_GRADERS = frozenset(("Assignment", "Tolerance", "call", "hidden", "normal", "raises"))
_OWN = {"Path": ("pathlib", "Path"), "Tensor": ("torch", "Tensor"), "torch": ("torch", ""), "np": ("numpy", "")}


def written_imports(body: str, solution: Solution, provided: Provided) -> str:
    """The imports of all that `body` uses: Python's own, other packages', and grader's with what is provided."""
    used = free_names(ast.parse(body))
    found = dict(_of_solution(solution)) | {name: (module, name) for name, module in provided.names.items()}
    needed = {name: found.get(name) or _OWN.get(name) for name in used}
    needed |= {name: ("grader", name) for name in used & _GRADERS if name not in solution.definers}
    groups: dict[int, set[str]] = {}
    plain = {name: place for name, place in needed.items() if place}
    for name, (module, attribute) in plain.items():
        if not attribute:
            alias = "" if name == module else f" as {name}"
            groups.setdefault(_group(module), set()).add(f"import {module}{alias}")
    for module in {module for module, attribute in plain.values() if attribute}:
        names = sorted(
            (_alias(attribute, name) for name, (of, attribute) in plain.items() if of == module and attribute),
            key=lambda text: (not text[:1].isupper(), text),
        )
        groups.setdefault(_group(module), set()).add(f"from {module} import {', '.join(names)}")
    blocks = ("\n".join(sorted(groups[group], key=_order)) for group in sorted(groups))
    return "\n\n".join(blocks) + "\n\n"


def _alias(attribute: str, name: str) -> str:
    return name if attribute == name else f"{attribute} as {name}"


def _order(statement: str) -> tuple[bool, str]:
    return statement.startswith("from"), statement


def _group(module: str) -> int:
    root = module.partition(".")[0]
    return 2 if root in ("grader", "provided") else 0 if root in sys.stdlib_module_names else 1


def _of_solution(solution: Solution) -> Iterator[tuple[str, tuple[str, str]]]:
    for step in solution.steps:
        match step.node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield alias.asname or alias.name.partition(".")[0], (alias.name, "")
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                for alias in aliases:
                    yield alias.asname or alias.name, (module, alias.name)
