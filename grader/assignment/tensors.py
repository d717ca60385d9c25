"""Turns numbers of any kind into the tensors that a reference computes with, and those into arrays."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.wire.arrays import AnyArray

_computing: ContextVar[bool] = ContextVar("computing", default=False)


class NotNumbers(ValueError):
    """Something that holds no numbers, or not in a rectangle; the message says what it is."""


@contextmanager
def arithmetic(seed: int = 0) -> Iterator[None]:
    """Compute as references do: constants are float64, gradients are on, draws of global generators are repeatable.

    Within itself it only seeds them anew.
    """
    if _computing.get():
        _seed(seed)
        yield
        return
    before = torch.get_default_dtype(), np.random.get_state(), random.getstate()
    torch.set_default_dtype(torch.float64)  # else `torch.tensor(0.1) * x` is off in the ninth digit
    try:
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            _computing.set(True)
            _seed(seed)
            yield
    finally:
        _computing.set(False)
        torch.set_default_dtype(before[0])
        np.random.set_state(before[1])
        random.setstate(before[2])


def _seed(seed: int) -> None:
    torch.default_generator.manual_seed(seed)  # that of the CPU; `torch.manual_seed` takes a hundred times as long
    np.random.seed(seed)
    random.seed(seed)


def from_author(value: object) -> Tensor:
    """Copy a number, nested list, array or tensor into a tensor of float64, int64, bool or complex128.

    Raises NotNumbers for anything else.
    """
    if isinstance(value, Tensor):
        return widened(value.detach()).clone()
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise NotNumbers("rows of different lengths, or something else that makes no array") from error
    return _from_array(array).clone()


def others_like(values: AnyArray, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw other numbers in an array's shape, of mixed signs and about its size."""
    return size_of(values) * generator.normal(size=values.shape)


def size_of(values: AnyArray) -> float:
    """Tell how large an array's numbers are: the mean of their magnitudes, 1 where all are zero."""
    return float(np.abs(values).mean()) or 1.0


def is_number(value: object) -> bool:
    """Whether something is a number, or an array or a tensor of them."""
    if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
        return value.dtype.kind in "biufc"
    if isinstance(value, bool) or not isinstance(value, int):
        return isinstance(value, Tensor | bool | float | complex | np.number | np.bool_)
    return abs(value) <= np.iinfo(np.int64).max


def from_function(value: object) -> Tensor:
    """Turn what a function returned into a tensor of float64, int64, bool or complex128, its gradient kept.

    Numbers, NumPy's and Python's, and arrays count as well; raises NotNumbers for anything else.
    """
    if isinstance(value, Tensor):
        return widened(value)
    if isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        return _from_array(np.asarray(value)).clone()
    raise NotNumbers("None" if value is None else f"a {type(value).__name__}")


def widened(tensor: Tensor) -> Tensor:
    """Give a tensor the widest dtype of its kind, dense and on the CPU; its gradient is kept.

    Raises NotNumbers for a tensor of which there are no numbers to be had (one on the `meta` device).
    """
    try:
        dense = tensor if tensor.layout is torch.strided else tensor.to_dense()
        return dense.to(device="cpu", dtype=_widest(tensor.dtype))
    except RuntimeError as error:
        raise NotNumbers(f"a tensor without numbers ({tensor.device} device)") from error


def _widest(dtype: torch.dtype) -> torch.dtype:
    if dtype.is_complex:
        return torch.complex128
    if dtype.is_floating_point:
        return torch.float64
    return torch.bool if dtype is torch.bool else torch.int64


def _from_array(array: AnyArray) -> Tensor:
    widest = {"f": np.float64, "c": np.complex128, "i": np.int64, "u": np.int64, "b": np.bool_}.get(array.dtype.kind)
    if widest is None or (array.dtype == np.uint64 and array.size and int(array.max()) > np.iinfo(np.int64).max):
        raise NotNumbers(f"{array.dtype.name} instead of numbers" if widest is None else "integers beyond 64 bits")
    return torch.from_numpy(np.array(array, dtype=widest, order="C"))


def to_array(tensor: Tensor) -> AnyArray:
    """Copy a tensor's values into a read-only array of the same dtype and shape."""
    array: AnyArray = np.array(tensor.detach().resolve_conj().resolve_neg().numpy())
    array.flags.writeable = False
    return array
