"""Frames come from a hostile process: what is right survives unchanged, and all else is refused."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from grader.guest.frames import encode
from grader.guest.libraries import Libraries
from grader.guest.values import Reader, identity
from grader.records import ITEMSIZE, Array, Limits, Mapping, Scalar, Sequence, Unreadable, Value
from grader.wire.reading import MAX_INTEGER_BITS, WireError, clean, decode, guest_limits
from tests.unit.wire.hostile_frames import FRAMES, raw

LIMITS = Limits(capture_bytes=4 * 1024**2, value_bytes=1024**2)
DTYPES = sorted(set(ITEMSIZE) - {"bfloat16"})


def frame_of(**values: object) -> bytes:
    """The frame that the guest writes for these variables."""
    reader = Reader(Libraries(), guest_limits(LIMITS))
    captures = [
        {"name": name, "identity": identity(value), "value": reader.read(value)} for name, value in values.items()
    ]
    return b"".join(encode(captures, reader.arrays))


def value_of(value: object) -> Value:
    (read,) = decode(frame_of(value=value), LIMITS)
    return read.value


def handmade(captures: Any, arrays: dict[str, tuple[str, list[int], bytes]] | None = None) -> bytes:
    """A frame as an attacker may write it."""
    entries, data = {}, b""
    for name, (dtype, shape, content) in (arrays or {}).items():
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    header, block = json.dumps(captures).encode(), json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack("<Q", len(block)) + block + data


def handmade_value(tree: Any, arrays: dict[str, tuple[str, list[int], bytes]] | None = None) -> bytes:
    return handmade({"captures": [{"name": "x", "identity": 0, "value": tree}]}, arrays)


def array_tree(**changes: Any) -> dict[str, Any]:
    tree = {"kind": "array", "dtype": "float64", "shape": [2], "container": "ndarray", "tensor": 0}
    return {**tree, **changes}


F64 = {"0": ("F64", [2], bytes(16))}


@given(
    st.sampled_from(DTYPES).flatmap(lambda name: st_numpy.arrays(name, st_numpy.array_shapes(min_dims=0, min_side=0)))
)
def test_arrays_of_every_dtype_come_out_byte_by_byte(array: np.ndarray[Any, Any]) -> None:
    for variant in (
        array,
        array.T,
        array.astype(array.dtype.newbyteorder(">")),
        array[..., ::-1] if array.ndim else array,
    ):
        expected = np.ascontiguousarray(variant).astype(array.dtype).tobytes()
        assert value_of(variant) == Array(dtype=array.dtype.name, shape=variant.shape, data=expected)


@pytest.mark.parametrize("name", sorted(name for name in ITEMSIZE if not name.endswith("[ns]")))
def test_tensors_of_every_dtype_come_out_byte_by_byte(name: str) -> None:
    tensor = torch.tensor([[1, 0, 1], [0, 1, 1]]).to(getattr(torch, name)).T
    expected = tensor.contiguous().view(torch.uint8).numpy().tobytes()
    assert value_of(tensor) == Array(dtype=name, shape=(3, 2), data=expected, container="tensor")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


def expected(value: object) -> Value:
    if isinstance(value, list):
        return Sequence(items=tuple(expected(item) for item in value))
    if isinstance(value, dict):
        keys = tuple(clean(key) if isinstance(key, str) else key for key in value)
        return Mapping(keys=keys, values=tuple(expected(item) for item in value.values()))
    return Scalar(value=clean(value) if isinstance(value, str) else value)


@given(PLAIN)
def test_plain_values_come_out_as_they_are(value: object) -> None:
    assert value_of(value) == expected(value)


def test_one_object_under_two_names_keeps_its_identity() -> None:
    array = np.ones(2)
    first, alias, other, small = decode(frame_of(a=array, b=array, c=np.ones(2), d=1), LIMITS)
    assert first.identity == alias.identity != other.identity
    assert small.identity == 0


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_a_wire_error(frame: bytes) -> None:
    with pytest.raises(WireError):
        decode(frame, LIMITS)


@settings(max_examples=500)
@given(st.data())
def test_mutated_frames_raise_nothing_but_a_wire_error(data: st.DataObject) -> None:
    frame = bytearray(frame_of(a=np.arange(4.0), b=torch.ones(2, 2), c=[1, {"k": 2.5, "z": 1j}], d=object(), e="text"))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(frame) - 1))
        frame[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not frame:
            break
    with suppress(WireError):
        decode(bytes(frame), LIMITS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["array", "float64", "list", "F64", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "dtype", "shape", "container", "tensor", "items", "keys", "values", "type", "reason"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(JSON)
def test_arbitrary_trees_raise_nothing_but_a_wire_error(tree: object) -> None:
    with suppress(WireError):
        decode(handmade_value(tree, F64), LIMITS)


def axis(*items: object) -> dict[str, object]:
    return {"kind": "sequence", "container": "list", "items": list(items)}


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param({"columns": axis("a", "b"), "index": axis(0), "data": [axis(1)]}, id="a label too many"),
        pytest.param({"columns": axis(), "index": axis(0), "data": [axis(1)]}, id="no labels"),
        pytest.param({"columns": axis("a"), "index": axis(0, 1), "data": [axis(1)]}, id="a row too few"),
        pytest.param({"columns": axis("a"), "index": 1, "data": [2]}, id="numbers for axes"),
        pytest.param({"columns": 1, "index": axis(0), "data": []}, id="a number for labels"),
        pytest.param(
            {"columns": axis("a"), "index": array_tree(shape=[2, 1]), "data": [axis(1, 2)]}, id="an index of two axes"
        ),
        pytest.param(
            {"columns": array_tree(shape=[2, 1]), "index": axis(0), "data": [axis(1), axis(2)]}, id="labels of two axes"
        ),
    ],
)
@pytest.mark.parametrize("container", ["dataframe", "series"])
def test_a_table_whose_labels_do_not_fit_is_unreadable(container: str, tree: dict[str, object]) -> None:
    arrays = {"0": ("F64", [2, 1], bytes(16))} if "array" in repr(tree) else {}
    (read,) = decode(handmade_value({"kind": "frame", "container": container, **tree}, arrays), LIMITS)
    assert isinstance(read.value, Unreadable)


@pytest.mark.parametrize("columns", [[], ["a", "b"]])
def test_a_series_that_is_not_one_column_is_unreadable(columns: list[str]) -> None:
    data = [axis(1) for _ in columns]
    tree = {"kind": "frame", "container": "series", "columns": axis(*columns), "index": axis(0), "data": data}
    (read,) = decode(handmade_value(tree, {}), LIMITS)
    assert isinstance(read.value, Unreadable)


NESTED = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(struct.pack("<Q", 2**63) + b"{}", id="header longer than the frame"),
        pytest.param(bytes(5 * 1024**2), id="more bytes than captures may have"),
        pytest.param(struct.pack("<Q", len(NESTED)) + NESTED.encode(), id="nesting beyond Python's stack"),
        pytest.param(handmade([]), id="no list of captures"),
        pytest.param(handmade({"captures": [{"name": "x", "identity": 0, "value": 1}] * 2}), id="a name twice"),
        pytest.param(handmade({"captures": [{"name": 1, "identity": 0, "value": 1}]}), id="a name that is a number"),
        pytest.param(handmade({"captures": [{"name": "x", "identity": -1, "value": 1}]}), id="a negative identity"),
        pytest.param(handmade({"captures": [{"name": "x", "identity": True, "value": 1}]}), id="an identity of true"),
        pytest.param(handmade_value(1, F64), id="an array that nothing refers to"),
        pytest.param(handmade_value([1]), id="a bare list"),
        pytest.param(handmade_value(float("nan")), id="NaN as JSON"),
        pytest.param(handmade_value(float("inf")), id="infinity as JSON"),
        pytest.param(handmade_value(11111).replace(b"11111", b"1e999"), id="a number that overflows"),
        pytest.param(handmade_value(2 ** (MAX_INTEGER_BITS + 1)), id="an integer of too many digits"),
        pytest.param(handmade_value("a" * 100_001), id="too long a text"),
        pytest.param(handmade_value({"kind": "pickle", "data": ""}), id="an unknown kind"),
        pytest.param(handmade_value({"kind": ["array"]}), id="a kind that is a list"),
        pytest.param(handmade_value(array_tree(extra=1), F64), id="an unknown key"),
        pytest.param(handmade_value(array_tree(), {}), id="an array that isn't there"),
        pytest.param(
            handmade_value({"kind": "sequence", "container": "list", "items": [array_tree()] * 2}, F64),
            id="an array used twice",
        ),
        pytest.param(handmade_value(array_tree(dtype="object"), F64), id="a dtype of objects"),
        pytest.param(handmade_value(array_tree(dtype="int64"), F64), id="another dtype than is stored"),
        pytest.param(handmade_value(array_tree(shape=[1, 2]), F64), id="another shape than is stored"),
        pytest.param(handmade_value(array_tree(shape=[-2]), F64), id="a negative length"),
        pytest.param(handmade_value(array_tree(shape=[True, 2]), F64), id="a length of true"),
        pytest.param(handmade_value(array_tree(shape=[0, 2**40]), F64), id="an empty array of huge shape"),
        pytest.param(handmade_value(array_tree(shape=[1] * 65), F64), id="too many dimensions"),
        pytest.param(handmade_value(array_tree(container="list"), F64), id="an unknown container"),
        pytest.param(handmade_value(array_tree(tensor="0"), F64), id="a reference that is no number"),
        pytest.param(
            handmade_value(array_tree(shape=[2**18]), {"0": ("F64", [2**18], bytes(2**21))}), id="too large a value"
        ),
        pytest.param(
            handmade_value(array_tree(dtype="bool"), {"0": ("BOOL", [2], b"\x02\x01")}), id="a bool that is neither"
        ),
        pytest.param(
            handmade_value({"kind": "mapping", "keys": ["a"], "values": []}), id="a mapping with a key too many"
        ),
        pytest.param(
            handmade_value({"kind": "mapping", "keys": [[1]], "values": [1]}), id="a mapping with a list for a key"
        ),
        pytest.param(
            handmade_value({"kind": "sequence", "container": "list", "items": [0] * 100_001}), id="too many items"
        ),
        pytest.param(handmade_value({"kind": "unreadable", "type": "a" * 201, "reason": ""}), id="too long a type"),
    ],
)
def test_a_frame_that_is_not_in_order_is_refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        decode(frame, LIMITS)


MEASURE = """
import os, sys, time
from grader.wire import WireError, decode
from grader.records import Limits
def peak(): return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) // 1024
for path in sys.argv[1:]:
    if os.fork():
        os.wait()
        continue
    frame = open(path, "rb").read()
    before, began = peak(), time.process_time()
    try:
        decode(frame, Limits())
    except WireError:
        pass
    print(peak() - before, time.process_time() - began, os.path.basename(path), flush=True)
    os._exit(0)
