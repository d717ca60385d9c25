"""What students read: the sentences of their feedback pages, each distinct one once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_KINDS = {
    "because": "verdict",
    "parts": "part",
    "diagnoses": "diagnosis",
    "flags": "flag",
    "replaced": "run",
    "errors": "run",
}
_BLOCK = re.compile(rf'<(p|ul) class="({"|".join(_KINDS)})">(.*?)</\1>', re.DOTALL)
_ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_ERROR = re.compile(r"([A-Z]\w*Error): [^`]*?(?=\.?$|`|\)\.$)")
_NAMED = re.compile(r"`[^`]*`(?:(?:, (?:and )?| or )`[^`]*`)*|\d+(?:\.\d+)?|[A-Z]\w*Error")


def messages(pages: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """All that pages say of checks, flags and the run: its kind, and the sentence with names in backticks.

    What an exception says is left out: it is its library's, and differs between versions.
    """
    for page in pages:
        for tag, name, inner in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for told in (inner,) if tag == "p" else _ITEM.findall(inner):
                yield _KINDS[name], _ERROR.sub(r"\1: …", _text(told))


def distinct(told: Iterable[tuple[str, str]]) -> str:
    """Of those that differ in names and numbers alone the first, one a line."""
    first: dict[str, str] = {}
    for kind, sentence in sorted(set(told)):
        first.setdefault(_NAMED.sub("…", f"{kind} {sentence}"), f"{kind:<9}  {sentence}\n")
    return "".join(first.values())


def _text(marked: str) -> str:
    plain = re.sub(r"<[^>]+>", "", re.sub(r"</?code>", "`", marked))
    return " ".join(html.unescape(plain).split())
