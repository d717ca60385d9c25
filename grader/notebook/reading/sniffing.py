"""What a file is: a notebook, a script, a document; or something else, said so that its student knows what to do."""

from __future__ import annotations

import ast
import re
from typing import Literal

from grader.errors import NotebookRejected
from grader.notebook.reading.markdown import has_python
from grader.notebook.reading.script import is_marked
from grader.notebook.syntax import parse_python

Form = Literal["notebook", "script", "document"]
FORMS: dict[str, Form] = {".py": "script", ".md": "document", ".rmd": "document", ".qmd": "document"}
"""By how a file's name ends, in lower case, what its text is taken for."""

HAND_IN = "Open the notebook in Jupyter, save it, and hand in that .ipynb file."

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\x00\x05\x16\x07",
        "a macOS companion file (its name starts with `._`)",
        "Hand in the file of the same name without `._` in front.",
    ),
    (b"PK\x03\x04", "a zip archive", "Unpack it and hand in the .ipynb file that is inside."),
    (b"PK\x05\x06", "an empty zip archive", HAND_IN),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and hand in the .ipynb file that is inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and hand in the .ipynb file that is inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and hand in the .ipynb file that is inside."),
    (b"%PDF-", "a PDF document", HAND_IN),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", HAND_IN),
    (b"\xff\xd8\xff", "a picture (JPEG)", HAND_IN),
    (b"GIF8", "a picture (GIF)", HAND_IN),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", HAND_IN),
    (b"\x7fELF", "a program", HAND_IN),
    (b"SQLite format 3\x00", "a database (SQLite)", HAND_IN),
    (b"{\\rtf", "a rich text document (RTF)", HAND_IN),
)

_NOTEBOOK = re.compile(r'"(?:cells|worksheets)"\s*:')
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_HTML = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*<\?xml\b|\s*<[a-zA-Z]", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?: {0,3}#{1,6} |```|~~~|[*-] |\d+\. |\*\*|---\s*$|> )", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_SNIFFED = 100_000


def reject_other_format(data: bytes) -> None:
    """Raise `NotebookRejected` where the first bytes say that this is some other kind of file."""
    for signature, kind, remedy in _SIGNATURES:
        if data.startswith(signature):
            raise NotebookRejected(f"The file is {kind}, not a notebook.", remedy=remedy)


def form_of(text: str, suffix: str) -> Form:
    """What text that is neither empty nor in conflict is, by itself and by how its file's name ends.

    The name decides between a script and a document, where it says; what is plainly a notebook is one whatever its
    name is, and where the name says nothing, or lies, Python and documents with Python in them are known by themselves.
    """
    start = text[:_SNIFFED].lstrip()
    if suffix in FORMS and not (start.startswith("{") and _NOTEBOOK.search(text)):
        return FORMS[suffix]
    if start.startswith(("{", "[", '"')):
        return "notebook"
    if is_marked(text) or is_python(text):
        return "script"
    return "document" if has_python(text) else "notebook"


def reject_conflict(text: str) -> None:
    """Raise `NotebookRejected` where two versions were left beside each other."""
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise NotebookRejected(
            f"The file holds an unresolved merge conflict of Git (line {line}).",
            remedy="Resolve the conflict, check that Jupyter opens the notebook, and hand it in again.",
        )


def reject_other_text(text: str) -> None:
    """Raise `NotebookRejected` where text is no text that anybody wrote as a script or as a document."""
    kind = _foreign(text[:_SNIFFED])
    if kind:
        raise NotebookRejected(f"The file is {kind}, not a notebook.", remedy=HAND_IN)


def explain_text(text: str) -> NotebookRejected | None:
    """What text that isn't JSON is instead, as the rejection to raise; None where it might be damaged JSON."""
    kind = _kind(text[:_SNIFFED])
    return NotebookRejected(f"The file is {kind}, not a notebook.", remedy=HAND_IN) if kind else None


def _foreign(text: str) -> str:
    if len(_CONTROL.findall(text)) > len(text) // 20:
        return "binary data"
    if _HTML.match(text):
        return "a web page (HTML), perhaps saved from the browser"
    return "an XML or HTML document" if text.lstrip().startswith("<?xml") else ""


def _kind(text: str) -> str:
    if foreign := _foreign(text):
        return foreign
    if _XML.match(text):
        return "an XML or HTML document"
    if text.lstrip().startswith(("{", "[", '"')):
        return ""
    return "a Markdown document" if _MARKDOWN.search(text) else "plain text"


def is_python(text: str) -> bool:
    """Whether text is a Python program that does something, and no mere words or numbers."""
    program = parse_python(text)
    return program is not None and any(not isinstance(node, ast.Expr) for node in program.body)