"""


def test_frames_made_to_cost_memory_or_time_cost_little(tmp_path: Path) -> None:
    """Megabytes, and seconds of CPU. On an idle machine no frame takes 0.6 s, nor 100 MB beside its arrays' bytes."""
    for name, make in FRAMES.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", MEASURE, *map(str, tmp_path.iterdir())]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    costs = {
        name: (float(size), float(time)) for size, time, name in (line.split(" ", 2) for line in told.splitlines())
    }
    assert costs.keys() == FRAMES.keys()
    most = {name: 160 if "as many bytes" in name else 110 for name in FRAMES}
    assert {name: cost for name, cost in costs.items() if cost[0] > most[name] or cost[1] > 2} == {}


@pytest.mark.parametrize("dimensions", [0, 1, 3, 64])
def test_as_many_arrays_as_the_guest_puts_into_a_frame_are_read(dimensions: int) -> None:
    reader = Reader(Libraries(), guest_limits(Limits()))
    array = np.zeros((1,) * dimensions)
    captures = [{"name": str(i), "identity": 0, "value": reader.read([array] * 500)} for i in range(200)]
    assert captures[-1]["value"]["kind"] == "unreadable", "the frame is full"
    assert len(reader.arrays) >= 3_000
    read = decode(b"".join(encode(captures, reader.arrays)), Limits())
    assert sum(isinstance(each.value, Sequence) for each in read) == len(reader.arrays) // 500


