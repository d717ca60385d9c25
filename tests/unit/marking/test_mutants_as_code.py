"""The mutants of the samples' functions, each put into a right hand-in as code: named, and nothing else is lost."""

from __future__ import annotations

import pytest

from tests.mutants.document import document
from tests.mutants.hand_ins import SAMPLES
from tests.mutants.trying import all_tried

pytestmark = pytest.mark.xdist_group("mutants-as-code")  # one worker tries them

NAMED = 0.9
WRONG = 0.02
EXPECTED = {"mlp": 50, "activations": 55, "flowers": 15}
"""At least so many mutants show in each sample."""
RIGHT = ("named", "equivalent", "possible")


@pytest.mark.filterwarnings("ignore")  # of numbers that some mutants make
@pytest.mark.parametrize("sample", [sample.name for sample in SAMPLES])
def test_nine_of_ten_are_named_and_hardly_one_is_taken_for_another(sample: str) -> None:
    seen = [each for each in all_tried() if each.sample == sample and each.is_seen]
    assert len(seen) >= EXPECTED[sample]
    unnamed = [each for each in seen if each.said not in RIGHT]
    assert len(unnamed) <= (1 - NAMED) * len(seen), unnamed
    wrong = [each for each in seen if each.said == "wrong"]
    assert len(wrong) <= WRONG * len(seen), wrong


@pytest.mark.filterwarnings("ignore")
def test_the_mutated_check_costs_its_points_and_no_other_does() -> None:
    seen = [each for each in all_tried() if each.is_seen]
    assert [each for each in seen if each.verdict not in ("incorrect", "partial")] == []
    assert [each for each in seen if each.lost and not each.degenerate] == []


@pytest.mark.filterwarnings("ignore")
def test_what_the_handouts_numbers_hide_other_numbers_show() -> None:
    hidden = [each for each in all_tried() if each.sample == "mlp" and not each.is_seen]
    assert len(hidden) >= 5
    assert [each.mistake for each in hidden if not each.hidden] == []


@pytest.mark.filterwarnings("ignore")
def test_the_page_has_a_line_for_each() -> None:
    lines = document(all_tried()).splitlines()
    assert sum(line.startswith("| `") for line in lines) == len(all_tried())
