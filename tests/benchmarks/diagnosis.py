"""How long it takes to explain a wrong check: every mutant of the samples, put into a hand-in as code, is marked."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import torch

from grader.marking import judges, mark_submission
from grader.marking.explaining import Explaining
from grader.records import Execution, Notebook
from tests.benchmarks.figures import Budget, Measurement, Spread
from tests.benchmarks.setting import Setting
from tests.in_process import notebook
from tests.mutants.hand_ins import SAMPLES, Sample
from tests.mutants.trying import run

_WRONG = ("incorrect", "partial", "follow-through")


def measure(setting: Setting) -> Iterator[Measurement]:
    """The processor's time that explaining takes, a wrong check, and the first one of a process."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rounds = [[_explained(sample) for sample in SAMPLES] for _ in range(setting.rounds)]
    usual = [sorted(each for sample in samples for each in sample[1:]) for samples in rounds]
    medians = Spread.of([each[len(each) // 2] for each in usual])
    highest = max(each for samples in usual for each in samples)
    first = max(sample[0] for samples in rounds for sample in samples)
    yield Measurement(
        id="diagnosis.check",
        table="budgets",
        what="explaining a wrong check",
        spread=medians,
        unit="ms",
        budget=Budget(sense="at most", bound=20),
        note=f"the median of {len(usual[0])} checks of three assignments; at most {highest:.0f} ms, "
        f"and {first:.0f} ms for the first of a process",
    )


def _explained(sample: Sample) -> list[float]:
    """Milliseconds for each wrong check of an assignment that was just loaded, in order."""
    fresh = Sample(sample.name, sample.folder, sample.version, sample.write)
    fresh.loaded.reference.worlds()
    taken: list[float] = []
    hand_ins = list(_hand_ins(sample))
    with (
        patch.object(Explaining, "explain", _timed(Explaining.explain, taken)),
        patch.object(judges, "with_causes", _timed(judges.with_causes, taken)),
    ):
        for code, execution in hand_ins:
            mark_submission(fresh.loaded.spec, fresh.loaded.reference, code, (execution,))
    return taken


def _hand_ins(sample: Sample) -> Iterator[tuple[Notebook, Execution]]:
    for mutant in sample.mutants():
        execution, _ = run(sample, {mutant.quantity: mutant})
        if not any(cell.error for cell in execution.cells):
            yield notebook(sample.write(sample, {mutant.quantity: mutant})), execution


def _timed(explain: Callable[..., Any], taken: list[float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        began = time.process_time()
        grade = explain(*arguments)
        if grade.verdict in _WRONG:
            taken.append(1000 * (time.process_time() - began))
        return grade

    return timed
