"""Finding the cells of each task.

headings, signs             what may be a heading: in Markdown, comments, strings, tags, grade ids
words, numerals, numbering  a heading's text, read as a word, a number and a part
naming, marks               which task it names, and how surely
readings, finding           which of them count
stretches                   the cells that they open
files                       which tasks a whole file answers
outline                     all of that, for people
numbered                    numbered headings where no tasks are known
"""

from collections.abc import Sequence

from grader.notebook.sections.files import tasks_of
from grader.notebook.sections.finding import find
from grader.notebook.sections.naming import Sought
from grader.notebook.sections.numbered import NumberedHeading, numbered_headings
from grader.notebook.sections.outline import Heading, Outline, outline
from grader.records import Notebook, Section

__all__ = [
    "Heading",
    "NumberedHeading",
    "Outline",
    "Sought",
    "find_sections",
    "numbered_headings",
    "outline",
    "tasks_of",
]


def find_sections(notebook: Notebook, sought: Sequence[Sought]) -> tuple[Section, ...]:
    """Find the section of every task, in the order of `sought`.

    A heading is a Markdown heading of any level, bold or HTML text at the start of a line, a comment (or a string
    alone) at the top of a code cell, a tag or a grade id. The same task's heading again continues it. A cell belongs to
    each task that it holds a heading of. A task without a heading has the whole notebook. A table of contents opens
    nothing.
    """
    return find(notebook, sought).sections