def test_as_many_items_as_the_guest_puts_into_a_frame_are_read() -> None:
    reader = Reader(Libraries(), guest_limits(Limits()))
    captures = [{"name": str(i), "identity": 0, "value": reader.read([0] * 999)} for i in range(1000)]
    read = decode(b"".join(encode(captures, reader.arrays)), Limits())
    assert sum(isinstance(each.value, Sequence) for each in read) == 100


MARKED = ",:[{" * 20_000


class NameOfMoreThanAHundredCharacters:
    """Its name is cut, and still longer than what a value is allowed in the header by itself."""


NameOfMoreThanAHundredCharacters.__name__ = "\U0001f600" * 150


@pytest.mark.parametrize(
    "make",
    [
        lambda: [MARKED] * 20,
        lambda: [{} for _ in range(99_999)],
        lambda: [NameOfMoreThanAHundredCharacters()] * 99_999,
        lambda: [float("nan")] * 99_999,
        lambda: {str(number): MARKED for number in range(20)},
    ],
    ids=["texts of marks", "empty mappings", "long names of types", "arrays", "texts in a mapping"],
)
def test_a_value_beyond_what_a_header_may_hold_is_too_large_and_takes_no_other_with_it(
    make: Callable[[], object],
) -> None:
    reader = Reader(Libraries(), guest_limits(Limits()))
    captures = [{"name": name, "identity": 0, "value": reader.read(value)} for name, value in (("a", make()), ("b", 1))]
    large, small = decode(b"".join(encode(captures, reader.arrays)), Limits())
    assert isinstance(large.value, Unreadable)
    assert large.value.reason == "too large"
    assert small.value == Scalar(value=1)


