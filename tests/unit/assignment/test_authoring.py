"""What an author writes is what the spec says."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import Assignment, Tolerance, __version__
from grader.assignment.places import Place
from grader.assignment.spec import CheckSpec, Policies
from grader.assignment.validation import read_points, slug

HEAD = "from grader import Assignment, Tolerance\n"
TWO = HEAD + 'a = Assignment("a", title="A", points={points}, versions={{"torch": "{{}}_t", "numpy": "{{}}_n"}})\n'
ONE = HEAD + 'a = Assignment("a", title="A", points={points})\n'
TASK = 'a.given(x=[1.0, 2.0])\ntask = a.task("Task 1")\n'
HERE = Place(file="assignment.py", line=1)


def checks_of(load_source, body: str, *, head: str = TWO, points: object = 2) -> dict[str, CheckSpec]:
    return {check.id: check for check in load_source(head.format(points=points) + TASK + body).spec.checks}


def test_without_versions_there_is_one_check_with_the_quantitys_name(load_source) -> None:
    checks = checks_of(load_source, "@task.value(points=2)\ndef q(x): return x\n", head=ONE)
    assert list(checks) == ["q"]
    assert (checks["q"].version, checks["q"].names) == (None, ("q",))


def test_with_versions_there_is_a_check_in_each(load_source) -> None:
    checks = checks_of(load_source, "@task.value(points=1)\ndef q(x): return x\n")
    assert [(check.id, check.version, check.names) for check in checks.values()] == [
        ("q.torch", "torch", ("q_t",)),
        ("q.numpy", "numpy", ("q_n",)),
    ]


def test_points_by_version_leave_the_others_without_a_check(load_source) -> None:
    checks = checks_of(load_source, '@task.value(points={"numpy": "2"})\ndef q(x): return x\n')
    assert {id: check.points for id, check in checks.items()} == {"q.numpy": Fraction(2)}


def test_a_quantity_without_points_stands_in_the_graph_and_has_no_check(load_source) -> None:
    loaded = load_source(
        TWO.format(points=2)
        + TASK
        + "@task.value\ndef half(x): return x / 2\n"
        + "@a.quantity\ndef quarter(half): return half / 2\n"
        + "@task.value(points=1)\ndef q(quarter): return quarter\n"
    )
    assert [check.id for check in loaded.spec.checks] == ["q.torch", "q.numpy"]
    assert [(quantity.name, quantity.parents) for quantity in loaded.spec.quantities] == [
        ("half", ("x",)),
        ("quarter", ("half",)),
        ("q", ("quarter",)),
    ]
    assert loaded.spec.quantities[0].names == {"torch": ("half_t",), "numpy": ("half_n",)}


def test_also_adds_names_and_names_replaces_the_templates(load_source) -> None:
    checks = checks_of(
        load_source,
        '@task.value(points={"torch": 1}, also=["a1", "a2"], versions=["torch"])\ndef q(x): return x\n'
        '@task.value(points={"torch": 1}, names={"torch": "mine"}, also={"numpy": "theirs"})\ndef r(x): return 2 * x\n',
    )
    assert checks["q.torch"].names == ("q_t", "a1", "a2")
    assert checks["r.torch"].names == ("mine",)


def test_names_are_kept_as_python_keeps_them(load_source) -> None:
    checks = checks_of(load_source, '@task.value(points=2, names="ﬁt")\ndef q(x): return x\n', head=ONE)
    assert checks["q"].names == ("fit",)


def test_the_nearest_tolerance_wins_but_keeps_bounds_that_it_does_not_set(load_source) -> None:
    loaded = load_source(
        HEAD
        + 'a = Assignment("a", title="A", points=3, tolerance=Tolerance(rtol=1.0, atol=1.0, shape="squeeze"))\n'
        + "a.given(x=1.0)\n"
        + 'one, two = a.task("1"), a.task("2", tolerance=Tolerance(rtol=2.0, atol=2.0))\n'
        + "one.value(points=1, name='p')(lambda x: x)\n"
        + "two.value(points=1, name='q')(lambda x: x)\n"
        + "two.value(points=1, name='r', tolerance=Tolerance(nan='equal'))(lambda x: x / 0 - x / 0)\n"
    )
    assert {check.id: check.tolerance for check in loaded.spec.checks} == {
        "p": Tolerance(rtol=1.0, atol=1.0, shape="squeeze"),
        "q": Tolerance(rtol=2.0, atol=2.0),
        "r": Tolerance(rtol=2.0, atol=2.0, nan="equal"),
    }


def test_titles_are_the_first_line_of_the_docstring_unless_they_are_given(load_source) -> None:
    checks = checks_of(
        load_source,
        '@task.value(points=1)\ndef p(x):\n    """First line.\n\n    More."""\n    return x\n'
        '@task.value(points=1, title="Given")\ndef q(x):\n    """Not this."""\n    return x\n'
        "@task.value(points=1)\ndef r(x): return x.sum()\n"
        'task.gradient("dr", of=r, by="x", points=1)\n',
        head=ONE,
        points=4,
    )
    assert [check.title for check in checks.values()] == ["First line", "Given", "r", "Gradient of r with respect to x"]


def test_a_persons_check_has_a_rubric_and_no_names(load_source) -> None:
    checks = checks_of(
        load_source,
        'task.person("plot", points=2, title="Your plot", rubric="""\n    - axes\n    - units""")\n',
        head=ONE,
    )
    assert checks["plot"] == CheckSpec(
        id="plot",
        kind="person",
        quantity="plot",
        version=None,
        title="Your plot",
        points=Fraction(2),
        rubric="- axes\n- units",
    )


def test_checks_keep_the_order_in_which_they_were_written(load_source) -> None:
    body = (
        "@task.value(points=1)\ndef p(x): return x\n"
        'task.person("plot", points=1)\n'
        "@task.value(points=1)\ndef q(p): return p\n"
    )
    assert list(checks_of(load_source, body, head=ONE, points=3)) == ["p", "plot", "q"]


def test_policies_are_the_authors(load_source) -> None:
    loaded = load_source(
        HEAD
        + 'a = Assignment("a", title="A", points=1, reveal="values", printed="refuse", other_names="refuse",\n'
        + "               repeat=0)\n"
        + TASK
        + "task.value(points=1, name='p')(lambda x: x)\n"
    )
    assert loaded.spec.policies == Policies(reveal="values", printed="refuse", other_names="refuse", repeat=0)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        (", python=None", ""),
        (", python='../a  class/bin/python'", "../a  class/bin/python"),
        (", python=__import__('pathlib').Path('/opt/venv') / 'bin/python'", "/opt/venv/bin/python"),
    ],
)
def test_the_interpreter_of_the_class_is_kept_as_it_was_written(load_source, written: str, kept: str) -> None:
    source = ONE.format(points=2).replace("points=2", "points=2" + written)
    assert load_source(source + TASK + "@task.value(points=2)\ndef q(x): return x\n").spec.python == kept


@pytest.mark.parametrize(("written", "kept"), [("", "en"), (", language='ko'", "ko"), (", language='en'", "en")])
def test_an_assignment_speaks_english_unless_it_says_another_language(load_source, written: str, kept: str) -> None:
    source = ONE.format(points=2).replace("points=2", "points=2" + written)
    assert load_source(source + TASK + "@task.value(points=2)\ndef q(x): return x\n").spec.language == kept


def headings_of(load_source, assignment: str, *tasks: str) -> list[tuple[str, ...]]:
    source = HEAD + f'a = Assignment("a", title="A", points={len(tasks)}, {assignment})\na.given(x=[1.0, 2.0])\n'
    for number, task in enumerate(tasks):
        source += f"@a.task({task}).value(points=1)\ndef q{number}(x): return x + {number}\n"
    return [task.headings for task in load_source(source).spec.tasks]


@pytest.mark.parametrize(
    ("assignment", "tasks", "headings"),
    [
        ("", ['"Task 1"', '"Task 2"'], [(), ()]),
        ("", ['"Task 1", headings="Warm-up"', '"Task 2"'], [("Warm-up",), ()]),
        ("", ['"Task 1"', '"Task 2", headings=["Backprop", "Übung  2"]'], [(), ("Backprop", "Übung 2")]),
        ('headings="Lab {n}"', ['"Task 1"', '"Task 2"'], [("Lab 1",), ("Lab 2",)]),
        ('headings="Lab 3: part {letter}"', ['"Task 1"', '"Task 2"'], [("Lab 3: part a",), ("Lab 3: part b",)]),
        ('headings="Lab {n}: part {letter}"', ['"Task 2 (a)"', '"Task 2b"'], [("Lab 2: part a",), ("Lab 2: part b",)]),
        ('headings=["Lab {n}", "{title}"]', ['"Task 1", title="Forward"'], [("Lab 1", "Forward")]),
        ('headings="Step {n}"', ['"Forward"', '"Backward"'], [("Step 1",), ("Step 2",)]),
        ('headings="Übung {n}"', ['"Task 1", headings="Warm-up {n}"'], [("Warm-up 1", "Übung 1")]),
        ('headings="Task {n}"', ['"Task 1"'], [()]),
        ('headings="{{{n}}}"', ['"Task 1"'], [("{1}",)]),
    ],
)
def test_headings_are_names_and_patterns(
    load_source, assignment: str, tasks: list[str], headings: list[tuple[str, ...]]
) -> None:
    assert headings_of(load_source, assignment, *tasks) == headings


def test_a_decorated_function_can_still_be_called() -> None:
    assignment = Assignment("a", title="A", points=1)

    @assignment.quantity
    def double(x: int) -> int:
        return 2 * x

    assert double(21) == 42
    assert double.name == "double"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (2, Fraction(2)),
        (0.1, Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.25"), Fraction(1, 4)),
        (0, Fraction(0)),
    ],
)
def test_points_are_exact(written: object, read: Fraction) -> None:
    assert read_points(written, HERE) == read


@given(st.lists(st.integers(0, 10_000).map(lambda hundredths: hundredths / 100), min_size=1))
def test_points_written_as_decimals_add_up_as_on_paper(points: list[float]) -> None:
    assert sum(read_points(value, HERE) for value in points) == Fraction(
        sum(round(value * 100) for value in points), 100
    )


@pytest.mark.parametrize(
    ("heading", "id"),
    [
        ("Task 1", "task-1"),
        ("  Exercise 2 (b): Über ", "exercise-2-b-über"),
        ("과제 2", "과제-2"),
        ("कार्य 1", "कार्य-1"),
        ("Part_B", "part-b"),
        ("***", ""),
    ],
)
def test_a_tasks_id_is_its_heading_in_any_script(heading: str, id: str) -> None:
    assert slug(heading) == id


@given(st.text())
def test_a_slug_of_a_slug_is_itself(heading: str) -> None:
    once = slug(heading)
    assert slug(once) == once
    assert not set(once) & set("/\\. \0")


def test_importing_the_package_imports_neither_torch_nor_numpy() -> None:
    code = (
        "import sys, grader, grader.assignment.spec\n"
        "assert {'Assignment', 'Tolerance', '__version__'} <= set(dir(grader))\n"
        "print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert __version__[0].isdigit()
    with pytest.raises(ImportError):
        from grader import nothing  # noqa: F401
