"""What runs inside a student's process, on a class's older Python, with its older NumPy and without any."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from grader import guest
from grader.guest.frames import encode
from grader.guest.libraries import Libraries
from grader.guest.values import Reader
from grader.records import Limits, Unreadable, Value
from grader.wire import decode, guest_limits
from tests.class_python import WITH_NUMPY, WITHOUT_NUMPY, class_python, installed_pythons

FOLDER = Path(str(guest.__file__)).parent
LIMITS = Limits(value_bytes=1000, capture_bytes=100_000)

PLAIN = {
    "numbers": "[1, 2.5, float('nan'), True, None, 10**300, 1 - 2j]",
    "nested": "{'a': (1, {2}), 'b': range(3), 3: frozenset([4])}",
    "text": "'π \\ud800'",
    "thing": "object()",
    "deep": "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]",
    "huge": "10**2000",
}
NUMPY = {
    "eye": "np.eye(2)",
    "every_dtype": "[np.ones(2, t) for t in '? b B h H i I l L q Q e f d F D'.split()]",
    "big_endian": "np.arange(3, dtype='>f4')",
    "strided": "np.arange(12.0).reshape(3, 4).T[::2]",
    "empty": "np.zeros((0, 3))",
    "scalars": "[np.float32(0.1), np.int8(-1), np.bool_(False), np.longdouble(2), np.complex64(1j), np.str_('s')]",
    "matrix": "np.ones((1, 2)).view(np.matrix)",
    "masked": "np.ma.masked_array([1.0, 2.0], mask=[0, 1])",
    "words": "np.array(['a', 'bc'])",
    "objects": "np.array([1, None, [2.0]], dtype=object)",
    "dates": "np.array(['2020', 'NaT'], dtype='datetime64[D]')",
    "spans": "np.array([1, -2], dtype='timedelta64[s]')",
    "records": "np.zeros(2, dtype=[('x', 'f8')])",
    "too_large": "np.zeros(1000)",
    "lie": "np.broadcast_to(1.0, (10**12,))",
}

PROGRAM = """
import importlib, os, pkgutil, sys, types, warnings
folder, limits, values = sys.argv[1], eval(sys.argv[2]), eval(sys.argv[3])
warnings.filterwarnings("error", module="guest")
package = types.ModuleType("guest")
package.__path__ = [folder]
sys.modules["guest"] = package
for found in pkgutil.iter_modules([folder]):
    importlib.import_module("guest." + found.name)
try:
    import numpy as np
except ImportError:
    assert "eye" not in values
from guest.frames import encode
from guest.libraries import Libraries
from guest.values import Reader
reader = Reader(Libraries(), limits)
read = [{"name": name, "identity": 0, "value": reader.read(eval(text))} for name, text in values.items()]
os.write(1, b"".join(encode(read, reader.arrays)))
"""


def read_there(python: Path, values: dict[str, str]) -> dict[str, Value]:
    command = [python, "-I", "-B", "-c", PROGRAM, FOLDER, repr(guest_limits(LIMITS)), repr(values)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.stderr == b""
    return {each.name: each.value for each in decode(done.stdout, LIMITS)}


def read_here(values: dict[str, str]) -> dict[str, Value]:
    reader = Reader(Libraries(), guest_limits(LIMITS))
    made = {name: eval(text, {"np": np}) for name, text in values.items()}
    read = [{"name": name, "identity": 0, "value": reader.read(value)} for name, value in made.items()]
    return {each.name: each.value for each in decode(b"".join(encode(read, reader.arrays)), LIMITS)}


def test_an_older_python_and_numpy_give_the_same_values() -> None:
    there = read_there(class_python(WITH_NUMPY), PLAIN | NUMPY)
    assert there == read_here(PLAIN | NUMPY)
    unreadable = {name for name, value in there.items() if isinstance(value, Unreadable)}
    assert unreadable == {"thing", "huge", "records", "too_large", "lie"}


def test_without_numpy_plain_values_are_the_same() -> None:
    assert read_there(class_python(WITHOUT_NUMPY), PLAIN) == read_here(PLAIN)


COMPILE = """
import sys, warnings
warnings.simplefilter("error")
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        compile(file.read(), path, "exec", dont_inherit=True)
"""


@pytest.mark.parametrize("python", [path for number, path in installed_pythons().items() if number >= (3, 9)], ids=str)
def test_all_that_runs_inside_compiles_on_every_python_from_3_9(python: Path) -> None:
    files = sorted(FOLDER.glob("*.py"))
    done = subprocess.run([python, "-I", "-c", COMPILE, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
