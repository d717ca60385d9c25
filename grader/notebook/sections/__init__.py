"""Finding the cells of each task: `headings` as students write them, and the `stretches` of cells that they open."""

from grader.notebook.sections.naming import tasks_of
from grader.notebook.sections.stretches import find_sections

__all__ = ["find_sections", "tasks_of"]
