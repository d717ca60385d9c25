"""Which tasks a file answers: by its headings, or, where it has none, by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from grader.notebook.sections.finding import find
from grader.notebook.sections.naming import Sought, namer_of
from grader.records import Notebook

_WORD_START = re.compile(r"(?<![^\W_])[^\W_]")


def tasks_of(notebook: Notebook, name: str, sought: Sequence[Sought]) -> tuple[str, ...]:
    """The tasks that a notebook has headings of, in the assignment's order.

    Where it has none, the one that its file's name says (`hw3-task2.ipynb`), if that says one.
    """
    found = tuple(section.task for section in find(notebook, sought).sections if section.found == "heading")
    return found or _named(PurePath(name).stem, sought)


def _named(stem: str, sought: Sequence[Sought]) -> tuple[str, ...]:
    namer = namer_of(tuple(sought))
    words = stem[:200].replace("_", " ")
    for start in _WORD_START.finditer(words):
        naming = namer.by_name(words[start.start() :])
        if naming is not None:
            return (naming.task,)
    return ()
