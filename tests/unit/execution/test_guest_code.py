"""The guest goes into a kernel as one statement, with only what it needs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.execution.guest_code import start_statement
from grader.records import Limits, Plan, Run, Source


def statement(code: str, provided: Path | None = None) -> str:
    plan = Plan(cells=(Source(index=0, code=code),), main=Run(seed=3))
    return start_statement(plan, plan.main, Limits(), provided)


def test_the_guest_is_one_expression_that_binds_no_name() -> None:
    (only,) = ast.parse(statement("x = 1")).body
    assert isinstance(only, ast.Expr)
    assert "\n" not in statement("x = 1")


@pytest.mark.parametrize(
    ("code", "wanted"), [("import torch", True), ("from torch.nn import *", True), ("torchlight = 1", False)]
)
def test_torch_is_imported_ahead_only_where_it_is_mentioned(code: str, wanted: bool) -> None:
    assert ("'imports': ['numpy', 'torch']" in statement(code)) == wanted


def test_a_provided_helper_that_mentions_torch_counts(tmp_path: Path) -> None:
    (tmp_path / "prelude.py").write_bytes(b"import torch  # \xff")
    assert "'imports': ['numpy', 'torch']" in statement("from prelude import *", tmp_path)
