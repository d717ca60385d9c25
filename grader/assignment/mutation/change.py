"""A small change to a function, as a code for programs and the words that a sentence about it needs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Code = Literal[
    "other-axis",
    "no-axis",
    "kept-axis",
    "mean-for-sum",
    "sum-for-mean",
    "other-function",
    "call-left-out",
    "called-twice",
    "sign",
    "other-operator",
    "operands-swapped",
    "term-left-out",
    "factor-left-out",
    "elementwise-product",
    "transposed",
    "not-transposed",
    "other-constant",
    "other-comparison",
    "off-by-one",
    "other-correction",
    "other-quantity",
    "exchanged",
    "added-up",
    "authors",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One small change: a code for programs, and the words that a sentence about it needs, by their role.

    `line` is the author's own. `facts` hold what was there (`was`) and what is there now (`now`), as a reader of the
    code would write it; which of them a code has stands with its sentence.
    """

    code: Code
    line: int
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Changed = tuple[ast.expr, Change]


def made(code: Code, node: ast.expr, **facts: str) -> Change:
    """A change that was made at a node."""
    return Change(code=code, line=node.lineno, facts=MappingProxyType(facts))