@pytest.mark.parametrize("key", [float("nan"), (1, 2), 1j])
def test_a_mapping_whose_key_is_no_plain_one_takes_no_other_value_with_it(key: object) -> None:
    unreadable, array = decode(frame_of(a={key: 1}, b=np.ones(2)), LIMITS)
    assert isinstance(unreadable.value, Unreadable)
    assert isinstance(array.value, Array)


def test_a_key_that_stands_twice_in_an_object_counts_as_it_stands_last() -> None:
    frame = raw(b'{"captures": [{"name": "x", "name": "y", "identity": 0, "value": {"kind": 1}, "value": 2}]}', b"{}")
    assert [(each.name, each.value) for each in decode(frame, LIMITS)] == [("y", Scalar(value=2))]


@pytest.mark.parametrize(
    "value",
    [
        b"1e400",
        b"-1e400",
        b"NaN",
        b"-Infinity",
        b"9" * 1001,
        b"9" * 5000,
        b'"\xc3\xa9"',
        b'"\xff"',
        b"01",
        b"[" * 50_000,
    ],
)
def test_what_our_guest_never_writes_as_json_is_refused(value: bytes) -> None:
    with pytest.raises(WireError):
        decode(raw(b'{"captures": [{"name": "x", "identity": 0, "value": ' + value + b"}]}", b"{}"), LIMITS)


@pytest.mark.parametrize(
    "entry",
    [
        b'{"dtype":"F64","shape":[18446744073709551615,2],"data_offsets":[0,16]}',
        b'{"dtype":"F64","shape":[2.0],"data_offsets":[0,16]}',
        b'{"dtype":"F64","shape":[-2],"data_offsets":[0,16]}',
        b'{"dtype":"F64","shape":[2],"data_offsets":[0,1e400]}',
        b'{"dtype":"PICKLE","shape":[2],"data_offsets":[0,16]}',
        b'{"dtype":"F4","shape":[32],"data_offsets":[0,16]}',
        b'{"dtype":"F64","shape":' + b"[" * 5000 + b"]" * 5000 + b',"data_offsets":[0,16]}',
    ],
)
def test_an_entry_of_an_array_that_lies_is_refused(entry: bytes) -> None:
    header = json.dumps({"captures": [{"name": "x", "identity": 0, "value": array_tree()}]}).encode()
    with pytest.raises(WireError):
        decode(raw(header, b'{"0":' + entry + b"}", bytes(16)), LIMITS)


def test_offsets_that_overlap_or_leave_holes_are_refused() -> None:
    header = json.dumps({"captures": [{"name": "x", "identity": 0, "value": array_tree()}]}).encode()
    for offsets in ([0, 24], [8, 24], [16, 0]):
        block = json.dumps({"0": {"dtype": "F64", "shape": [2], "data_offsets": offsets}}).encode()
        frame = struct.pack("<Q", len(header)) + header + struct.pack("<Q", len(block)) + block + bytes(16)
        with pytest.raises(WireError):
            decode(frame, LIMITS)


def test_lone_surrogates_are_replaced_so_that_text_can_be_written() -> None:
    value = value_of("a\ud800b")
    assert value == Scalar(value="a?b")
    assert isinstance(value_of(object()), Unreadable)
