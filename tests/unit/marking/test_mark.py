"""Marks: verdicts, points and flags of whole submissions, worked out in this process."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.assignment.loading import Loaded, load
from grader.marking import mark_submission, ungraded, wants_another_run
from grader.records import Execution, Grade, Notebook
from tests.in_process import execute, notebook

HEAD = """
import torch
from grader import Assignment, Tolerance
a = Assignment("a", title="A", points={points}, {options})
a.given(x=[1.0, 2.0, 4.0])
one = a.task("Task 1", title="One")
"""


def load_source(folder: Path, body: str, *, points: int, options: str = "") -> Loaded:
    (folder / "assignment.py").write_text(HEAD.format(points=points, options=options) + body, encoding="utf-8")
    return load(folder)


def mark(loaded: Loaded, handed_in: Notebook, *more: Execution) -> Grade:
    return mark_submission(loaded.spec, loaded.reference, handed_in, (execute(loaded.spec, handed_in), *more))


def verdicts(grade: Grade) -> dict[str, tuple[str, Fraction | None]]:
    return {check.id: (check.verdict, check.points) for check in grade.checks}


SQUARES = "@one.value(points=3, tolerance={tolerance})\ndef squares(x):\n    'Squares.'\n    return x**2\n"


def test_elements_that_are_right_earn_their_share_where_the_assignment_says_so(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance='Tolerance(credit="elements")'), points=3)
    grade = mark(loaded, notebook("import numpy as np\nsquares = np.array([1.0, 4.0, 15.0])"))
    assert verdicts(grade) == {"squares": ("partial", Fraction(2))}
    strict = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    grade = mark(strict, notebook("import numpy as np\nsquares = np.array([1.0, 4.0, 15.0])"))
    assert verdicts(grade) == {"squares": ("incorrect", Fraction(0))}


def test_points_are_exact_however_they_are_split(tmp_path: Path) -> None:
    body = SQUARES.replace("points=3", "points='0.1'").format(tolerance='Tolerance(credit="elements")')
    loaded = load_source(tmp_path, body.replace("points='0.1'", "points=1"), points=1)
    grade = mark(loaded, notebook("import numpy as np\nsquares = np.array([1.0, 0.0, 0.0])"))
    assert grade.points == Fraction(1, 3)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("'16'", "not-numeric"),
        ("{'a': 1}", "not-numeric"),
        ("[1.0, 4.0]", "other-shape"),
        ("[[1.0], [4.0], [16.0]]", "other-shape"),
        ("[1.0, float('nan'), 16.0]", "not-finite"),
        ("[1.0, 4.0, 16.1]", "differs"),
        ("[1.0, [4.0], 16.0]", "not-numeric"),
        ("object()", "not-numeric"),
    ],
)
def test_a_wrong_answer_says_why(tmp_path: Path, answer: str, reason: str) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    (check,) = mark(loaded, notebook(f"squares = {answer}")).checks
    assert (check.verdict, check.reason) == ("incorrect", reason)


MEAN = """
def mean(x):
    return x.mean()


@one.value(points=1, accept=mean)
def level(x):
    'The sum.'
    return x.sum()


