"""Which engines are held to the behaviours, and behind which seal."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass

import pytest

from grader.errors import UnsealedError
from grader.execution import ENGINES, Engine, EngineOptions, Seal, find_seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An engine, sealed or not."""

    engine: str
    sealed: bool = False

    @property
    def name(self) -> str:
        return f"{self.engine}-sealed" if self.sealed else self.engine

    @property
    def seal(self) -> Seal:
        """The seal that it is behind. Skips the test where this machine has none."""
        return best_seal() if self.sealed else "none"

    def make(self, **options: object) -> Engine:
        """A new engine, for two executions at once."""
        settings = {"imports": ("torch",), **options}
        return ENGINES[self.engine](EngineOptions(seal=self.seal, **settings))  # type: ignore[arg-type]


YARDSTICK = Variant(engine="kernel")
VARIANTS = tuple(Variant(engine=engine, sealed=sealed) for engine in ENGINES for sealed in (False, True))


def best_seal() -> Seal:
    seal, problem = _find()
    if problem:
        pytest.skip(problem)
    return seal


@functools.cache
def _find() -> tuple[Seal, str]:
    try:
        return find_seal(sys.executable), ""
    except UnsealedError as error:
        return "none", str(error)
