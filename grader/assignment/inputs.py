"""What an author's cases are made of: draws of seeded generators, hidden files, and cases that must raise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from grader.assignment.places import author_place
from grader.wire.arrays import AnyArray

Distribution = Literal["normal", "uniform", "integers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """`n` arrays of a shape, drawn from `numpy.random.default_rng(seed)`; `low` and `high` are its parameters, for
    `normal` the mean and the standard deviation."""

    distribution: Distribution
    shape: tuple[int, ...]
    n: int
    seed: int
    low: float
    high: float

    def arrays(self) -> tuple[AnyArray, ...]:
        """The arrays, float64 or int64."""
        generator = np.random.default_rng(self.seed)
        return tuple(self._array(generator) for _ in range(self.n))

    def _array(self, generator: np.random.Generator) -> AnyArray:
        if self.distribution == "integers":
            return np.asarray(generator.integers(int(self.low), int(self.high), size=self.shape))
        drawn = getattr(generator, self.distribution)(self.low, self.high, size=self.shape)
        return np.asarray(drawn)


def _draw(
    distribution: Distribution, shape: tuple[object, ...], *, n: object, seed: int, low: float, high: float
) -> Draw:
    lengths = tuple(length for length in shape if isinstance(length, int) and length >= 0)
    if len(lengths) != len(shape):
        given = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else (3, 4)
        written = ", ".join(map(repr, given))
        raise author_place().error(
            f"{distribution}() takes the lengths of a shape one by one, whole numbers from 0.",
            remedy=f"Write {distribution}({written}).",
        )
    if not isinstance(n, int) or n < 1:
        raise author_place().error(f"n={n!r} is no number of draws.", remedy="Write n=3, or leave it out for one.")
    return Draw(distribution=distribution, shape=lengths, n=n, seed=seed, low=low, high=high)


def normal(*shape: int, n: int = 1, seed: int = 0, mean: float = 0.0, std: float = 1.0) -> Draw:
    """Draw `n` arrays of this shape from a normal distribution."""
    return _draw("normal", shape, n=n, seed=seed, low=mean, high=std)


def uniform(*shape: int, n: int = 1, seed: int = 0, low: float = 0.0, high: float = 1.0) -> Draw:
    """Draw `n` arrays of this shape from a uniform distribution over [low, high)."""
    return _draw("uniform", shape, n=n, seed=seed, low=low, high=high)


def integers(*shape: int, low: int, high: int, n: int = 1, seed: int = 0) -> Draw:
    """Draw `n` arrays of this shape of integers from `low` up to, but without, `high`."""
    return _draw("integers", shape, n=n, seed=seed, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Raises:
    """A case for which the function must raise this exception, or one below it."""

    error: type[BaseException]
    arguments: tuple[object, ...]


def raises(error: type[BaseException], *arguments: object) -> Raises:
    """A case for which the function must raise `error`, as the reference does."""
    return Raises(error, arguments)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Data in the reference folder that no student sees: `.npy`, `.npz`, `.csv`, `.json`, `.pt` or `.txt`."""

    file: str

    def load(self, folder: Path) -> object:
        """Read the data. Raises OSError or ValueError for what can't be read as what its name says."""
        path = folder / self.file
        match path.suffix:
            case ".npy":
                return np.load(path, allow_pickle=False)
            case ".npz":
                with np.load(path, allow_pickle=False) as arrays:
                    return dict(arrays)
            case ".csv":
                return _table(path)
            case ".json":
                return json.loads(path.read_text(encoding="utf-8"))
            case ".pt":
                return torch.load(path, weights_only=True)
            case ".txt":
                return path.read_text(encoding="utf-8")
        raise ValueError(f"{path.suffix or 'a name without ending'} is no kind of data that is known")


def hidden(file: str) -> Any:
    """Data in the reference folder that no student sees. Given to `call`, it enters the sandbox when it is needed; as
    the default of a property's parameter it never does."""
    return Hidden(file)


def _table(path: Path) -> object:
    try:
        import pandas as pd
    except ImportError:
        raise ValueError("tables need pandas, which isn't installed here") from None
    return pd.read_csv(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a student's function whose result a property judges; `seconds` is what it may take."""

    names: tuple[str, ...]
    arguments: tuple[object, ...]
    seconds: float


def call(names: str | Sequence[str], *arguments: object, seconds: float = 10.0) -> Call:
    """What the student's function of this name (or of the first of several names that is there) gives for arguments,
    which may be `hidden`."""
    return Call(names=(names,) if isinstance(names, str) else tuple(names), arguments=arguments, seconds=seconds)
