"""Text as Python syntax, whatever the text is."""

from __future__ import annotations

import ast
import re
import warnings

_FORMATTED = re.compile(r"\b(?:[fF][rR]?|[rR][fF])['\"]")
_FORMATTED_EXPRESSIONS = 20_000
_TRIPLE_QUOTES = re.compile(r'"""|\'\'\'')


def parse_python(text: str) -> ast.Module | None:
    """The syntax tree of any text; None where it is no Python, or too deep or too odd for the parser."""
    # The parser takes quadratic time for the expressions in one f-string.
    if text.count("{") > _FORMATTED_EXPRESSIONS and _FORMATTED.search(text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the student's dubious escapes are no concern of whoever reads our output
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def open_quote(line: str, quote: str) -> str:
    """The triple quote that is still open after a line, given the one that was open before it."""
    if '"""' not in line and "'''" not in line:
        return quote
    for found in _TRIPLE_QUOTES.findall(line):
        if not quote:
            quote = found
        elif quote == found:
            quote = ""
    return quote
