"""What stands in cells, converted to HTML: source, text from a terminal, Markdown, rich outputs.

Source and text are escaped by what colours them (Pygments, nbconvert's ANSI filter). Markdown and HTML pass through
`harmless`. Each piece is cleaned by itself, so that what one leaves open can't swallow the next. What short pieces came
to is remembered, since the notebooks of a class share the handout's cells, and many a right answer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from grader.records import Output
from grader.reports.colours import coloured
from grader.reports.plain_text import visible
from grader.reports.sanitise import harmless

SHOWN_LINES = 300
SHOWN_CHARACTERS = 30_000
"""How much of a source or an output a page shows."""

_CONVERTED_CHARACTERS = 100_000
_CONVERTED_TAGS = 10_000
"""Markdown and HTML of more than this is shown as plain text, since converting it might take seconds."""

_REMEMBERED_TEXTS, _REMEMBERED_CHARACTERS = 256, 4_000

_PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_STYLE = re.compile(r' style="[^"]*"')
_EMPTY = re.compile(r"(?:<(?!img\b)[^>]*>|\s)*")

Attachments = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Converted content, and how many lines and characters after it were left out (at most one of them not zero)."""

    html: Markup
    more_lines: int = 0
    more_characters: int = 0


def highlighted(source: str) -> Content:
    """Python source, coloured."""
    return _cut(source, coloured)


def plain(text: str) -> Content:
    """Text as it is, without colours."""
    return _cut(text, lambda shown: str(Markup.escape(shown)))


def terminal(text: str) -> Content:
    """Text as a terminal would show it: with ANSI colours, and without what a carriage return has overwritten."""
    return _short_terminal(text) if len(text) <= _REMEMBERED_CHARACTERS else _terminal(text)


def _terminal(text: str) -> Content:
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _cut("\n".join(lines), _with_ansi)


def markdown(source: str, attachments: Attachments) -> Content:
    """Markdown with its attached pictures; mathematics stays as it was written."""
    if attachments or len(source) > _REMEMBERED_CHARACTERS:
        return _converted(source, _new_renderer(attachments))
    return _short_markdown(source)


def rich(output: Output, alternative: str) -> Content:
    """A display or a result in the richest form that a page may show: a picture, HTML, Markdown, LaTeX or text.

    `alternative` is said of a picture to those who can't see it.
    """
    for kind in _PICTURE_TYPES:
        data = output.data.get(kind, "")
        if _BASE64.fullmatch(data):
            picture = Markup('<img alt="{}" src="data:{};base64,{}">')
            return Content(html=picture.format(alternative, kind, "".join(data.split())))
    if _convertible(output.data.get("text/html", "")):
        cleaned = harmless(output.data["text/html"])
        if not _EMPTY.fullmatch(cleaned):
            return Content(html=Markup(cleaned))  # it is cleaned
    if output.data.get("text/markdown"):
        return markdown(output.data["text/markdown"], {})
    text = output.data.get("text/latex") or output.text
    plain = terminal(text or f"[{', '.join(output.data) or 'nothing'}: not shown here]")
    return replace(plain, html=Markup("<pre>{}</pre>").format(plain.html))


_short_terminal = functools.lru_cache(maxsize=_REMEMBERED_TEXTS)(_terminal)


@functools.lru_cache(maxsize=_REMEMBERED_TEXTS)
def _short_markdown(source: str) -> Content:
    return _converted(source, _renderer())


def _converted(source: str, render: Callable[[str], str]) -> Content:
    if not _convertible(source):
        return plain(source)
    try:
        return Content(html=Markup(harmless(render(visible(source)))))  # it is cleaned
    except Exception:
        # Whatever the converter makes of hostile text, the text itself can be shown.
        return plain(source)


def _convertible(text: str) -> bool:
    return 0 < len(text) <= _CONVERTED_CHARACTERS and text.count("<") <= _CONVERTED_TAGS


def _cut(text: str, convert: Callable[[str], str]) -> Content:
    lines = text.split("\n")
    shown = "\n".join(lines[:SHOWN_LINES])
    more_characters = max(0, len(shown) - SHOWN_CHARACTERS)
    # ESC is left to the ANSI filter; what it leaves of it is made visible after.
    converted = visible(convert(shown[:SHOWN_CHARACTERS]))
    more_lines = 0 if more_characters else max(0, len(lines) - SHOWN_LINES)
    return Content(
        html=Markup(converted),  # each converter escapes
        more_lines=more_lines,
        more_characters=len(text) - SHOWN_CHARACTERS if more_characters else 0,
    )


def _with_ansi(text: str) -> str:
    from nbconvert.filters.ansi import ansi2html

    # The filter writes 256 colours as style attributes, which the page's policy forbids. Text in it is escaped, so
    # that a quote is always an attribute's.
    return _STYLE.sub("", str(ansi2html(text)))  # type: ignore[no-untyped-call]  # nbconvert ships no types


# nbconvert takes half a second to import, so it is imported by the first page, and its parts are built once.


@functools.cache
def _renderer() -> Callable[[str], str]:
    return _new_renderer({})


def _new_renderer(attachments: Attachments) -> Callable[[str], str]:
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    bundles = {name: dict(bundle) for name, bundle in attachments.items()}
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=bundles)
    return MarkdownWithMath(renderer=renderer).render
