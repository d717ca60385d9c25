"""Arrays and tensors, read through functions of their base classes that were taken before any student code ran."""

from __future__ import annotations

import sys
from typing import Any

_INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
_DTYPES = frozenset(("bool", *_INTEGERS, "float16", "float32", "float64", "complex64", "complex128"))


class Refused(Exception):
    """Something that is no plain value; the message says why."""


class TooLarge(Refused):
    """A value beyond its limits: none of it is read."""

    def __init__(self) -> None:
        super().__init__("too large")


class NumpyReader:
    """NumPy's own slots, which an object's class can't override."""

    def __init__(self, numpy: Any) -> None:
        self.ndarray = numpy.ndarray
        self.matrix = numpy.matrix
        self.generic = numpy.generic
        self.asarray = numpy.asarray
        self.masked = getattr(getattr(numpy, "ma", None), "MaskedArray", None)
        self.mask = getattr(getattr(numpy, "ma", None), "getmaskarray", None)
        self._view = numpy.ndarray.view
        self._astype = numpy.ndarray.astype
        self._tobytes = numpy.ndarray.tobytes
        self._tolist = numpy.ndarray.tolist
        # NumPy makes a dtype's name anew each time, in Python, which takes longer than reading a small array.
        little = sys.byteorder == "little"
        times = ("datetime64[ns]", "timedelta64[ns]")
        self._native = {numpy.dtype(name): name for name in (*sorted(_DTYPES), *times)} if little else {}
        self._wide = {"f": numpy.dtype(numpy.float64), "c": numpy.dtype(numpy.complex128)}

    def plain(self, array: Any) -> Any:
        """The same elements as an exact ndarray."""
        return self._view(array, self.ndarray)

    def nanoseconds(self, plain: Any) -> Any:
        """Times in nanoseconds, whatever unit they had."""
        fine = self._astype(plain, plain.dtype.kind + "8[ns]")
        if self._tobytes(self._astype(fine, plain.dtype)) != self._tobytes(plain):  # it wraps around silently
            raise Refused("times that are centuries away can't be read")
        return fine

    def items(self, plain: Any, limit: int) -> Any:
        """The elements of an array of objects or strings, as nested lists."""
        if plain.dtype.kind not in "OU":
            raise Refused(f"arrays of dtype {plain.dtype.name[:50]} can't be read")
        if plain.size > limit:
            raise TooLarge
        return self._tolist(plain)

    def numbers(self, plain: Any) -> tuple[str, tuple[int, ...], bytes]:
        """Dtype name, shape and little-endian bytes in C order, of an array of numbers."""
        dtype = plain.dtype
        if dtype in self._native:
            return self._native[dtype], plain.shape, self._tobytes(plain, "C")
        if dtype.name not in _DTYPES and dtype.kind not in "mM":
            dtype = self._wide[dtype.kind]  # long double has no portable layout
        little = self._astype(plain, dtype.newbyteorder("<"), copy=False)
        return dtype.name, plain.shape, self._tobytes(little, "C")


class TorchReader:
    """PyTorch's own functions, which a subclass or a patched attribute can't override."""

    def __init__(self, torch: Any) -> None:
        tensor = torch.Tensor
        self.tensor = tensor
        self._detach, self._cpu, self._numpy = tensor.detach, tensor.cpu, tensor.numpy
        self._contiguous, self._view, self._to_dense = tensor.contiguous, tensor.view, tensor.to_dense
        self._resolve = (tensor.resolve_conj, tensor.resolve_neg)
        self._strided, self._bfloat16, self._int16 = torch.strided, torch.bfloat16, torch.int16
        core = torch._C
        self._disabled = getattr(core, "DisableTorchFunctionSubclass", None) or core.DisableTorchFunction

    def numbers(self, tensor: Any, limit: int) -> tuple[str, Any]:
        """Logical dtype, and an ndarray that holds the elements (bfloat16 as int16) in C order."""
        with self._disabled():
            tensor = self._detach(tensor)
            name = str(tensor.dtype).rpartition(".")[2]
            if name not in _DTYPES and name != "bfloat16":
                raise Refused(f"tensors of dtype {name[:50]} can't be read")
            if tensor.numel() * tensor.element_size() > limit:
                raise TooLarge
            if tensor.layout is not self._strided:
                tensor = self._to_dense(tensor)
            tensor = self._cpu(tensor)
            for resolve in self._resolve:
                tensor = resolve(tensor)
            tensor = self._contiguous(tensor)
            if tensor.dtype is self._bfloat16:
                tensor = self._view(tensor, self._int16)
            return name, self._numpy(tensor)


class Libraries:
    """The readers of the libraries that the process has imported so far."""

    def __init__(self) -> None:
        self.numpy: Any = None
        self.torch: Any = None
        self.refresh()

    def refresh(self) -> None:
        """Take up what has been imported since. What is there before student code runs is safe from it."""
        if self.numpy is None and "numpy" in sys.modules:
            self.numpy = _reader(NumpyReader, "numpy")
        if self.torch is None and "torch" in sys.modules:
            self.torch = _reader(TorchReader, "torch")


def _reader(kind: Any, name: str) -> Any:
    try:
        return kind(sys.modules[name])
    except Exception:  # a half-imported library, or a student's module of that name
        return None
