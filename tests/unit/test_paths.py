"""Paths: variables, attributes and keys, and nothing that has to be computed."""

from __future__ import annotations

import pytest

from grader.guest.paths import ABSENT, follow
from grader.records import NoPath, Path, read_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("x", Path("x")),
        ('grads["dW1"]', Path("grads", (("[", "dW1"),))),
        ("model.fc1.weight.grad", Path("model", ((".", "fc1"), (".", "weight"), (".", "grad")))),
        ("history[-1]", Path("history", (("[", -1),))),
        ("a[0]['b'].c", Path("a", (("[", 0), ("[", "b"), (".", "c")))),
    ],
)
def test_a_path_is_read(text: str, path: Path) -> None:
    assert read_path(text) == path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('df["score"].mean()', "calls a function"),
        ("a[1:2]", "neither a text nor a whole number"),
        ("a[i]", "neither a text nor a whole number"),
        ("a[True]", "neither a text nor a whole number"),
        ("a + b", "computes something"),
        ("a b", "isn't written as Python"),
        ("", "isn't written as Python"),
        ("[1][0]", "computes something"),
    ],
)
def test_what_is_no_path_says_why(text: str, why: str) -> None:
    with pytest.raises(NoPath, match=why):
        read_path(text)


class Box:
    def __init__(self) -> None:
        self.inner = {"a": [1, 2]}

    @property
    def broken(self) -> int:
        raise SystemExit


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        ([(".", "inner"), ("[", "a"), ("[", -1)], 2),
        ([(".", "nothing")], ABSENT),
        ([(".", "inner"), ("[", "b")], ABSENT),
        ([(".", "broken")], ABSENT),
    ],
)
def test_a_path_is_followed_and_never_raises(steps: list[object], value: object) -> None:
    assert follow({"box": Box()}, ["box…", "box", steps]) == value
    assert follow({}, ["box…", "box", steps]) is ABSENT
