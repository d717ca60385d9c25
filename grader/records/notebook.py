"""What was handed in, read and cleaned: cells, their saved outputs, and where each task's section is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output of a code cell, saved in the hand-in or fresh from an execution.

    `text` is what a terminal would show: a stream's text, or the `text/plain` form of a display or a result. `data`
    holds the richer forms by MIME type, as text (images are base64). Errors have a name, a message and a traceback
    (lines that may hold ANSI colours).
    """

    kind: Literal["stream", "display", "result", "error"]
    stream: Literal["stdout", "stderr"] = "stdout"
    text: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    error_name: str = ""
    error_message: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell; `index` counts all cells of the notebook from 0, whatever their kind.

    `grade_id` is the name that nbgrader gave it, "" without one.
    """

    index: int
    kind: Literal["code", "markdown", "raw"]
    source: str
    id: str = ""
    tags: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    grade_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A hand-in that could be read. `repairs` says, in words, what had to be mended to read it.

    `companions` are the paths of the student's own files that lie beside it when it runs, and are kept nowhere.
    """

    cells: tuple[Cell, ...]
    language: str = "python"
    repairs: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The cells that are executed, in order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The cells that belong to a task, by index, in order.

    `found` says how: by a heading of its own, or because the notebook has none for it and the whole of it counts.
    A section that a heading opened may hold no code cell; then `cells` has none that is code.
    """

    task: str
    cells: tuple[int, ...]
    found: Literal["heading", "whole"]


def shown_text(outputs: Iterable[Output]) -> str:
    """All that a cell printed or displayed as plain text, in order; no errors, and nothing that went to stderr."""
    return "\n".join(
        output.text for output in outputs if output.kind != "error" and output.stream != "stderr" and output.text
    )
