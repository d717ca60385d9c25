"""Python source as HTML, coloured by the few kinds of things that pages tell apart."""

from __future__ import annotations

import builtins
import functools
import keyword

from pygments import highlight  # type: ignore[import-untyped]  # Pygments ships no types
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]  # as above
from pygments.lexer import RegexLexer, bygroups, words  # type: ignore[import-untyped]  # as above
from pygments.token import Comment, Keyword, Name, Number, String, Text  # type: ignore[import-untyped]  # as above

_WITHIN = r"(?:[^{quote}\\\n]|\\[\s\S])*{quote}?"
_STRING = (
    r"[rRbBuUfF]{0,2}(?:"
    r'"""[\s\S]*?(?:"""|\Z)|'
    r"'''[\s\S]*?(?:'''|\Z)|"
    rf'"{_WITHIN.format(quote=chr(34))}|'
    rf"'{_WITHIN.format(quote=chr(39))})"
)
_BUILT_IN = [name for name in dir(builtins) if name.isidentifier() and not name.startswith("_")]


class _PythonLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """Python, and IPython's magics, in far fewer rules than Pygments' own, which takes ten times as long.

    Each rule takes time linear in what it matches, whatever the text.
    """

    name = "Python"
    tokens = {  # noqa: RUF012  # Pygments' own way of declaring rules
        "root": [
            (r"#[^\n]*", Comment.Single),
            (_STRING, String.Double),
            (r"^[ \t]*(?:[%!]|@\w)[^\n#]*", Name.Decorator),
            (r"(def|class|import|from)\b([ \t]*)([\w.]*)", bygroups(Keyword, Text, Name.Function)),
            (words(keyword.kwlist, suffix=r"\b"), Keyword),
            (words(_BUILT_IN, suffix=r"\b"), Name.Builtin),
            (r"[^\W\d]\w*", Text),
            (r"\d(?:[eE][+-]\d|[\w.])*", Number.Integer),
            (r"[^\w\"'#\n]+|\n", Text),
        ]
    }


def coloured(source: str) -> str:
    """Source as HTML: a `pre` in which Pygments' classes (`k`, `s2`, `c1` …) tell what is what. All is escaped."""
    return str(highlight(source, _PythonLexer(), _formatter()))


@functools.cache
def _formatter() -> HtmlFormatter:
    # One for all, since a formatter makes a whole style sheet when it is made.
    return HtmlFormatter(cssclass="highlight")
