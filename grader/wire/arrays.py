"""Plain arrays as NumPy's. Whoever merely hands values on needn't import this, nor NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.records import Array

AnyArray = NDArray[np.generic]


def elements_of(array: Array) -> AnyArray:
    """The elements of an array in its shape, to be read only; bfloat16, which NumPy lacks, as float32."""
    if array.dtype == "bfloat16":
        # It is the upper half of a float32.
        upper = np.frombuffer(array.data, dtype="<u2").astype(np.uint32) << 16
        return upper.view(np.float32).reshape(array.shape)
    return np.frombuffer(array.data, dtype=np.dtype(array.dtype).newbyteorder("<")).reshape(array.shape)
