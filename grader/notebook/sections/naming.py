"""Which tasks a file answers: by its headings, or, where it has none, by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from grader.notebook.sections.headings import task_namer
from grader.notebook.sections.stretches import find_sections
from grader.records import Notebook

_WORD_START = re.compile(r"(?<![^\W_])[^\W_]")


def tasks_of(notebook: Notebook, name: str, headings: Mapping[str, str]) -> tuple[str, ...]:
    """The tasks that a notebook has headings of, in the assignment's order.

    Where it has none, the one that its file's name says (`hw3-task2.ipynb`), if that says one.
    """
    found = tuple(section.task for section in find_sections(notebook, headings) if section.found == "heading")
    return found or _named(PurePath(name).stem, headings)


def _named(stem: str, headings: Mapping[str, str]) -> tuple[str, ...]:
    named = task_namer(headings)
    words = stem[:200].replace("_", " ")
    for start in _WORD_START.finditer(words):
        naming = named(words[start.start() :])
        if naming is not None:
            return (naming[0],)
    return ()
