"""What headings may look like besides a task's own name: further names, and patterns that name every task.

In a pattern, `{n}` stands for the task's number (that of its heading, else its place in the assignment), `{letter}` for
the letter of its part, else that of its number, and `{title}` for its title. There are no regular expressions: a name
is compared, and can't take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from grader.assignment.declarations import AssignmentDeclaration, TaskDeclaration
from grader.assignment.places import Place, suggestion
from grader.assignment.validation import read_text, slug

Headings = str | Sequence[str]
"""One name or pattern, or several."""

_PLACEHOLDERS = ("n", "letter", "title")
_NUMBERED = re.compile(r"(?P<number>\d{1,3})\s*[.(]?\s*(?:(?P<part>[A-Za-z])(?!\w))?")


def read_headings(value: object, place: Place) -> tuple[str, ...]:
    """Read names and patterns, each of one line; an AssignmentError for a placeholder that there isn't."""
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list | tuple):
        raise place.error(
            f"headings={value!r} is no name of a heading.",
            remedy='Write headings="Exercise {n}", or a list: headings=["Backprop", "Übung 2"].',
        )
    return tuple(_read_heading(heading, place) for heading in written)


def _read_heading(heading: object, place: Place) -> str:
    text = read_text(heading, "A heading", place)
    if not slug(text):
        raise place.error(f"The heading {text!r} names nothing.", remedy="Use at least one letter or digit.")
    try:
        fields = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        raise _misused(text, place) from error
    for name, form, conversion in fields:
        if name not in _PLACEHOLDERS:
            remedy = suggestion(name or "", _PLACEHOLDERS)
            raise place.error(f"The heading {text!r} has a placeholder {{{name}}} that there isn't.", remedy=remedy)
        if form or conversion:
            raise _misused(text, place)
    return text


def _misused(text: str, place: Place) -> Exception:
    return place.error(
        f"The heading {text!r} has braces that are no placeholder.",
        remedy="Write {n}, {letter} or {title}; a brace of its own is written twice, {{.",
    )


def headings_by_task(declared: AssignmentDeclaration) -> Mapping[str, tuple[str, ...]]:
    """The further names of each task, by its id: those of its own, then those of the assignment's patterns.

    Raises AssignmentError where a pattern can't be filled in, or where two tasks would have the same name.
    """
    owners = {slug(task.heading): task for task in declared.tasks}
    found: dict[str, tuple[str, ...]] = {}
    for position, task in enumerate(declared.tasks, start=1):
        names = tuple(dict.fromkeys(_names(task, position, declared)))
        for name in names:
            owner = owners.setdefault(slug(name), task)
            if owner is not task:
                raise task.place.error(
                    f"Both {owner.heading!r} and {task.heading!r} would be found under the heading {name!r}.",
                    remedy="Give each task headings of its own.",
                )
        found[task.id] = tuple(name for name in names if name != task.heading)
    return found


def _names(task: TaskDeclaration, position: int, declared: AssignmentDeclaration) -> Iterator[str]:
    for pattern in task.headings:
        yield _filled_in(pattern, task, position, task.place)
    for pattern in declared.headings:
        yield _filled_in(pattern, task, position, declared.place)


def _filled_in(pattern: str, task: TaskDeclaration, position: int, place: Place) -> str:
    asked = {name for _, name, _, _ in Formatter().parse(pattern) if name}
    match = _NUMBERED.search(task.heading)
    number = int(match["number"]) if match else position
    part = match["part"] if match else None
    letter = (part or (chr(ord("a") + number - 1) if 1 <= number <= 26 else "")).lower()
    values = {"n": str(number), "letter": "" if "n" in asked and not part else letter, "title": task.title}
    for name in sorted(asked):
        if not values[name]:
            raise place.error(
                f"The heading {pattern!r} asks for a {name} that {task.heading!r} doesn't have.",
                remedy="Take it out, or give headings= on each task.",
            )
    return pattern.format_map(values)
