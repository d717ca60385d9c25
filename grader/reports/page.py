"""Pages from templates: escaped, self-contained, and under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.reports.plain_text import points_text, visible

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """Fill a template. Text is made visible and escaped on its way in, unless it is `Markup`."""
    return _environment().get_template(template).render(values)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style = _source("style.css")
    environment.globals.update(style=Markup(style), style_hash=_hash(style))  # it is our own file
    script = _source("class.js")
    environment.globals.update(script=Markup(script), script_hash=_hash(script))  # it is our own file
    environment.filters["points"] = points_text
    return environment


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(source: str) -> Markup:
    """The source expression by which a Content-Security-Policy allows a text."""
    # Base64 has no character that HTML would have to escape.
    return Markup(f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'")
