"""What a student's process might send: mostly in the right form, with a few things wrong, anywhere."""

from __future__ import annotations

import json
import math
import re
import struct
from typing import Any

from tests.fuzz.choices import Choices, pick, some

WORDS = re.findall(
    "[^ ]+",
    "captures name identity value kind array sequence mapping unreadable dtype shape container tensor items keys "
    "values type reason ndarray matrix number list tuple set bool int8 float64 bfloat16 complex128 F64 U8 BOOL BF16 "
    "data_offsets __metadata__ output_type data metadata transient display_id text text/plain text/html image/png "
    "application/json display_data execute_result error update_display_data clear_output stream stdout stderr ename "
    "evalue traceback status ok environment wait execution_count 0 1 x masked mask frame columns index dataframe "
    "series facts bases changed printed elementwise",
)
TEXTS = [
    "",
    "a",
    "a\rb\n",
    "\r\n",
    "\ud800",
    "\udfff\ud800",
    "é",
    "\U0001f600",
    "\0",
    '"\\',
    ",:[{",
    "1e400",
    "x" * 300,
]
NUMBERS = [0, 1, 2, -1, 255, 2**31, 2**53 + 1, 2**63, 2**64 - 1, 2**64, 10**1000, -(10**999), 0.5, -0.0, 1e308, 5e-324]
RAW = [
    b"-",
    b"01",
    b"1.",
    b"0e",
    b'"\\u12"',
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"[" * 3000,
    b"tru",
    b",",
    b"}",
]
ODD = {
    "@huge": b"1e400",
    "@-huge": b"-1e400",
    "@nan": b"NaN",
    "@digits": b"9" * 1001,
    "@too many digits": b"9" * 4400,
    "@twice": b'{"kind": "sequence", "kind": "array", "container": "list", "items": []}',
    "@half": b'"\\ud800"',
    "@deep": b"[" * 900 + b"]" * 900,
    "@too deep": b'{"":' * 1200 + b"1" + b"}" * 1200,
}
"""What stands for these texts in a document, once it is written: no encoder would write it."""


MOST_PLACES = 1000
"""In a document that is still changed: it may grow a hundredfold each time."""


def json_tree(choices: Choices, depth: int = 4) -> Any:
    """Any document, made of the words of our formats."""
    kind = choices.below(8 if depth else 5)
    if kind == 0:
        return pick(choices, (None, True, False, *ODD))
    if kind == 1:
        return pick(choices, NUMBERS)
    if kind == 2:
        return pick(choices, TEXTS)
    if kind in (3, 4):
        return pick(choices, WORDS)
    if kind == 5:
        return some(choices, 4, lambda: json_tree(choices, depth - 1))
    return {pick(choices, WORDS): json_tree(choices, depth - 1) for _ in range(choices.below(6))}


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: a container, and a key or position in it."""
    found = []
    for key, item in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        found.append((tree, key))
        if isinstance(item, dict | list):
            found += _places(item)
    return found


def damage(choices: Choices, tree: Any) -> None:
    """Change one place of a document: replaced, removed, doubled, nested, or exchanged for another place's."""
    places = _places(tree)
    if not 0 < len(places) < MOST_PLACES:
        return
    container, key = pick(choices, places)
    act = choices.below(6)
    if act == 0:
        container[key] = json_tree(choices)
    elif act == 1:
        del container[key]
    elif act == 2:
        other, place = pick(choices, places)
        container[key] = json.loads(json.dumps(other[place])) if _is_in(other, place) else None
    elif act == 3 and isinstance(container, list):
        container.extend([container[key]] * pick(choices, (1, 2, 40, 100)))
    elif act == 4:
        for _ in range(pick(choices, (1, 2, 19, 22, 60))):
            container[key] = {"kind": "sequence", "container": "list", "items": [container[key]]}
    elif key == "shape" and isinstance(container["shape"], list):
        container["shape"] = pick(choices, ([4], [2, 2], [1, 2], [2, 1], [True, 2], [-1], [2**63], [1] * 65))
    elif isinstance(container, dict):
        container[pick(choices, WORDS)] = container[key]


def _is_in(container: Any, key: Any) -> bool:
    return key in container if isinstance(container, dict) else key < len(container)


def written(tree: Any) -> bytes:
    """A document as JSON, with what no encoder writes in it."""
    text = json.dumps(tree).encode("ascii")
    for word, odd in ODD.items():
        text = text.replace(b'"%s"' % word.encode(), odd)
    return text


def frame(choices: Choices) -> bytes:
    """A frame of captures with some damage: in its trees, its arrays' header, its text, its lengths or its bytes."""
    header, block, data = _sound_frame(choices)
    for _ in range(choices.below(4)):
        damage(choices, header)
    for _ in range(choices.below(3)):
        damage(choices, block)
    texts = [written(header), written(block)]
    if choices.below(4) == 0:
        at = choices.below(2)
        texts[at] = _splice(choices, texts[at])
    data = data[: len(data) - pick(choices, (0, 0, 0, 1, 8))] + bytes(pick(choices, (0, 0, 0, 1, 8)))
    return b"".join(struct.pack("<Q", _length(choices, len(text))) + text for text in texts) + data


