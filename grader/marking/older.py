"""Flags for what was written for older versions or another machine: what was bridged, and what would help elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from grader.guest.gone import GONE
from grader.notebook import OldUse, counts_on_older, find_older, libraries
from grader.records import CellRun, Execution, Flag, Message, Notebook, Words, translatable

FLAGS = 50
"""At most so many things are told of one notebook."""

_TEXT = 80
_LIBRARIES = {"numpy": "NumPy", "IPython": "IPython", "collections": "Python", "time": "Python"}
_WITHOUT_MAGIC = "9.0"
_WORDS = {
    "magic": translatable("`{text}` is no longer in IPython; it was taken as `run_line_magic`."),
    "colab": translatable(
        "`{text}` is there only on Colab; a stand-in took its place, with the files beside the notebook."
    ),
    "place": translatable("`{text}` is a place on another machine; it was looked for beside the notebook."),
    "command": translatable(
        "`{text}` did nothing, as there is no network here; what is installed or beside the notebook is there."
    ),
    "window": translatable("`{text}` needs a screen; figures were drawn without one."),
    "tensorflow": translatable("`{text}` is there only on Colab, and did nothing."),
}
_REMOVED = re.compile(
    r"(?:was|were|been|is now|are now) removed|no longer (?:supported|available|exists)|Weights only load failed|"
    r"invalid index of a 0-dim tensor|Legacy autograd function|"
    r"only 0-dimensional arrays can be converted|unexpected keyword argument 'normed'|Unable to avoid copy while|"
    r"'numpy\.ndarray' object has no attribute '(?:itemset|ptp|newbyteorder)'|"
    r"'(?:DataFrame|Series)' object has no attribute '(?:append|ix|iteritems|as_matrix)'|"
    r"module '(?:torch|scipy(?:\.\w+)*)' has no attribute "
    r"'(?:rfft|irfft|gels|btrifact|simps|trapz|cumtrapz|imread|imresize|logsumexp)'|"
    r"cannot import name '(?:load_boston|simps|trapz|cumtrapz|imread|imresize|logsumexp|getargspec)'"
)
_REMEDIES = (
    ("load_boston", translatable("Have the data provided as a file, or use another data set.")),
    (
        "Weights only load failed",
        translatable("`torch.load(…, weights_only=False)` reads the file as older versions did."),
    ),
    ("0-dim tensor", translatable("`loss.item()` gives the number that `loss.data[0]` once gave.")),
    ("0-dimensional arrays", translatable("`array.item()` gives the number in an array of one element.")),
    ("'itemset'", translatable("`array[index] = value` does what `itemset` did.")),
    ("'ptp'", translatable("`np.ptp(array)` gives what `array.ptp()` gave.")),
    ("'append'", translatable("`pandas.concat` does what `append` did.")),
)
_REMEDY = translatable(
    "Write it as the version that is installed has it, or have it graded with the one that it was written for."
)
_ONCE = translatable("Cell {cell}, line {line}: {sentence} It costs nothing.")
_OFTEN = translatable("Cell {cell}, line {line} and {more} more: {sentence} It costs nothing.")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def bridged(notebook: Notebook, execution: Execution) -> Iterator[Flag]:
    """A flag for each thing that was bridged in a cell that ran, with its first line there. It takes no marks."""
    if not any(counts_on_older(cell.source) for cell in notebook.code_cells):
        return
    known = libraries(cell.source for cell in notebook.code_cells)
    ran = {run.index for run in execution.cells if run.status != "not-run"}
    told = 0
    for cell in notebook.code_cells:
        uses = find_older(cell.source, known) if cell.index in ran else ()
        sentences = [(use.line, sentence) for use in uses if (sentence := _sentence(use, execution.environment))]
        counts = Counter(sentence for _, sentence in sentences)
        first = {sentence: line for line, sentence in reversed(sentences)}
        for sentence in counts:
            if told == FLAGS:
                return
            told += 1
            message = Message(
                _ONCE if counts[sentence] == 1 else _OFTEN,
                {"cell": cell.index, "line": first[sentence], "more": counts[sentence] - 1, "sentence": sentence},
            )
            yield Flag(code="bridged", message=message, cell=cell.index)


def _sentence(use: OldUse, versions: Mapping[str, str]) -> Message | None:
    text = _quotable(use.text)
    if use.kind != "name":
        missing = use.kind != "magic" or _lacks(versions, "IPython", _WITHOUT_MAGIC, "")
        return Message(_WORDS[use.kind], {"text": text}) if missing else None
    gone = GONE[use.module][use.name]
    root = use.module.partition(".")[0]
    if not _lacks(versions, root, gone.since, gone.until):
        return None
    meaning = gone.meaning.removeprefix("builtins.")
    facts = {"text": text, "library": _LIBRARIES[root], "meaning": meaning}
    return Message("`{text}` is no longer in {library}; it was taken as `{meaning}`.", facts)


def _lacks(versions: Mapping[str, str], module: str, since: str, until: str) -> bool:
    """Whether the class's version of a library is one that lacks something."""
    version = versions.get("python" if _LIBRARIES[module] == "Python" else module.lower())
    if not version:
        return False
    return _number(since) <= _number(version) and (not until or _number(version) < _number(until))


def _number(version: str) -> tuple[int, int]:
    numbers = [int(number) for number in re.findall(r"\d{1,9}", version)[:2]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _quotable(text: str) -> str:
    words = " ".join(text.replace("`", "'").split())
    return words if len(words) <= _TEXT else words[: _TEXT - 1] + "…"


def not_bridged(execution: Execution) -> Iterator[Flag]:
    """A flag for each cell that failed over an older version or a file that isn't there, with what would help."""
    for run in execution.cells:
        if run.error is None:
            continue
        facts: dict[str, Words] = {"where": _where(run), "error": " ".join(run.error.message.split())[:200]}
        if run.error.name == "FileNotFoundError":
            message = Message(
                "{where} looks for a file that isn't there: {error}. "
                "It is found if it is handed in with the notebook, or provided by the assignment.",
                facts,
            )
            yield Flag(code="missing-file", message=message, cell=run.index)
        elif _REMOVED.search(run.error.message[:2000]):
            remedy = next((words for sign, words in _REMEDIES if sign in run.error.message[:2000]), _REMEDY)
            message = Message(
                "{where} seems to be written for another version of a library: {error}. {remedy}",
                facts | {"remedy": Message(remedy)},
            )
            yield Flag(code="older-environment", message=message, cell=run.index)


def _where(run: CellRun) -> Message:
    """The cell, and its line as far as its traceback tells."""
    lines = (line for output in run.outputs if output.kind == "error" for line in output.traceback[:50])
    for line in lines:
        found = re.search(r"Cell In ?\[\d{1,6}\], line (\d{1,6})", _ANSI.sub("", line[:2000]))
        if found:
            return Message("Cell {cell}, line {line},", {"cell": run.index, "line": found.group(1)})
    return Message("Cell {cell}", {"cell": run.index})
