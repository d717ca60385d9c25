"""What the guest makes of a student's objects. The pure parts also run on other Pythons, where they are installed."""

from __future__ import annotations

import datetime
import itertools
import json
import subprocess
from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from grader import guest
from grader.guest.libraries import Libraries
from grader.guest.values import Reader
from grader.records import Limits
from grader.wire import guest_limits

LIMITS = guest_limits(Limits(value_bytes=1000, capture_bytes=100_000))


def read(value: object) -> Any:
    return Reader(Libraries(), LIMITS).read(value)


def arrays(value: object) -> list[tuple[str, tuple[int, ...], bytes]]:
    reader = Reader(Libraries(), LIMITS)
    reader.read(value)
    return reader.arrays


class Hostile:
    __class__ = property(lambda self: list)  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit


class Shout(str):
    def __str__(self) -> str:
        return "shout"

    def __len__(self) -> int:
        raise SystemExit


class Count(int):
    def __index__(self) -> int:
        raise SystemExit

    def bit_length(self) -> int:
        raise SystemExit


class Group(list[int]):
    def __iter__(self) -> Any:
        raise SystemExit

    def __len__(self) -> int:
        return -1


class Patched(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *arguments: object, **options: object) -> Any:
        raise SystemExit


Point = namedtuple("Point", "x y")


@dataclass
class Pair:
    first: int
    second: str


def listed(*items: Any) -> Any:
    return {"kind": "sequence", "container": "list", "items": list(items)}


def turned() -> OrderedDict[str, int]:
    ordered = OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    return ordered


def counted(stop: int, error: BaseException | None = None) -> Iterator[int]:
    yield from range(stop)
    if error is not None:
        raise error


@pytest.mark.parametrize(
    ("make", "tree"),
    [
        (lambda: Shout("quiet"), "quiet"),
        (lambda: Count(7), 7),
        (lambda: Group([1, 2]), {"kind": "sequence", "container": "list", "items": [1, 2]}),
        (lambda: Fraction(1, 4), 0.25),
        (lambda: Decimal("0.5"), 0.5),
        (lambda: Pair(1, "b"), {"kind": "mapping", "keys": ["first", "second"], "values": [1, "b"]}),
        (lambda: {np.int64(3): 1}, {"kind": "mapping", "keys": [3], "values": [1]}),
        (lambda: Point(1, 2), {"kind": "sequence", "container": "tuple", "items": [1, 2]}),
        (lambda: range(2), {"kind": "sequence", "container": "list", "items": [0, 1]}),
        (lambda: {"a": 1, "b": 2}.keys(), listed("a", "b")),
        (lambda: {"a": 1, "b": 2}.values(), listed(1, 2)),
        (lambda: {"a": 1}.items(), listed({"kind": "sequence", "container": "tuple", "items": ["a", 1]})),
        (lambda: turned().keys(), listed("b", "a")),
        (lambda: turned().values(), listed(2, 1)),
        (lambda: deque([1, 2], maxlen=3), listed(1, 2)),
        (lambda: frozenset([3]), {"kind": "sequence", "container": "set", "items": [3]}),
        (lambda: OrderedDict(a=1), {"kind": "mapping", "keys": ["a"], "values": [1]}),
        (lambda: np.array(["a"]), {"kind": "sequence", "container": "list", "items": ["a"]}),
        (lambda: np.array([[1], None], dtype=object)[1:], {"kind": "sequence", "container": "list", "items": [None]}),
        (lambda: np.str_("s"), "s"),
    ],
)
def test_subclasses_are_read_as_what_they_hold_not_as_what_they_say(make: Callable[[], object], tree: object) -> None:
    assert read(make()) == tree


