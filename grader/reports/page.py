"""Pages from templates: escaped, self-contained, and under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.reports.languages import ENGLISH, Language, language_of
from grader.reports.plain_text import points_text, visible
from grader.reports.translating import Translating

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, language: Language | None = None, **values: object) -> str:
    """Fill a template, in English where no language is given.

    Text is made visible and escaped on its way in, unless it is `Markup`.
    """
    return _environment(language or language_of(ENGLISH)).get_template(template).render(values)


@functools.cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[Translating],
    )
    environment.globals["gettext"] = language.gettext
    style = _source("style.css")
    environment.globals.update(style=Markup(style), style_hash=_hash(style))  # it is our own file
    script = _source("class.js")
    environment.globals.update(script=Markup(script), script_hash=_hash(script))  # it is our own file
    environment.globals["language"] = language.code
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
