"""One list of behaviours that every engine must show, with real processes, and all of them alike."""

from __future__ import annotations

import pytest

from tests.contract.behaviours import BEHAVIOURS, Behaviour
from tests.contract.conftest import Executions
from tests.contract.differences import HEARD_LATE, KNOWN_DIFFERENCES, LATE, Difference
from tests.contract.outcomes import outcome
from tests.contract.variants import VARIANTS, YARDSTICK, Variant

KERNEL_THEMES = ("captures", "endings", "errors", "values")
"""What is run in every test run on the engine that takes seconds for each; its other themes are for `make soak`."""
SEALED_KERNEL_THEMES = ("endings",)
"""What a seal may change most."""


def _difference(variant: Variant, behaviour: Behaviour) -> Difference | None:
    key = behaviour.name, variant.engine
    of_this = [each for each in KNOWN_DIFFERENCES if (each.behaviour, each.engine) == key]
    found = [each for each in of_this if variant.seal in each.seals]
    assert len(found) <= 1, found
    return found[0] if found else None


def _is_slow(variant: Variant, behaviour: Behaviour) -> bool:
    quick = SEALED_KERNEL_THEMES if variant.sealed else KERNEL_THEMES
    return variant.engine == "kernel" and behaviour.theme not in quick


def _case(variant: Variant, behaviour: Behaviour, *needed: Variant) -> object:
    slow = any(_is_slow(each, behaviour) for each in (variant, *needed))
    # A theme's executions are begun together, and each is made once: its tests share a process.
    marks = [pytest.mark.xdist_group(f"contract-{behaviour.theme}")]
    if slow:
        marks.append(pytest.mark.soak)
    if variant.engine == "kernel" and behaviour.name in HEARD_LATE:
        marks.append(pytest.mark.xfail(reason=LATE, strict=False))
    return pytest.param(variant, behaviour, id=f"{variant.name}-{behaviour.name}", marks=marks)


CASES = [
    (variant, each) for each in BEHAVIOURS for variant in VARIANTS if not each.engines or variant.engine in each.engines
]
COMPARED = [
    (variant, each)
    for variant, each in CASES
    if variant != YARDSTICK and each.repeatable and YARDSTICK.engine in (each.engines or (YARDSTICK.engine,))
]


@pytest.mark.parametrize(("variant", "behaviour"), [_case(*each) for each in CASES])
def test_behaviour(executions: Executions, variant: Variant, behaviour: Behaviour) -> None:
    difference = _difference(variant, behaviour)
    if difference is not None:
        pytest.skip(f"known to differ, and held below: {difference.what}")
    execution = executions.of(variant, behaviour)
    assert execution.engine == variant.engine
    assert execution.seed == behaviour.seed
    behaviour.check(execution)


@pytest.mark.parametrize(("variant", "behaviour"), [_case(*each, YARDSTICK) for each in COMPARED])
def test_outcome_is_the_yardsticks_or_the_difference_is_known(
    executions: Executions, variant: Variant, behaviour: Behaviour
) -> None:
    whole = not behaviour.together
    found = outcome(executions.of(variant, behaviour), whole=whole)
    expected = outcome(executions.of(YARDSTICK, behaviour), whole=whole)
    difference = _difference(variant, behaviour)
    if difference is not None:
        same = {part for part, lines in difference.instead.items() if expected[part] == lines}
        assert not same, f"no longer a difference: {difference.what}"
        expected |= difference.instead
    assert found == expected


def test_every_known_difference_is_of_a_behaviour_that_is_there() -> None:
    compared = {(each.name, variant.engine) for variant, each in COMPARED}
    assert {(each.behaviour, each.engine) for each in KNOWN_DIFFERENCES} <= compared
    assert set(HEARD_LATE) <= {behaviour.name for _, behaviour in CASES}


def test_behaviours_have_names_of_their_own() -> None:
    assert len({each.name for each in BEHAVIOURS}) == len(BEHAVIOURS)