@pytest.mark.parametrize(
    ("make", "container", "dtype", "shape"),
    [
        (lambda: np.float32(1), "number", "float32", []),
        (lambda: np.bool_(True), "number", "bool", []),
        (lambda: float("nan"), "number", "float64", []),
        (lambda: 1 + 2j, "number", "complex128", []),
        (lambda: np.ones((2, 2)).view(np.matrix), "matrix", "float64", [2, 2]),
        (lambda: np.longdouble(2), "number", "float64", []),
        (lambda: torch.nn.Parameter(torch.zeros(1)), "tensor", "float32", [1]),
        (lambda: torch.ones(2).as_subclass(Patched), "tensor", "float32", [2]),
        (lambda: torch.eye(2).to_sparse(), "tensor", "float32", [2, 2]),
        (lambda: torch.ones(2, dtype=torch.complex64).conj(), "tensor", "complex64", [2]),
        (lambda: torch.zeros(0, 3), "tensor", "float32", [0, 3]),
    ],
)
def test_numbers_say_where_they_were(make: Callable[[], object], container: str, dtype: str, shape: list[int]) -> None:
    tree = read(make())
    assert (tree["container"], tree["dtype"], tree["shape"]) == (container, dtype, shape)


@pytest.mark.parametrize(
    ("make", "type_name", "reason"),
    [
        (lambda: Hostile(), "Hostile", "no plain value"),
        (lambda: np, "module", "no plain value"),
        (lambda: b"bytes", "bytes", "no plain value"),
        (lambda: np.zeros(1000), "ndarray", "too large"),
        (lambda: np.broadcast_to(1.0, (10**12,)), "ndarray", "too large"),
        (lambda: torch.ones(1).expand(10**12), "Tensor", "too large"),
        (lambda: torch.sparse_coo_tensor([[0]], [1.0], (10**12,), check_invariants=True), "Tensor", "too large"),
        (lambda: [np.zeros(100), np.zeros(100)], "list", "too large"),
        (lambda: [0] * 100_001, "list", "too large"),
        (lambda: "a" * 100_001, "str", "too large"),
        (lambda: 10**1001, "int", "too large"),
        (lambda: {(1, 2): 3}, "dict", "key of type tuple"),
        (lambda: np.array(["2300-01-01"], dtype="datetime64[D]"), "ndarray", "centuries away"),
        (lambda: np.zeros(2, dtype=[("x", "f8")]), "ndarray", "dtype void"),
        (lambda: torch.ones(1, device="meta"), "Tensor", "raised NotImplementedError"),
    ],
)
def test_what_cannot_be_read_says_why(make: Callable[[], object], type_name: str, reason: str) -> None:
    tree = read(make())
    assert (tree["kind"], tree["type"]) == ("unreadable", type_name)
    assert reason in tree["reason"]


@pytest.mark.parametrize(
    ("make", "tree"),
    [
        (lambda: map(str, [1, 2]), listed("1", "2")),
        (lambda: filter(None, [0, 1]), listed(1)),
        (lambda: zip([1], "a", strict=True), listed({"kind": "sequence", "container": "tuple", "items": [1, "a"]})),
        (lambda: (each for each in (1, 2)), listed(1, 2)),
        (lambda: reversed([1, 2]), listed(2, 1)),
        (lambda: (map(str, range(n)) for n in [1, 2]), listed(listed("0"), listed("0", "1"))),
        (lambda: {"a": iter([1])}, {"kind": "mapping", "keys": ["a"], "values": [listed(1)]}),
    ],
)
def test_what_can_be_gone_through_once_is_only_where_it_is_nobody_elses(
    make: Callable[[], object], tree: object
) -> None:
    assert Reader(Libraries(), LIMITS, drains=True).read(make()) == tree
    value = make()
    read(value)
    assert Reader(Libraries(), LIMITS, drains=True).read(value) == tree


def test_what_never_ends_is_too_large_and_what_an_iterator_raises_is_kept() -> None:
    reader = Reader(Libraries(), LIMITS, drains=True)
    for endless in (itertools.count(), itertools.repeat(np.zeros(10))):
        assert reader.read(endless)["reason"] == "too large"
    assert reader.fault is None
    error = ValueError("no")
    assert reader.read([counted(2, error)])["items"][0]["reason"] == "reading it raised ValueError"
    assert reader.fault is error


def test_a_container_that_contains_itself_or_is_nested_deeply_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert read(loop)["items"][1]["reason"] == "it contains itself"
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert "nested too deeply" in json.dumps(read(deep))


def test_the_same_object_twice_in_a_list_is_no_circle() -> None:
    inner = [1]
    assert read([inner, inner])["items"][0] == read([inner, inner])["items"][1]


