"""HTML from students, made harmless: what isn't known to be text, a table or a picture of its own goes."""

from __future__ import annotations

import re

import nh3
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]  # Pygments ships no types

from grader.reports.plain_text import visible

_TEXT = "a abbr b blockquote br caption code dd del details dfn div dl dt em hr i ins kbd li mark ol p pre q s samp"
_MORE = "small span strong sub summary sup table tbody td tfoot th thead tr u ul var img h1 h2 h3 h4 h5 h6"
_TAGS = frozenset(f"{_TEXT} {_MORE}".split())

_DROPPED = frozenset(
    {"script", "style", "title", "svg", "math", "template", "noscript", "iframe", "object", "textarea"}
)
"""Tags that go with all that is in them; of others that aren't known, the text stays."""

_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
_SPANS = frozenset(name for name in STANDARD_TYPES.values() if name)

_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_SPAN = re.compile(r"[0-9]{1,3}")

_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_HEADING = re.compile(r"<(/?)h([1-6])>")
_NOT_SHOWN = '<span class="not-shown">[picture not shown: it is not part of the notebook]</span>'


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _LINK.match(value.strip()) else None
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if name in {"colspan", "rowspan", "start"}:
        return value if _SPAN.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_DROPPED),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_attribute,
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "data"},
    # Only the colours of highlighted code; every other class, and every id, is ours alone.
    allowed_classes={"span": set(_SPANS), "div": {"highlight"}},
)


def harmless(html: str) -> str:
    """HTML that runs nothing, fetches nothing, closes all that it opens, and has no ids nor classes of its own.

    Links to the web stay, and pictures that are in the notebook as PNG, JPEG, GIF or WebP; for another picture a
    sentence stands in its place. Headings become smaller, below those of the page around them.
    """
    clean = _CLEANER.clean(visible(html))
    # What the cleaner writes is regular: lower case, attributes in double quotes, no bare `<` or `"` inside them.
    return _HEADING.sub(_smaller, _IMAGE.sub(_own_picture, clean))


def _own_picture(match: re.Match[str]) -> str:
    if ' src="' not in match[1]:
        return _NOT_SHOWN
    return match[0] if ' alt="' in match[1] else f'<img alt=""{match[1]}>'


def _smaller(match: re.Match[str]) -> str:
    return f"<{match[1]}h{min(6, int(match[2]) + 2)}>"
