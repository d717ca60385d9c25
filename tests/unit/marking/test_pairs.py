"""Two mistakes in one value are named together, where only these two give it; and only where no single one does."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

import pytest
import torch

from grader.assignment import pairs
from grader.assignment.hypotheses import Hypotheses
from grader.assignment.mutation import Mutant, pair_of
from grader.marking import mark_submission
from grader.marking.mistakes import sentence_of
from grader.records import CheckGrade
from tests.in_process import notebook
from tests.mutants.hand_ins import SAMPLES, Sample
from tests.mutants.trying import run
from tests.unit.marking.test_follow_through import changed, marked, sample

TRIED = 300
"""Of each sample's pairs, about so many are tried."""


def grade_of(source: str, check: str) -> CheckGrade:
    return next(each for each in marked(sample(), source).checks if each.id == check)


def test_two_slips_in_one_value_are_said_in_two_sentences_and_what_follows_from_both_keeps_its_points() -> None:
    source = changed(("-np.sum(y * np.log(a2_n))", "-np.mean(y * np.log10(a2_n))"))
    loss = grade_of(source, "loss.numpy")
    assert [str(diagnosis.message) for diagnosis in loss.diagnoses] == [
        "It is a mean where a sum is asked for. It is `log10` where `log` is asked for."
    ]
    assert (loss.verdict, loss.points) == ("incorrect", 0)
    followed = changed(
        ("-np.sum(y * np.log(a2_n))", "-np.mean(y * np.log10(a2_n))"),
        ("dz2 = a2_n - y", "dz2 = (a2_n - y) / 4 / np.log(10)"),
    )
    assert grade_of(followed, "dw1.numpy").verdict == "follow-through"


def test_what_one_mistake_explains_or_a_relation_is_held_against_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise AssertionError("pairs are tried")

    monkeypatch.setattr(Hypotheses, "pairs", none)
    for slip in ("-np.mean(y * np.log(a2_n))", "-3 * 2 * np.sum(y * np.log(a2_n)) / 1.5"):
        loss = grade_of(changed(("-np.sum(y * np.log(a2_n))", slip)), "loss.numpy")
        assert len(loss.diagnoses) == 1


def test_numbers_that_nothing_explains_are_said_nothing_of() -> None:
    source = changed(("-np.sum(y * np.log(a2_n))", "-np.sum(y * np.log(a2_n)) * 1.2345"))
    assert grade_of(source, "loss.numpy").diagnoses == ()


def test_pairs_are_bounded_and_those_of_common_mistakes_come_first() -> None:
    hypotheses = sample().reference.hypotheses
    made = list(pairs.pairs_of(hypotheses.mutants("loss") * 10))
    assert len(made) == pairs.MOST_SINGLES * (pairs.MOST_SINGLES - 1) / 2
    assert {mutant.change.code for mutant in made[0]} == {"sign"}
    assert len(hypotheses.pairs("loss", hypotheses.mutants("loss"), chosen={})) <= pairs.MOST_PAIRS


Singles = tuple[Mutant, Mutant]


def every_two(sample: Sample) -> Iterator[Singles]:
    """Two changes of one quantity or function."""
    by_quantity = defaultdict(list)
    for mutant in sample.mutants():
        if not mutant.derivative:
            by_quantity[mutant.quantity].append(mutant)
    for mutants in by_quantity.values():
        yield from itertools.combinations(mutants, 2)


def together(sample: Sample, single: Singles) -> Mutant | None:
    """Both at once, where they are at different places."""
    return pair_of(*single, sample.definitions[single[0].quantity])


def some(sample: Sample) -> Iterator[tuple[Mutant, Singles]]:
    """A few pairs from all over an assignment."""
    every = list(every_two(sample))
    for single in every[:: max(1, len(every) // TRIED)]:
        pair = together(sample, single)
        if pair is not None:
            yield pair, single


def said_of(sample: Sample, pair: Mutant) -> CheckGrade | None:
    """The grade of a hand-in with a pair as code, where it runs and is wrong."""
    execution, _ = run(sample, {pair.quantity: pair})
    results = [result for made in execution.calls for result in made.results]
    if any(cell.error for cell in execution.cells) or any(result.status != "returned" for result in results):
        return None
    code = notebook(sample.write(sample, {pair.quantity: pair}))
    checks = mark_submission(sample.loaded.spec, sample.loaded.reference, code, (execution,)).checks
    own = next(each for each in checks if each.quantity == pair.quantity and each.version == sample.version)
    return own if own.verdict in ("incorrect", "partial") else None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_pairs_as_code_are_named_or_something_that_gives_the_same(sample: Sample) -> None:
    torch.set_num_threads(1)
    said, wrong = 0, []
    for pair, single in some(sample):
        grade = said_of(sample, pair)
        if grade is None or len(grade.diagnoses) != 1 or "+" not in grade.diagnoses[0].code:
            continue
        said += 1
        sentences = {str(sentence_of(mutant, pair.quantity)) for mutant in single}
        if not all(sentence in str(grade.diagnoses[0].message) for sentence in sentences):
            wrong += [] if gives_the_same(sample, pair, grade) else [(pair, grade.diagnoses)]
    assert said >= 8
    assert wrong == []


def gives_the_same(sample: Sample, pair: Mutant, grade: CheckGrade) -> bool:
    """Whether a pair of which the same is said gives the same on other numbers."""
    reference = sample.loaded.reference
    for single in every_two(sample):
        sentences = {str(sentence_of(mutant, pair.quantity)) for mutant in single}
        if single[0].quantity != pair.quantity or any(
            each not in str(grade.diagnoses[0].message) for each in sentences
        ):
            continue
        other = together(sample, single)
        if other is None:
            continue
        if grade.kind == "function":
            same = reference.functions[grade.id].changed.alike(pair, other)
        else:
            same = reference.hypotheses.alike((pair,), (other,), pair.quantity)
        if same:
            return True
    return False
