from hypothesis import given
from hypothesis import strategies as st

from grader.records import Message, either, gaps, in_words, listed, translatable


def test_a_message_is_its_english_sentence() -> None:
    inner = Message("line {line}", {"line": 3})
    assert str(Message("`{name}` in {where}.", {"name": "a2", "where": inner})) == "`a2` in line 3."
    assert f"{Message('So it is.')}" == "So it is."


@given(st.text())
def test_facts_are_put_in_as_they_are_whatever_they_hold(hostile: str) -> None:
    told = Message("{first}|{second}|{third}", {"first": hostile, "second": "{first}", "third": Message(hostile)})
    assert str(told) == f"{hostile}|{{first}}|{hostile}"


def test_a_gap_that_has_no_fact_stays() -> None:
    assert str(Message("{known} {unknown} {0} {a.b} {a!r}", {"known": "x"})) == "x {unknown} {0} {a.b} {a!r}"
    assert gaps("{known} {a.b} {}") == {"known"}


def test_messages_are_equal_by_what_they_say_and_can_be_counted() -> None:
    one, other = (Message("`{name}`", {"name": "a"}) for _ in range(2))
    assert one == other
    assert len({one, other, Message("`{name}`", {"name": "b"}), Message(translatable("`{name}`"))}) == 3


def test_every_template_within_a_message_is_translated() -> None:
    told = Message("a {part}", {"part": Message("b {rest}", {"rest": "a b"})})
    assert in_words(told, str.upper) == "A {PART}"
    assert in_words(told, {"a {part}": "{part} A", "b {rest}": "{rest} B"}.__getitem__) == "a b B A"


def test_names_of_which_any_will_do_and_lists() -> None:
    assert [str(either(names)) for names in ((), ("a",), ("a", "b", "c"))] == ["", "`a`", "`a` or `b` or `c`"]
    assert listed(("a", "b")) == "a, b"
    assert str(listed(("a", Message("b{n}", {"n": 1}), "c"))) == "a, b1, c"
