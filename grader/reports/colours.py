"""Python source as HTML, coloured by the few kinds of things that pages tell apart."""

from __future__ import annotations

import builtins
import keyword
import re
from functools import lru_cache
from html import escape

_KEYWORDS = "|".join(keyword.kwlist)
_BUILT_IN = "|".join(name for name in dir(builtins) if name.isidentifier() and not name.startswith("_"))
# The names of groups are the classes that Pygments gives such things, which style sheets know. Each alternative takes
# time linear in what it matches, and what is none of these is passed over a word at a time.
_PIECE = re.compile(
    rf"""
    (?P<c1> \#[^\n]* )
    | (?P<s2> [rRbBuUfF]{{0,2}} (?:
        \"\"\" [\s\S]*? (?: \"\"\" | \Z ) | ''' [\s\S]*? (?: ''' | \Z )
        | \" (?: [^\"\\\n] | \\[\s\S] )* \"? | ' (?: [^'\\\n] | \\[\s\S] )* '? ) )
    | (?P<nd> ^[ \t]* (?: [%!] | @\w ) [^\n\#]* )
    | (?P<nf> (?: (?<= \bdef[ ] ) | (?<= \bclass[ ] ) | (?<= \bimport[ ] ) | (?<= \bfrom[ ] ) ) [^\W\d][\w.]* )
    | (?P<k> \b (?: {_KEYWORDS} ) \b )
    | (?P<nb> (?<! \. ) \b (?: {_BUILT_IN} ) \b )
    | (?P<mi> \b \d (?: [eE][+-]\d | [\w.] )* )
    | \w+
    """,
    re.VERBOSE | re.MULTILINE,
)


_ACROSS_LINES = ('"""', "'''", "\\\n")
"""Without any of these, each line can be coloured by itself."""

_REMEMBERED_LINES, _REMEMBERED_CHARACTERS = 4_096, 200


def coloured(source: str) -> str:
    """Source as HTML: a `pre` in which classes tell what is what. All of it is escaped, as text is.

    Pygments would know a hundred kinds, and takes longer over a notebook than all the rest of marking and telling it.
    What short lines came to is remembered: no two cells of a class may be the same, and most of their lines still are.
    """
    source = source.strip("\n")
    if any(mark in source for mark in _ACROSS_LINES):
        shown = _pieces(source)
    else:
        lines = source.split("\n")
        shown = "\n".join([_line(line) if len(line) <= _REMEMBERED_CHARACTERS else _pieces(line) for line in lines])
    return f'<div class="highlight"><pre>{shown}\n</pre></div>'


def _pieces(source: str) -> str:
    shown: list[str] = []
    end = 0
    for match in _PIECE.finditer(source):
        if match.lastgroup is not None:
            between, piece = escape(source[end : match.start()], quote=False), escape(match[0], quote=False)
            shown.append(f'{between}<span class="{match.lastgroup}">{piece}</span>')
            end = match.end()
    shown.append(escape(source[end:], quote=False))
    return "".join(shown)


_line = lru_cache(maxsize=_REMEMBERED_LINES)(_pieces)