def _sound_frame(choices: Choices) -> tuple[Any, Any, bytes]:
    """The parts of a frame in order: captures, entries of arrays, and their bytes."""
    entries: dict[str, Any] = {}
    data = bytearray()

    def value(depth: int) -> Any:
        kind = choices.below(6 if depth else 4)
        if kind == 0:
            return pick(
                choices, (None, True, 1, 2.5, "text", -7, "@huge", "@digits", "@too many digits", "@half", "@nan")
            )
        if kind < 3:
            return array()
        if kind == 3:
            return {"kind": "unreadable", "type": "module", "reason": "it is no plain value"}
        items = some(choices, 3, lambda: value(depth - 1))
        if kind == 4:
            return {"kind": "sequence", "container": pick(choices, ("list", "tuple", "set")), "items": items}
        return {"kind": "mapping", "keys": list(range(len(items))), "values": items}

    def array() -> Any:
        dtype, stored, size = pick(choices, (("float64", "F64", 8), ("bool", "BOOL", 1), ("complex64", "U8", 8)))
        shape = pick(choices, ([], [2], [0, 3], [2, 2]))
        count = size * math.prod(shape)
        position = len(entries)
        offsets = [len(data), len(data) + count]
        entries[str(position)] = {
            "dtype": stored,
            "shape": shape if stored != "U8" else [count],
            "data_offsets": offsets,
        }
        data.extend(bytes((choices.below(3),)) * count if dtype == "bool" else bytes(count))
        return {"kind": "array", "dtype": dtype, "shape": list(shape), "container": "ndarray", "tensor": position}

    names = ["a", "b", "grads['w']"][: 1 + choices.below(3)]
    captures = [{"name": name, "identity": choices.below(3), "value": value(3)} for name in names]
    return {"captures": captures}, entries, bytes(data)


def _splice(choices: Choices, text: bytes) -> bytes:
    """Something that no encoder writes, in a place of a text."""
    at = choices.below(len(text) + 1)
    return text[:at] + pick(choices, RAW) + text[at + choices.below(4) :]


def _length(choices: Choices, length: int) -> int:
    if choices.below(8):
        return length
    return pick(choices, (0, 1, max(length - 1, 0), length + 1, 2**24, 2**63, 2**64 - 1))


KINDS = b"hstoecx"
ENDS = [
    {"status": "ok"},
    {"status": "error", "ename": "E", "evalue": "\ud800"},
    {"status": "error"},
    {"status": []},
    [],
]


def stream(choices: Choices) -> tuple[bytes, str | None]:
    """What a process tells, and the kinds of its messages where all of them are in order."""
    faults = min(choices.below(3), 1)
    position = -1
    messages = [(b"h", json.dumps({"environment": {"python": "3.11"}}).encode())]
    for _ in range(choices.below(4)):
        position += 1 + choices.below(2) * faults
        messages.append((b"s", position.to_bytes(4, "little")))
        messages += some(choices, 3, lambda: _shown(choices, faults))
        messages.append((b"e", written(pick(choices, ENDS if faults else ENDS[:3]))))
        for mark in (b"\0", b"\1"):
            messages += some(choices, 1, lambda: _shown(choices, faults))
            for _ in range(choices.below(2 + faults)):
                messages.append(_captures(choices, position, mark, faults))
    messages.append((b"x", b""))
    for _ in range(choices.below(3) * faults):
        _disturb(choices, messages)
    lengths = [(_length(choices, len(text)) if faults else len(text)) % 2**32 for _, text in messages]
    whole = b"".join(
        struct.pack("<I", size) + kind + text for size, (kind, text) in zip(lengths, messages, strict=True)
    )
    return whole, None if faults else b"".join(kind for kind, _ in messages).decode("ascii")


def _shown(choices: Choices, faults: int) -> tuple[bytes, bytes]:
    if choices.below(2):
        mark = pick(choices, (b"\1", b"\2", b"\3", b"") if faults else (b"\1", b"\2"))
        return b"t", mark + pick(choices, (b"", b"text", b"\xc3", b"a\xff" * 200))
    content = {
        "output_type": "display_data",
        "data": {"text/plain": "a", "application/json": ["@deep"]},
        "metadata": {},
    }
    if faults and choices.below(3) == 0:
        damage(choices, content)
    return b"o", written(content) + b" " * pick(choices, (0, 0, 0, 0, 70_000))


def _captures(choices: Choices, position: int, mark: bytes, faults: int) -> tuple[bytes, bytes]:
    mark = pick(choices, (mark, mark, mark, b"\0", b"\2")) if faults else mark
    return b"c", position.to_bytes(4, "little") + mark + frame(choices)[: None if faults else 20_000]


def _disturb(choices: Choices, messages: list[tuple[bytes, bytes]]) -> None:
    if not messages:
        return
    at, act = choices.below(len(messages)), choices.below(5)
    kind, text = messages[at]
    if act == 0:
        messages.insert(choices.below(len(messages)), messages[at])
    elif act == 1:
        del messages[at]
    elif act == 2:
        messages[at] = (kind, _splice(choices, text))
    elif act == 3:
        messages[at] = (bytes([KINDS[choices.below(len(KINDS))]]), text)
    else:
        messages[at] = (bytes([choices.below(256)]), text)


def outputs(choices: Choices) -> list[dict[str, Any]]:
    """Outputs of a cell in nbformat's form, as a student might forge them."""
    return some(choices, 6, lambda: _node(choices))


def _node(choices: Choices) -> dict[str, Any]:
    kind = pick(choices, ("stream", "display_data", "execute_result", "error", "update_display_data"))
    fields = ("name", "text", "data", "metadata", "ename", "evalue", "traceback", "transient")
    node: dict[str, Any] = {name: json_tree(choices) for name in fields if choices.below(3)}
    if choices.below(3):
        node |= {"name": pick(choices, ("stdout", "stderr")), "text": some(choices, 5, lambda: pick(choices, TEXTS))}
        node["data"] = {name: pick(choices, TEXTS) for name in ("text/plain", "text/html") if choices.below(2)}
    if choices.below(50) == 49:
        node["data"] = {"application/json": _nested(2000)}
    return {**node, "output_type": kind if choices.below(8) else json_tree(choices)}


def _nested(depth: int) -> Any:
    tree: Any = []
    for _ in range(depth):
        tree = [tree]
    return tree