one.gradient("slope", of=level, by="x", points=1)
"""


def test_a_second_right_answer_is_right_and_what_follows_must_follow_from_it(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, MEAN, points=2)
    full, nothing = ("correct", Fraction(1)), ("incorrect", Fraction(0))
    cases = {
        "level = 7.0\nslope = [1.0, 1.0, 1.0]": (full, full),
        "level = 7 / 3\nslope = [1 / 3, 1 / 3, 1 / 3]": (full, full),
        "level = 7.0\nslope = [1 / 3, 1 / 3, 1 / 3]": (full, nothing),
        "level = 7 / 3\nslope = [1.0, 1.0, 1.0]": (full, nothing),
        "level = 5.0\nslope = [1 / 3, 1 / 3, 1 / 3]": (nothing, full),
    }
    for source, (level, slope) in cases.items():
        assert verdicts(mark(loaded, notebook(source))) == {"level": level, "slope": slope}, source


def test_what_waits_for_a_person_has_no_points_yet_and_that_is_no_zero(tmp_path: Path) -> None:
    body = SQUARES.format(tolerance="None") + 'one.person("plot", points=2, rubric="Axes have names.")\n'
    loaded = load_source(tmp_path, body, points=5)
    grade = mark(loaded, notebook("squares = [1.0, 4.0, 16.0]"))
    assert verdicts(grade)["plot"] == ("unmarked", None)
    assert (grade.points, grade.max_points) == (3, 5)
    assert "unmarked" in {flag.code for flag in grade.flags}


def test_policies_decide_whether_printed_and_renamed_answers_are_credited(tmp_path: Path) -> None:
    renamed, printed = notebook("my_squares = [1.0, 4.0, 16.0]"), notebook("print('squares:', [1.0, 4.0, 16.0])")
    generous = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    for handed_in, flag in ((renamed, "other-name"), (printed, "printed-only")):
        grade = mark(generous, handed_in)
        assert grade.points == 3
        assert flag in {flag.code for flag in grade.flags}
    options = 'printed="refuse", other_names="refuse"'
    strict = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3, options=options)
    for handed_in, flag in ((renamed, "other-name"), (printed, "printed-only")):
        grade = mark(strict, handed_in)
        assert verdicts(grade)["squares"] == ("missing", Fraction(0))
        assert flag in {flag.code for flag in grade.flags}, "it is found and said all the same"


def test_a_number_printed_too_coarsely_to_judge_waits_for_a_person(tmp_path: Path) -> None:
    body = "@one.value(points=1)\ndef third(x):\n    return x.sum() / 3\n"
    loaded = load_source(tmp_path, body, points=1)
    assert verdicts(mark(loaded, notebook("print('third: 2.3')")))["third"] == ("unmarked", None)
    assert verdicts(mark(loaded, notebook("print('third: 2.333')")))["third"] == ("correct", Fraction(1))
    assert verdicts(mark(loaded, notebook("print('third: 2.4')")))["third"] == ("incorrect", Fraction(0))


def test_a_stale_output_is_flagged_where_fresh_runs_agree_and_takes_no_marks(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    stale = notebook("squares = [1.0, 4.0, 16.0]\nprint(squares)", saved={0: "[1.0, 4.0, 17.0]\n"})
    assert wants_another_run(stale, [execute(loaded.spec, stale)])
    grade = mark(loaded, stale, execute(loaded.spec, stale, seed=7))
    assert grade.points == 3
    assert [flag.code for flag in grade.flags] == ["stale-output"]
    unsure = mark(loaded, stale)
    assert not unsure.flags, "without a second run nothing is claimed"


def test_random_outputs_are_not_called_stale(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    noisy = notebook("squares = [1.0, 4.0, 16.0]\nprint(SEED + 0.5)", saved={0: "3.5\n"})
    grade = mark(loaded, noisy, execute(loaded.spec, noisy, seed=7))
    assert [flag.code for flag in grade.flags] == ["not-reproducible"]


def test_saved_outputs_of_another_version_are_not_called_stale(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    for saved, fresh in (
        ("0.33333334", "0.33333333"),
        ("1.13.1+cu116", "2.13.0"),
        ("tensor([1.0000])", "tensor([1.])"),
    ):
        handed_in = notebook(f"squares = [1.0, 4.0, 16.0]\nprint({fresh!r})", saved={0: saved})
        assert not mark(loaded, handed_in, execute(loaded.spec, handed_in, seed=7)).flags, saved


@pytest.mark.parametrize(
    ("source", "saved"),
    [
        ("print(FRESH is None)", "True"),
        ("import time\nt = time.time()\nprint('took', round(time.time() - t, 1), 'seconds')", "took 3.2 seconds"),
        ("def get_num_threads():\n    return 1\nprint('x', get_num_threads(), 'threads')", "x 96 threads"),
    ],
)
def test_outputs_that_tell_of_the_machine_are_not_called_stale(tmp_path: Path, source: str, saved: str) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    cell = "FRESH = 1\nsquares = [1.0, 4.0, 16.0]\n" + source
    handed_in = notebook(cell, saved={0: saved})
    assert not mark(loaded, handed_in, execute(loaded.spec, handed_in, seed=7)).flags


@pytest.mark.parametrize("error", [5e-7, 0.0])
def test_an_array_in_double_precision_that_holds_single_precision_is_right_and_flagged(
    tmp_path: Path, error: float
) -> None:
    body = "@one.value(points=1)\ndef thirds(x):\n    return x / 3\n"
    loaded = load_source(tmp_path, body, points=1)
    handed_in = notebook(f"import numpy as np\nthirds = np.array([1.0, 2.0, 4.0]) / 3 + {error}")
    grade = mark(loaded, handed_in)
    assert grade.points == 1
    assert [flag.code for flag in grade.flags] == (["low-precision"] if error else [])
    strict = load_source(tmp_path, body, points=1, options='tolerance=Tolerance(dtype="float64")')
    assert mark(strict, handed_in).points == (0 if error else 1)


@pytest.mark.parametrize(
    "cell",
    [
        "print('squares = [1.0 ...]')",
        "print('squares = [[1.0 ...] ...]')",
        "import numpy as np\nsquares = [np.zeros((1,) * 64)]",
        "import numpy as np\nsquares = [[[np.zeros((1,) * 31)]]]",
    ],
)
def test_strange_answers_cost_their_own_check_and_no_other(tmp_path: Path, cell: str) -> None:
    body = SQUARES.format(tolerance="None") + "@one.value(points=1)\ndef top(x):\n    return x.max()\n"
    loaded = load_source(tmp_path, body, points=4)
    grade = mark(loaded, notebook("top = 4.0\n" + cell))
    assert grade.points == 1
    assert verdicts(grade)["squares"][0] in {"missing", "incorrect", "unmarked"}


def test_what_was_right_when_it_was_printed_and_changed_afterwards_is_flagged(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    cell = (
        "import numpy as np\ntotal = np.array([1.0, 4.0, 16.0])\nsquares = total\nprint('squares', squares)\ntotal *= 0"
    )
    grade = mark(loaded, notebook(cell))
    assert grade.points == 0
    assert [flag.code for flag in grade.flags] == ["changed-later"]


def test_what_was_rounded_is_not_said_to_have_been_changed(tmp_path: Path) -> None:
    body = "@one.value(points=1)\ndef third(x):\n    return x.sum() / 3\n"
    grade = mark(load_source(tmp_path, body, points=1), notebook("third = round(7 / 3, 3)\nprint('third', third)"))
    assert verdicts(grade)["third"] == ("incorrect", Fraction(0))
    assert not grade.flags


def test_an_ellipsis_typed_by_hand_hides_nothing(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    assert verdicts(mark(loaded, notebook("print('squares: [1.0, ..., 16.0]')")))["squares"] == ("unmarked", None)
    wrong = mark(loaded, notebook("print('squares: [1.0, ..., 17.0]')"))
    assert verdicts(wrong)["squares"] == ("incorrect", Fraction(0))


def test_a_package_that_isnt_installed_costs_nobody_points(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    grade = mark(loaded, notebook("import no_such_package.plots\nimport numpy as np", "squares = np.ones(3)"))
    assert verdicts(grade)["squares"] == ("unmarked", None)
    flags = {flag.code: str(flag.message) for flag in grade.flags}
    assert "`no_such_package`" in flags["missing-package"]
    grade = mark(loaded, notebook("import no_such_package", "squares = [1.0, 4.0, 16.0]"))
    assert grade.points == 3, "what is there counts all the same"
    wrong = mark(loaded, notebook("import no_such_package", "squares = [1.0, 4.0, 17.0]"))
    assert wrong.points == 0


def test_a_file_that_isnt_there_is_flagged_with_its_cell(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    grade = mark(loaded, notebook("x = 1", "open('no/such.csv')", "squares = [1.0, 4.0, 16.0]"))
    assert grade.points == 3
    (flag,) = grade.flags
    assert (flag.code, flag.cell) == ("missing-file", 1)
    assert "no/such.csv" in str(flag.message)


def test_a_fault_of_ours_leaves_points_null_and_a_rejected_file_gets_nothing(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, SQUARES.format(tolerance="None"), points=3)
    fault = ungraded(loaded.spec, Execution(status="unavailable", engine="", seconds=0, seed=0, reason="No disk."))
    assert verdicts(fault)["squares"] == ("unmarked", None)
    assert fault.points is None
    rejected = ungraded(loaded.spec, Execution(status="rejected", engine="", seconds=0, seed=0, reason="It is empty."))
    assert verdicts(rejected)["squares"] == ("missing", Fraction(0))
    assert rejected.points == 0


def test_marking_the_same_thing_again_gives_the_same_grade(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, MEAN, points=2)
    handed_in = notebook("level = 7 / 3\nslope = [1 / 3, 1 / 3, 1 / 3]")
    assert mark(loaded, handed_in) == mark(loaded, handed_in)
