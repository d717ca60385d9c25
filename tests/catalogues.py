"""The catalogues of languages against the source: what is said there, and what each catalogue has for it.

`GRADER_UPDATE_GOLDEN=1` writes catalogues anew: what is new in the source stands in them with an empty translation, and
what is no longer said is gone.
"""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "grader"
FOLDER = SOURCE / "reports" / "languages"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.po"))

_METHODS = [("guest/**", "ignore"), ("**.py", "python"), ("reports/templates/**.j2", "jinja2.ext:babel_extract")]
_OPTIONS = {"reports/templates/**.j2": {"trimmed": "true"}}
_KEYWORDS = {"Message": (1,), "translatable": (1,), "ngettext": (1, 2), "gettext": (1,)}
_GAP = re.compile(r"\{\w+\}|%\(\w+\)s")


def said_in_source() -> Catalog:
    """Every template in the source that is marked as one and has words, with the files that it stands in."""
    catalogue = Catalog(fuzzy=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of f-strings among the facts, which are no templates
        for file, _, message, _, _ in extract_from_dir(SOURCE, _METHODS, _OPTIONS, keywords=_KEYWORDS):
            for template in (message,) if isinstance(message, str) else message:
                if any(letter.isalpha() for letter in _GAP.sub("", template)):
                    catalogue.add(template, locations=[(Path(file).as_posix(), None)])
    return catalogue


def catalogue_of(code: str) -> Catalog:
    """A language's catalogue, as it stands in its file."""
    with (FOLDER / f"{code}.po").open("rb") as stream:
        return read_po(stream, locale=code)


def update(code: str) -> None:
    """Write a catalogue anew, under the head that it has."""
    catalogue, file = catalogue_of(code), FOLDER / f"{code}.po"
    catalogue.update(said_in_source(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    entries = BytesIO()
    write_po(entries, catalogue, width=0, omit_header=True, include_lineno=False)
    head = file.read_text(encoding="utf-8").partition("\n\n")[0]
    file.write_text(f"{head}\n\n{entries.getvalue().decode().strip()}\n", encoding="utf-8")