def test_a_value_that_is_too_large_leaves_room_for_the_others() -> None:
    reader = Reader(Libraries(), LIMITS)
    for _ in range(100):
        assert reader.read([np.zeros(100), np.zeros(100)])["reason"] == "too large"
    assert reader.arrays == []
    assert reader.read(np.zeros(100))["tensor"] == 0


def test_a_frame_has_room_for_so_many_bytes_and_says_so_for_the_rest() -> None:
    reader = Reader(Libraries(), LIMITS)
    trees = [reader.read(np.zeros(125)) for _ in range(100)]
    assert len(reader.arrays) == LIMITS["capture_bytes"] // 1000
    assert trees[-1]["reason"] == "too large"


def _pythons() -> list[str]:
    return sorted(str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python") if _new_enough(path))


def _new_enough(path: Path) -> bool:
    return tuple(map(int, path.parent.parent.name.split(".")[:2])) >= (3, 9)


@pytest.mark.parametrize("python", _pythons())
def test_the_guest_runs_on_old_and_new_pythons_without_any_library(python: str) -> None:
    code = (
        "import sys, types, json\n"
        "package = types.ModuleType('g'); package.__path__ = [sys.argv[1]]; sys.modules['g'] = package\n"
        "from g.values import Reader; from g.libraries import Libraries; from g.frames import encode; import g.start\n"
        "reader = Reader(Libraries(), json.loads(sys.argv[2]))\n"
        "tree = reader.read([1, 2.5, None, 'x', (True, {1}), {'a': 1j}, float('nan'), object(), 10**2000])\n"
        "encode([{'name': 'x', 'identity': 0, 'value': tree}], reader.arrays)\n"
        "print(json.dumps(tree))"
    )
    folder = str(Path(str(guest.__file__)).parent)
    result = subprocess.run(
        [python, "-W", "error", "-B", "-I", "-c", code, folder, json.dumps(LIMITS)], capture_output=True, text=True
    )
    assert result.stderr == ""
    value = [1, 2.5, None, "x", (True, {1}), {"a": 1j}, float("nan"), object(), 10**2000]
    assert json.loads(result.stdout) == json.loads(json.dumps(read(value)))


def test_a_frame_of_pandas_is_read_with_its_labels() -> None:
    tree = read(pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["i", "j"]))
    assert tree["columns"] == {"kind": "sequence", "container": "list", "items": ["a", "b"]}
    assert tree["index"]["items"] == ["i", "j"]
    assert tree["data"][0]["dtype"] == "int64"
    assert tree["data"][1]["items"] == ["x", None]
    series = read(pd.Series([1.0, 2.0], name="score"))
    assert (series["container"], series["columns"]["items"], series["index"]["dtype"]) == ("series", ["score"], "int64")


def test_a_masked_array_is_read_with_its_mask() -> None:
    tree = read(np.ma.masked_array([1.0, 2.0], mask=[0, 1]))
    assert (tree["kind"], tree["data"]["dtype"], tree["mask"]["dtype"]) == ("masked", "float64", "bool")


@pytest.mark.parametrize("make", [scipy.sparse.csr_matrix, scipy.sparse.coo_array])
def test_a_sparse_matrix_is_read_as_its_numbers_within_bounds(make: Callable[[Any], Any]) -> None:
    assert arrays(make(np.eye(2)))[0][1:] == ((2, 2), np.eye(2).tobytes())
    assert read(scipy.sparse.coo_array((10**6, 10**6)))["reason"] == "too large"


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        (datetime.date(1970, 1, 2), 86_400 * 10**9),
        (datetime.datetime(1970, 1, 1, 0, 0, 0, 1), 1000),
        (datetime.datetime(1970, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), 0),
        (datetime.timedelta(microseconds=2), 2000),
        (pd.Timestamp("1970-01-01 00:00:01"), 10**9),
        (np.datetime64("1970-01-01T00:00:02"), 2 * 10**9),
    ],
)
def test_times_are_read_in_nanoseconds(value: object, nanoseconds: int) -> None:
    assert arrays(value) == [(arrays(value)[0][0], (), nanoseconds.to_bytes(8, "little"))]
    assert arrays(value)[0][0] in ("datetime64[ns]", "timedelta64[ns]")
