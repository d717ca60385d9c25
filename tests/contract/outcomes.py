"""An execution as lines to compare: all that its reader sees, without what no two executions share."""

from __future__ import annotations

import re

from grader.records import CellRun, Execution, Output

Outcome = dict[str, list[str]]
"""By part (`how`, `cell 0`, `captures`), what it came to."""

_ALIKE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"(CPU times|Wall time).*"), r"\1 …"),
    (re.compile(r"^.+ per loop", re.MULTILINE), "… per loop"),
    (re.compile(r"/[^\s'\"]*/ipykernel_\d+/\d+\.py|\b\d+\.py(?=, line)|<ipython-input-\d+-[0-9a-f]+>"), "<cell>"),
    (re.compile(r"(File \")?/[^\s'\"]*/site-packages/"), r"\1site-packages/"),
    (re.compile(r"/[^\s'\"]*/work\b"), "…/work"),
    (re.compile(r"\bThread-\d+"), "Thread-…"),
    (re.compile(r"ERROR:tornado\.general:.*", re.DOTALL), "ERROR:tornado…"),
)
_AT_TIMES = (
    "stderr 'Matplotlib is building the font cache; this may take a moment.\\n'",
    "stderr 'ERROR:tornado…'",
)
"""A library's first time, and a kernel's complaint of a message that it couldn't send, which is heard in some cell."""
_REAPED_TWICE = re.compile(r"stderr 'Unknown child process pid \d+, will report returncode 255\\n'").fullmatch
"""asyncio's complaint where two of its own parts waited for a script that was interrupted; which is first, depends."""
_UNLIKE = {"image/svg+xml"}
"""Forms that tell the time."""


def outcome(execution: Execution, *, whole: bool) -> Outcome:
    """What an execution came to, part by part. `whole`: how it ended as well, not only what its cells did."""
    parts: Outcome = {"how": [execution.status, _alike(execution.reason)]} if whole else {}
    for cell in execution.cells:
        parts[f"cell {cell.index}"] = _cell(cell)
    parts["captures"] = [
        f"{each.name} after {each.after_cell} ({each.place}): {_alike(str(each.value))}" for each in execution.captures
    ]
    parts["calls"] = [
        f"{each.found or each.calls.names[0]} after {each.after_cell} ({each.place}): {_alike(str(each.results))}"
        for each in execution.calls
    ]
    return {name: lines for name, lines in parts.items() if lines or name != "calls"}


def _cell(cell: CellRun) -> list[str]:
    if cell.status not in ("ok", "error"):  # whether an interrupted cell still tells of its interrupt, depends
        lines = (_output(output) for output in cell.outputs if output.kind != "error")
        return [cell.status, *(line for line in lines if not _REAPED_TWICE(line))]
    error = f": {cell.error.name}: {_alike(cell.error.message)}" if cell.error else ""
    return [cell.status + error, *(line for line in map(_output, cell.outputs) if line not in _AT_TIMES)]


def _output(output: Output) -> str:
    if output.kind == "error":  # its traceback goes through the engine's own code
        return f"error {output.error_name}: {_alike(output.error_message)}"
    kind = output.stream if output.kind == "stream" else output.kind
    forms = [form if form in _UNLIKE else f"{form}: {output.data[form]}" for form in sorted(output.data)]
    return " ".join([kind, repr(_alike(output.text)), *forms])


def _alike(text: str) -> str:
    for pattern, instead in _ALIKE:
        text = pattern.sub(instead, text)
    return text
