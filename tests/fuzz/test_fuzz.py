"""A short run of the fuzzers, without coverage; `make fuzz` does a million inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.execution import stream
from tests.fuzz import generators
from tests.fuzz.choices import Choices, FromDraw
from tests.fuzz.seeds import mutations, seeds
from tests.fuzz.targets import TARGETS, check_frame, check_outputs, check_round_trip, check_stream
from tests.fuzz.watch import TooLarge, TooSlow, Watch

INPUTS = {
    "any-bytes": 4000,
    "raw-frame": 4000,
    "built-frame": 4500,
    "raw-stream": 3000,
    "built-stream": 1500,
    "raw-calls": 4000,
    "built-outputs": 3000,
    "round-trip": 2500,
}


def feed(target: Callable[[bytes], None], inputs: Iterable[bytes]) -> None:
    watch = Watch(target)
    for data in inputs:
        watch(data)


@pytest.mark.parametrize("target", TARGETS)
def test_hostile_inputs_break_nothing(target: str) -> None:
    feed(TARGETS[target], (*seeds(target), *mutations(target, INPUTS[target], seed=4)))


@pytest.mark.parametrize(
    "check",
    [
        lambda choices: check_frame(generators.frame(choices)),
        lambda choices: check_stream(generators.stream(choices)[0], choices),
        lambda choices: check_outputs(generators.outputs(choices)),
        check_round_trip,
    ],
    ids=["frame", "stream", "outputs", "round-trip"],
)
def test_hostile_structures_break_nothing(check: Callable[[Choices], object]) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def property(data: st.DataObject) -> None:
        check(FromDraw(data.draw))

    property()


def test_what_is_out_of_order_and_comes_through_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream._Order, "check", lambda self, message: None)
    with pytest.raises(AssertionError, match="out of order"):
        feed(TARGETS["built-stream"], mutations("built-stream", 1000, seed=4))


def test_an_input_that_takes_long_is_found() -> None:
    def endless(data: bytes) -> None:
        while data:
            try:
                while True:
                    time.perf_counter()
            except TooSlow:
                data = data[1:]

    with pytest.raises(TooSlow):
        feed(endless, [b"a"])


def test_growth_is_found() -> None:
    kept: list[Any] = []

    def greedy(data: bytes) -> None:
        kept.append(b"a" * len(data) * 10**6)

    with pytest.raises(TooLarge):
        feed(greedy, [b""] * 600 + [b"a"] * 400)
