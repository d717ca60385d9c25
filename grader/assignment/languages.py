"""The languages in which an assignment may speak to its students."""

from __future__ import annotations

from importlib.resources import files

from grader.assignment.places import Place

ENGLISH = "en"


def languages() -> tuple[str, ...]:
    """The codes of all languages: English, and those that the reports have a catalogue for."""
    # Only the names of files are looked at: the reports, which read them, are above this room.
    catalogues = (file.name for file in files("grader").joinpath("reports", "languages").iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in catalogues if name.endswith(".po")))


def read_language(code: object, place: Place) -> str:
    """An author's language; an AssignmentError that says which there are where it is none of them."""
    if isinstance(code, str) and code in languages():
        return code
    raise place.error(
        f"language={code!r} is no language that feedback can be given in.",
        remedy=f"Take one of these: {', '.join(map(repr, languages()))}.",
    )
