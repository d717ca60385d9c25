"""What values are, in a few words for their students."""

from __future__ import annotations

from grader.records import Array, Frame, Mapping, Masked, Message, Scalar, Sequence, Value, Words

ARRAY = Message("an array")
BOOL = Message("True or False")
DICT = Message("a dict")
NONE = "None"
NUMBER = Message("a number")
SERIES = Message("a series")
TABLE = Message("a table")
TEXT = Message("text")
TIME = Message("a time")
TIMES = Message("times")
UNREADABLE = Message("something that can't be read")

SERIES_OF_OTHERS = Message("a series that holds other things")
TABLE_OF_OTHERS = Message("a table that holds other things")


def kind_of(value: Value) -> Words:
    """What a value is that was read from a student's process."""
    match value:
        case Array(shape=()):
            return TIME if value.is_time else NUMBER
        case Array():
            return TIMES if value.is_time else ARRAY
        case Masked():
            return ARRAY
        case Scalar():
            return _of_scalar(value)
        case Sequence(container=name):
            return container(name)
        case Mapping():
            return DICT
        case Frame(container=name):
            return TABLE if name == "dataframe" else SERIES
        case _:
            return value.type or UNREADABLE


def _of_scalar(scalar: Scalar) -> Words:
    match scalar.value:
        case str():
            return TEXT
        case None:
            return NONE
        case bool():
            return BOOL
        case _:
            return NUMBER


def container(name: str) -> Message:
    """A list, a tuple or a set."""
    return Message("a {container}", {"container": name})


def holding(name: str, held: Words) -> Message:
    """A container that holds something; of containers in containers, the outermost and what is in the innermost."""
    innermost = held.facts["held"] if isinstance(held, Message) and "held" in held.facts else held
    return Message("a {container} that holds {held}", {"container": name, "held": innermost})


def too_deep(name: str) -> Message:
    """A container in a container, and so on."""
    return Message("a {container} nested too deeply", {"container": name})


def ragged(name: str) -> Message:
    """A container of containers of different lengths."""
    return Message("a {container} whose rows have different lengths", {"container": name})
