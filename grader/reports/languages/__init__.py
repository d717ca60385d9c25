"""The languages of feedback pages: English, and one for each catalogue (`ko.po`) in this folder.

A catalogue is gettext's: English templates and their translations. It is read once a process, and only where an
assignment asks for its language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from grader.records import Words, gaps, in_words, translatable
from grader.reports.plain_text import CELL

ENGLISH = "en"
_FOLDER = Path(__file__).parent
_CELL = translatable("cell {cell}")
_INDEX = "([0-9]{1,6})"
_NAMED = re.compile(r"%\(([a-z_]+)\)s")


@dataclass(frozen=True, eq=False)
class Language:
    """A language, with the translations of English templates that it has; what it hasn't is said in English."""

    code: str
    templates: Mapping[str, str] = field(default_factory=dict)

    def say(self, words: Words) -> str:
        """Words as text in this language; what an author or a student wrote stays as it is."""
        return words if isinstance(words, str) else in_words(words, self.gettext)

    def gettext(self, template: str) -> str:
        """The translation of a template."""
        return self.templates.get(template, template)

    @cached_property
    def cell(self) -> re.Pattern[str]:
        """How a cell is named in a sentence, its index in the first group."""
        if _CELL not in self.templates:
            return CELL
        before, _, after = self.templates[_CELL].partition("{cell}")
        return re.compile(f"{re.escape(before)}{_INDEX}{re.escape(after)}")


@cache
def language_of(code: str) -> Language:
    """The language of a code, read from its catalogue; English where there is none."""
    file = _FOLDER / f"{code}.po"
    if code == ENGLISH or not re.fullmatch(r"[A-Za-z_]{2,20}", code) or not file.is_file():
        return Language(ENGLISH)
    return Language(code, read_catalogue(file))


def read_catalogue(file: Path) -> dict[str, str]:
    """The translations in a catalogue that can be used: neither fuzzy nor with other gaps than the English has."""
    from babel.messages.pofile import read_po  # only those who need a catalogue pay for its reader

    with file.open("rb") as stream:
        catalogue = read_po(stream)
    return {
        english: translated
        for message in catalogue
        if isinstance(english := message.id, str) and isinstance(translated := message.string, str)
        if english and translated and not message.fuzzy and fits(english, translated)
    }


def fits(english: str, translated: str) -> bool:
    """Whether a translation has the same gaps as the English, so that it can be filled with the same facts."""
    if gaps(english) != gaps(translated) or set(_NAMED.findall(english)) != set(_NAMED.findall(translated)):
        return False
    # Templates of pages are filled by `%`, for which a lone percent sign would be an error.
    return not _NAMED.search(english) or "%" not in _NAMED.sub("", translated).replace("%%", "")
