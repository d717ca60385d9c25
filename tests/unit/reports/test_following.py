from dataclasses import replace

import pytest

from grader.assignment.spec import QuantitySpec
from grader.records import CheckGrade, Grade, TaskGrade, Verdict
from grader.reports import feedback_page
from grader.reports.following import MOST_CHECKS, Following, followings, nearest
from tests.unit.reports.sample_results import RESULT, SPEC, check_grade

CHAIN = (("z", ("x",)), ("a", ("z",)), ("hidden", ("a",)), ("y", ("hidden", "z")), ("loss", ("y",)))


def graphs(parents: tuple[tuple[str, tuple[str, ...]], ...], *checks: CheckGrade) -> list[Following]:
    quantities = tuple(QuantitySpec(name=name, parents=direct, names={}) for name, direct in parents)
    grade = Grade(tasks=(TaskGrade(id="task-1", title="One", checks=checks),))
    return list(followings(grade, replace(SPEC, quantities=quantities)))


def check(id: str, verdict: Verdict = "correct", *sources: str) -> CheckGrade:
    return check_grade(id, verdict=verdict, follows_from=sources)


def chain(version: str, **verdicts: Verdict) -> list[CheckGrade]:
    return [check(f"{name}.{version}", verdicts.get(name, "correct")) for name in ("z", "a", "y", "loss")]


def test_only_what_is_asked_is_in_it_and_of_two_ways_the_longer_is_told() -> None:
    assert nearest(CHAIN, ("z", "a", "y", "loss")) == (("z", "a"), ("a", "y"), ("y", "loss"))
    assert nearest(CHAIN, ("z", "loss")) == (("z", "loss"),)
    assert nearest((("p", ("x",)), ("q", ("x",))), ("p", "q")) == ()


def test_there_is_a_graph_for_each_version_in_which_something_failed() -> None:
    (graph,) = graphs(CHAIN, *chain("torch"), *chain("numpy", a="incorrect"))

    assert graph.version == "numpy"
    assert [(node.name, node.verdict) for node in graph.nodes] == [
        ("z_n", "correct"),
        ("a_n", "incorrect"),
        ("y_n", "correct"),
        ("loss_n", "correct"),
    ]


@pytest.mark.parametrize(
    "checks",
    [
        chain("numpy"),
        [check("z.numpy", "incorrect")],
        [check("z.numpy", "incorrect"), check_grade("f.numpy", kind="function", verdict="incorrect")],
        [check("z.numpy", "incorrect"), check("unknown.numpy", "incorrect")],
    ],
    ids=["all right", "alone", "a function", "of no quantity"],
)
def test_where_nothing_failed_or_hangs_together_there_is_none(checks: list[CheckGrade]) -> None:
    assert graphs(CHAIN, *checks) == []


def test_an_assignment_of_many_checks_has_none() -> None:
    names = [f"q{number}" for number in range(MOST_CHECKS + 1)]
    parents = tuple((name, (before,)) for name, before in zip(names, ["x", *names], strict=False))

    assert graphs(parents, *(check(name, "incorrect") for name in names)) == []
    assert len(graphs(parents, *(check(name, "incorrect") for name in names[:-1]))) == 1


def test_arrows_are_thick_from_what_was_wrong_to_all_that_followed() -> None:
    checks = [
        check("z.numpy"),
        check("a.numpy", "incorrect"),
        check("y.numpy", "follow-through", "a.numpy"),
        check("loss.numpy", "follow-through", "a.numpy"),
    ]
    (graph,) = graphs(CHAIN, *checks)

    assert [arrow.carries for arrow in graph.arrows] == [False, True, True]
    assert (
        str(graph.label)
        == "z_n: Correct. a_n: Not right. y_n: Follows through, from a. loss_n: Follows through, from a."
    )


def test_boxes_stand_in_layers_and_lines_that_pass_some_by_go_around() -> None:
    parents = (("a", ("x",)), ("b", ("a",)), ("c", ("b",)), ("side", ("x",)), ("end", ("c", "side")))
    (graph,) = graphs(parents, *(check(name, "incorrect") for name, _ in parents))
    places = {node.name: (node.x, node.y) for node in graph.nodes}

    assert places["a_n"][1] == places["side_n"][1] < places["b_n"][1] < places["c_n"][1] < places["end_n"][1]
    assert len(set(places.values())) == len(places)
    assert [arrow.sideways for arrow in graph.arrows] == [False, False, False, True]
    assert all(node.x >= 0 and node.x + graph.side <= graph.width for node in graph.nodes)
    assert all(node.y + graph.tall <= graph.height for node in graph.nodes)


def test_the_page_has_it_unless_only_marks_are_revealed() -> None:
    parents = (("z1", ("x",)), ("a2", ("z1",)), ("loss", ("a2",)))
    spec = replace(SPEC, quantities=tuple(QuantitySpec(name=name, parents=of, names={}) for name, of in parents))

    assert 'aria-label="z1_n: Correct. a2_n: Not right.' in feedback_page(RESULT, spec, "places")
    assert "What followed" not in feedback_page(RESULT, spec, "marks")
    assert "What followed" not in feedback_page(RESULT, SPEC, "values")
