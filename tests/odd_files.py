"""Notebook files as they really come: broken, odd, old, hostile; by file name, with which of them must be read."""

from __future__ import annotations

import base64
import gzip
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

HEADING: Json = {"cell_type": "markdown", "id": "heading", "metadata": {}, "source": "## Task 1"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def code_cell(source: object = "x = 1\nprint(x)", **fields: object) -> Json:
    """A code cell of format 4.5 whose fields may be replaced by anything."""
    cell = {"cell_type": "code", "id": "code", "metadata": {}, "execution_count": 1, "outputs": [], "source": source}
    return cell | fields


def document(*cells: object, **fields: object) -> Json:
    """A notebook of format 4.5 whose fields may be replaced by anything; with code where no cells are given."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    content = list(cells) or [HEADING, code_cell()]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": content} | fields


def dumped(content: object) -> bytes:
    """JSON as Jupyter writes it."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def without(content: Json, *keys: str) -> Json:
    """A dict without some of its keys."""
    return {key: value for key, value in content.items() if key not in keys}


def huge_outputs(megabytes: int) -> bytes:
    """A notebook whose one code cell has saved that many megabytes of output, half of it text, half pictures."""
    text = ["0.123456789 " * 83 + "\n"] * (500 * megabytes)
    picture = base64.b64encode(bytes(375_000)).decode()
    pictures = [_display({"image/png": picture, "text/plain": "<Figure>"}) for _ in range(megabytes)]
    return dumped(document(HEADING, code_cell(outputs=[_stream(text), *pictures])))


def odd_files() -> dict[str, bytes]:
    """Every odd file, by name; names are as odd as the files."""
    return {name: make() for name, (make, _) in _FILES.items()}


def _stream(text: object) -> Json:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _display(data: object) -> Json:
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notebook.ipynb", dumped(document()))
    return buffer.getvalue()


def _version_3() -> Json:
    code = {"cell_type": "code", "collapsed": False, "input": ["x = 1\n", "x"], "language": "python", "metadata": {}}
    shown = {"output_type": "pyout", "metadata": {}, "prompt_number": 1, "text": ["1"]}
    heading = {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Task 1"]}
    cells = [heading, code | {"prompt_number": 1, "outputs": [shown]}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"}, "worksheets": [{"cells": cells}]}


def _version_2() -> Json:
    code = {"cell_type": "code", "collapsed": False, "input": "x = 1", "language": "python", "outputs": []}
    return {"nbformat": 2, "metadata": {"name": "older"}, "worksheets": [{"cells": [code]}]}


def _version_1() -> Json:
    return {"nbformat": 1, "cells": [{"cell_type": "text", "text": "Task 1"}, {"cell_type": "code", "code": "x = 1"}]}


def _conflict() -> bytes:
    lines = dumped(document()).decode().split("\n")
    lines[4:4] = ["<<<<<<< HEAD", '  "id": "a",', "=======", '  "id": "b",', ">>>>>>> main"]
    return "\n".join(lines).encode()


def _odd_outputs() -> Json:
    outputs: list[object] = [
        {"output_type": "hologram", "data": {}},
        {"output_type": ["stream"]},
        "text",
        None,
        {"output_type": "stream", "name": 7, "text": {"a": 1}},
        {"output_type": "error", "ename": None, "evalue": ["a", 1], "traceback": "one line"},
        _display([1, 2]),
        _display({"text/plain": [1, "a"], "text/html": {}}),
    ]
    return document(code_cell(outputs=outputs))


def _odd_cells() -> Json:
    cells = ["code", None, 5, [], {}, {"cell_type": "magic", "source": "x"}, {"cell_type": ["code"]}, code_cell()]
    return document(*cells)


def _attachments() -> Json:
    picture = {"plot.png": {"image/png": base64.b64encode(PNG).decode()}, "odd": 5, "odder": {"image/png": None}}
    return document(HEADING | {"attachments": picture, "source": "![plot](attachment:plot.png)"}, code_cell())


def _surrogates() -> bytes:
    """Half a character in JSON's escapes, as a broken copy of an emoji leaves it."""
    return dumped(document(HEADING, code_cell("x = 'MARK'"))).replace(b"MARK", rb"\ud83d")


def _huge_integer() -> bytes:
    """A number too long for Python's own conversion, where no number is needed."""
    return dumped(document(code_cell(execution_count="N"))).replace(b'"N"', b"9" * 10_000)


_File = tuple[Callable[[], bytes], bool]


def _json(content: Callable[[], object]) -> Callable[[], bytes]:
    return lambda: dumped(content())


_FILES: dict[str, _File] = {
    # Read, and mended where they need it.
    "plain.ipynb": (_json(document), True),
    "José Núñez.ipynb": (_json(document), True),
    unicodedata.normalize("NFD", "Zoë Müller.ipynb"): (_json(document), True),
    unicodedata.normalize("NFC", "Søren Ångström.ipynb"): (_json(document), True),
    "王小明_作业1.ipynb": (_json(document), True),
    "김민준 과제 2.ipynb": (_json(document), True),
    "Иван Петров (2).ipynb": (_json(document), True),
    "محمد.ipynb": (_json(document), True),
    "🎓 final FINAL v2.ipynb": (_json(document), True),
    "-rf $(HOME) 'quoted'.ipynb": (_json(document), True),
    "no-ids.ipynb": (_json(lambda: document(without(HEADING, "id"), without(code_cell(), "id"))), True),
    "duplicate-ids.ipynb": (_json(lambda: document(HEADING, code_cell(), code_cell(), code_cell(id="cell-2"))), True),
    "invalid-ids.ipynb": (_json(lambda: document(HEADING | {"id": 5}, code_cell(id="no spaces!" * 20))), True),
    "no-kernelspec.ipynb": (_json(lambda: document(metadata={})), True),
    "no-metadata.ipynb": (_json(lambda: without(document(), "metadata")), True),
    "odd-metadata.ipynb": (_json(lambda: document(metadata=[{"kernelspec": None}])), True),
    "no-nbformat.ipynb": (_json(lambda: without(document(), "nbformat", "nbformat_minor")), True),
    "minor-99.ipynb": (_json(lambda: document(nbformat_minor=99)), True),
    "major-5.ipynb": (_json(lambda: document(nbformat=5, nbformat_minor=0)), True),
    "major-text.ipynb": (_json(lambda: document(nbformat="4.5", nbformat_minor=None)), True),
    "version-3.ipynb": (_json(_version_3), True),
    "version-2.ipynb": (_json(_version_2), True),
    "version-1.ipynb": (_json(_version_1), True),
    "bom.ipynb": (lambda: b"\xef\xbb\xbf" + dumped(document()), True),
    "utf-16.ipynb": (lambda: dumped(document()).decode().encode("utf-16"), True),
    "utf-16-be.ipynb": (lambda: b"\xfe\xff" + dumped(document()).decode().encode("utf-16-be"), True),
    "latin-1.ipynb": (lambda: dumped(document(HEADING, code_cell("x = 'né'"))).decode().encode("latin-1"), True),
    "crlf.ipynb": (lambda: dumped(document(HEADING, code_cell("x = 1\r\ny = 2"))).replace(b"\n", b"\r\n"), True),
    "source-list.ipynb": (_json(lambda: document(code_cell(["x = 1\n", 5, None, "y = 2"]))), True),
    "source-integer.ipynb": (_json(lambda: document(code_cell(5), code_cell())), True),
    "odd-cells.ipynb": (_json(_odd_cells), True),
    "odd-outputs.ipynb": (_json(_odd_outputs), True),
    "outputs-null.ipynb": (_json(lambda: document(code_cell(outputs=None, execution_count="1"))), True),
    "no-outputs.ipynb": (_json(lambda: document(without(code_cell(), "outputs", "execution_count"))), True),
    "attachments.ipynb": (_json(_attachments), True),
    "surrogates.ipynb": (_surrogates, True),
    "nul.ipynb": (lambda: dumped(document(HEADING, code_cell("x = 'a\x00b'"))) + b"\x00" * 512, True),
    "huge-integer.ipynb": (_huge_integer, True),
    "nan.ipynb": (_json(lambda: document(code_cell(execution_count=float("nan")), x=float("inf"))), True),
    "duplicate-keys.ipynb": (
        lambda: dumped(document()).replace(b'"nbformat": 4', b'"nbformat": 3, "nbformat": 4'),
        True,
    ),
    "syntax-error.ipynb": (_json(lambda: document(code_cell("x = (1"), code_cell())), True),
    "many-cells.ipynb": (_json(lambda: document(*[code_cell(f"x = {n}", id=f"c{n}") for n in range(500)])), True),
    "script.ipynb": (lambda: b"import numpy as np\n\n# Task 1\nx = np.ones(3)\n", True),
    "document.ipynb": (lambda: b"# Task 1\n\n```python\nx = 1\n```\n", True),
    # Rejected, each with a reason that says what to do.
    "empty.ipynb": (lambda: b"", False),
    "white-space.ipynb": (lambda: b" \n\t\r\n", False),
    "._plain.ipynb": (lambda: b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(60), False),
    "markdown.ipynb": (lambda: b"# Task 1\n\nThe answer is *four*.\n", False),
    "page.ipynb": (lambda: b"<!DOCTYPE html>\n<html><body>Log in</body></html>", False),
    "words.ipynb": (lambda: b"I could not upload it, sorry", False),
    "report.ipynb": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", False),
    "archive.ipynb": (_zip, False),
    "compressed.ipynb": (lambda: gzip.compress(dumped(document())), False),
    "picture.ipynb": (lambda: PNG, False),
    "noise.ipynb": (lambda: bytes(range(1, 256)) * 8, False),
    "conflict.ipynb": (_conflict, False),
    "truncated.ipynb": (lambda: dumped(document())[:-40], False),
    "truncated-in-text.ipynb": (lambda: dumped(document()).partition(b"x = 1")[0], False),
    "trailing-comma.ipynb": (lambda: dumped(document()).replace(b"]", b",]", 1), False),
    "twice.ipynb": (lambda: dumped(document()) * 2, False),
    "list.ipynb": (lambda: b"[1, 2, 3]", False),
    "string.ipynb": (lambda: b'"notebook"', False),
    "number.ipynb": (lambda: b"42", False),
    "settings.ipynb": (lambda: b'{"theme": "dark"}', False),
    "cells-null.ipynb": (_json(lambda: document(cells=None)), False),
    "cells-text.ipynb": (_json(lambda: document(cells="x = 1")), False),
    "worksheets-odd.ipynb": (lambda: b'{"nbformat": 3, "worksheets": [5, null, {"cells": 7}]}', False),
    "deep.ipynb": (lambda: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", False),
    "no-cells.ipynb": (_json(lambda: document(cells=[])), False),
    "no-code.ipynb": (_json(lambda: document(HEADING)), False),
    "blank-code.ipynb": (_json(lambda: document(HEADING, code_cell(" \n"))), False),
}

READABLE: frozenset[str] = frozenset(name for name, (_, readable) in _FILES.items() if readable)
"""The names of the files that must be read; all others must be rejected with a reason."""
