"""Tables that staff bring along, as spreadsheets save them: comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from grader.errors import UsageError


def read_rows(path: Path, *, undecodable: tuple[str, str], option: str) -> list[list[str]]:
    """The rows of a CSV file in UTF-8, which was named by `option`.

    Raises UsageError where it can't be read; `undecodable` says so of another encoding, with what to do.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problem, remedy = undecodable
        raise UsageError(f"{path}: {problem}", remedy=remedy) from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", remedy=f"Name a CSV file with {option}.") from error
    return list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count)))


def cell(text: str) -> str:
    """What a cell says, however it was typed."""
    return unicodedata.normalize("NFC", text.strip())
