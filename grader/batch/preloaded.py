"""What all workers need, imported once: they are forked from a process that has imported this."""

from __future__ import annotations

from importlib import import_module

from grader.importing import without_collecting

with without_collecting():
    for name in ("grader.batch.jobs", "nbconvert.filters.ansi", "nbconvert.filters.markdown_mistune"):
        import_module(name)
