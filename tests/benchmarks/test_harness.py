"""The arithmetic and the accounts behind the benchmarks; what they measure is no matter here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.accounting import ControlGroup, UntrustedError
from tests.benchmarks.commands import Command, run
from tests.benchmarks.document import PAGE, TABLES, Kept, keep, table_of
from tests.benchmarks.figures import Budget, Measurement, Spread, figure, marginal
from tests.benchmarks.hand_ins import as_handed_in, distinct
from tests.benchmarks.machine import Conditions
from tests.benchmarks.processes import ENGINE, EXECUTIONS, ROLES, Observation

BUSY = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


def measurement(*values: float, id: str = "cost", bound: float = 60, goal: float | None = 100) -> Measurement:
    budget = Budget(sense="at least", bound=bound, goal=goal)
    return Measurement(id=id, table="budgets", what="speed", spread=Spread.of(values), unit="×", budget=budget)


def here(date: str) -> Conditions:
    return Conditions(date=date, machine="a machine", software="Python", grader="grader grade", load=0.0)


def test_start_up_is_left_out_by_subtraction() -> None:
    assert marginal(4.0 + 20 * 0.03, 4.0 + 220 * 0.03, sizes=(20, 220)) == pytest.approx(0.03)


def test_a_difference_needs_two_sizes() -> None:
    with pytest.raises(ValueError, match="larger"):
        marginal(1.0, 2.0, sizes=(3, 3))


def test_the_median_decides_whether_a_budget_holds() -> None:
    assert measurement(10, 61, 200).verdict == "yes, goal not"
    assert measurement(59, 59, 200).verdict == "no"
    assert measurement(90, 101, 102).verdict == "yes, goal too"
    assert measurement(60, goal=None).verdict == "yes"


def test_an_upper_bound_is_kept_from_below() -> None:
    budget = Budget(sense="at most", bound=60)
    assert budget.holds(60)
    assert not budget.holds(60.1)
    assert budget.words("MB") == "≤ 60 MB"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (1.005, "1.00"),
        (28.04, "28.0"),
        (99.96, "100"),
        (12345, "12,300"),
        (-2.5, "-2.50"),
    ],
)
def test_figures_have_three_significant_digits(value: float, text: str) -> None:
    assert figure(value) == text


def test_no_two_copies_have_a_code_cell_in_common() -> None:
    one, other = ({cell["source"] for cell in distinct(as_handed_in(), mark)["cells"][2:5]} for mark in ("a", "b"))
    assert not one & other


def test_a_table_says_what_each_row_was_measured_on() -> None:
    old, new = (Kept(measurement=measurement(70, id=date), conditions=here(date)) for date in ("day 1", "day 2"))
    text = table_of([old, new])
    assert "| speed | ≥ 60 ×, goal 100 × | 70.0 × [1] | yes, goal not |" in text
    assert "[2] day 2; a machine" in text


def test_new_figures_replace_those_of_the_same_id_and_keep_the_others(tmp_path: Path) -> None:
    page, data = tmp_path / "benchmarks.md", tmp_path / "benchmarks.json"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for values, date in (((50.0, 80.0), "day 1"), ((90.0,), "day 2")):
        kept = [
            Kept(measurement=measurement(value, id=f"row{n}"), conditions=here(date)) for n, value in enumerate(values)
        ]
        keep(kept, data=data, page=page)
    text = page.read_text(encoding="utf-8")
    assert "90.0 ×" in text
    assert "80.0 ×" in text
    assert "50.0 ×" not in text


def test_the_page_has_a_place_for_every_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {table}: end -->" in text for table in TABLES)


def test_an_account_counts_a_process_that_nobody_waited_for(tmp_path: Path) -> None:
    orphan = tmp_path / "orphan.py"
    orphan.write_text(BUSY.format(seconds=0.3), encoding="utf-8")
    leaving = f"import subprocess, sys\nsubprocess.Popen([sys.executable, {str(orphan)!r}])"
    counted: list[bool] = []
    usage = run(
        Command(arguments=[sys.executable, "-c", leaving], folder=tmp_path),
        watch=lambda running, seconds: counted.append(isinstance(running.account, ControlGroup)),
    )
    if not any(counted):
        pytest.skip("no control group can be made here")
    assert usage.cpu_seconds >= 0.3


def test_what_no_lasting_process_used_is_the_executions(tmp_path: Path) -> None:
    busy = tmp_path / "busy.py"
    busy.write_text(BUSY.format(seconds=0.05), encoding="utf-8")
    lasting = f"import subprocess, sys, time\nfor _ in range(8): subprocess.run([sys.executable, {str(busy)!r}])\n"
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {lasting + 'time.sleep(0.5)'!r}])"
    seen = Observation()
    usage = run(Command(arguments=[sys.executable, "-c", program], folder=tmp_path), watch=seen.look, every=0.02)
    seconds = seen.by_role(usage)
    assert seconds[EXECUTIONS] >= 8 * 0.05
    assert 0 < seconds[ENGINE] < 8 * 0.05
    assert sum(seconds.get(role, 0.0) for role in ROLES) == pytest.approx(usage.cpu_seconds)


def test_no_figure_is_taken_from_a_command_that_fails(tmp_path: Path) -> None:
    with pytest.raises(UntrustedError, match="status 3"):
        run(Command(arguments=[sys.executable, "-c", "raise SystemExit(3)"], folder=tmp_path))


def test_no_figure_is_taken_from_work_that_was_not_done(tmp_path: Path) -> None:
    def check() -> None:
        raise AssertionError("19 rows of 20")

    with pytest.raises(UntrustedError, match="19 rows of 20"):
        run(Command(arguments=[sys.executable, "-c", "pass"], folder=tmp_path, check=check))
