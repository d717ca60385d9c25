from dataclasses import replace
from fractions import Fraction

from grader.analysis import Graded, attention, graded
from grader.records import CheckGrade, Flag
from tests.unit.analysis.classes import check, result


def flagged(student: str, checks: list[CheckGrade], *flags: Flag) -> Graded:
    each = result(student, checks)
    return graded([replace(each, grade=replace(each.grade, flags=flags))])


def flag(code: str, on: str | None = None) -> Flag:
    return Flag(code=code, message="", check=on)


def together(*hand_ins: Graded) -> Graded:
    return Graded(tuple(result for each in hand_ins for result in each.results))


def codes(hand_ins: Graded) -> list[str]:
    return [each.code for each in attention(hand_ins)]


def test_what_may_have_cost_points_comes_before_what_cost_none() -> None:
    wrong, right = [check("x", 1, worth=4)], [check("x", worth=4)]

    assert codes(together(flagged("a", wrong, flag("changed-later", "x")), flagged("b", right, flag("bridged")))) == [
        "changed-later",
        "bridged",
    ]
    assert attention(flagged("a", right, flag("changed-later", "x")))[0].points == 0


def test_what_may_be_unearned_counts_the_points_that_are_given() -> None:
    (found,) = attention(flagged("a", [check("x", worth=4), check("y", 1, worth=2)], flag("hard-coded", "x")))

    assert (found.doubt, found.points, found.places) == ("gained", 4, (0,))


def test_no_point_counts_twice_in_one_hand_in() -> None:
    (found,) = attention(flagged("a", [check("x", 1, worth=4)], flag("missing-file", "x"), flag("missing-file", "x")))
    (whole,) = attention(
        flagged("a", [check("x", 1, worth=4), check("y", 1)], flag("missing-file"), flag("missing-file"))
    )

    assert (found.points, whole.points) == (4, 5)


def test_the_hand_ins_with_most_at_stake_come_first() -> None:
    some = flagged("a", [check("x", 1, worth=4), check("y", worth=4)], flag("missing-package"))
    more = flagged("b", [check("x", 1, worth=4), check("y", 1, worth=4)], flag("missing-package"))
    (found,) = attention(together(some, more))

    assert (found.places, found.points) == ((1, 0), 12)


def test_waiting_for_a_person_is_nothing_to_look_at_first_but_our_own_fault_is() -> None:
    waits = replace(check("x"), kind="person", points=None, verdict="unmarked", reason="person")
    failed = replace(check("x", worth=3), points=None, verdict="unmarked", reason="grader-fault")

    assert codes(flagged("a", [waits], flag("unmarked", "x"))) == []
    assert attention(flagged("a", [failed], flag("unmarked", "x")))[0].points == Fraction(3)


def test_flags_that_nobody_knows_are_told_too() -> None:
    assert codes(flagged("a", [check("x")], flag("<b>", "gone"))) == ["<b>"]


def test_what_could_not_be_tried_makes_no_point_doubtful_and_comes_last() -> None:
    right = [check("x", worth=4)]
    found = attention(together(flagged("a", right, flag("not-varied")), flagged("b", right, flag("bridged"))))

    assert [(each.code, each.points) for each in found] == [("bridged", 0), ("not-varied", 0)]
