"""A gradebook in a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment.spec import Spec
from grader.gradebook import Gradebook
from tests.unit.gradebook.results import make_spec


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def spec() -> Spec:
    return make_spec()


@pytest.fixture
def book(path: Path, spec: Spec) -> Iterator[Gradebook]:
    with Gradebook.open(path) as book:
        book.keep_assignment(spec, {"assignment.py": "mlp = Assignment('mlp')\n"})
        yield book


@pytest.fixture
def marking(book: Gradebook, spec: Spec) -> int:
    return book.begin_marking(spec.digest, {"reveal": "places", "limits": {"cell_seconds": 20.0}})
