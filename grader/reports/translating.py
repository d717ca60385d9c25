"""Templates of pages in a language: their texts are translated once, as a template is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from jinja2.ext import InternationalizationExtension

_BLOCK = re.compile(r"\{% trans(?P<names>[^%]*) %\}(?P<text>.*?)\{% endtrans %\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{ (\w+) \}\}")
_GAP = re.compile(r"%\((\w+)\)s")
_ACTS = re.compile(r"\{[{%#]|[%#}]\}")


class Translating(InternationalizationExtension):
    """Jinja2's `{% trans name=value %}…{{ name }}…{% endtrans %}`, as if the translation stood in the template.

    Jinja2 itself looks every text up each time that a page is made, which is most of what a page in English costs more
    for being translatable. What stands in a translation's gaps is escaped as everywhere in the template.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with its texts in the environment's language."""
        return _BLOCK.sub(self._translated, source)

    def _translated(self, block: re.Match[str]) -> str:
        text = " ".join(block["text"].replace("%", "%%").split())
        english = _VARIABLE.sub(r"%(\1)s", text)
        translate = cast("Callable[[str], str]", self.environment.globals["gettext"])
        translated = translate(english)
        if _ACTS.search(translated):  # a translation is text, and nothing that a template does
            translated = english
        values = dict(map(_value, filter(None, block["names"].strip().split(", "))))
        return _GAP.sub(lambda gap: f"{{{{ {values[gap[1]]} }}}}", translated).replace("%%", "%")


def _value(given: str) -> tuple[str, str]:
    name, _, value = given.partition("=")
    return name, value or name
