"""The engine of a batch: sealed unless somebody says otherwise, and begun as early as it is sure to be needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch import common_imports
from grader.errors import UsageError
from grader.execution import ENGINES, Engine, EngineOptions, find_seal


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """What the command line says of an engine, and what the batch tells it; `names` are paths beside some notebook."""

    name: str
    unsafe: bool
    hand_ins: Sequence[Path]
    provided: Path | None
    names: Collection[str] = ()

    def make(self, python: str, *, early: bool) -> Engine:
        """Make an engine for an interpreter; `early`, have it begin at once what takes long.

        Raises UnsealedError where this machine can't seal student code in and nobody said that it needn't.
        """
        seal = "none" if self.unsafe else find_seal(python)
        imports = common_imports(self.hand_ins, self.provided, self.names)
        options = EngineOptions(python=python, seal=seal, imports=imports, executions=len(self.hand_ins))
        engine = ENGINES[self.name](options)
        if early:
            engine.begin()
        return engine


def check_engine(name: str) -> None:
    """Raise UsageError where there is no engine of a name."""
    if name not in ENGINES:
        raise UsageError(f"There is no engine {name!r}.", remedy=f"Choose one of: {', '.join(ENGINES)}.")
