"""Whose the files in a folder or an archive are: a class's, with a file or a folder each, or one student's own."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from grader.batch.hand_in import HandIn, Home, Place
from grader.batch.kinds import beginning, rank
from grader.batch.tree import archives, files_below, home_of, owner_of, with_cells
from grader.batch.unpacker import Opened, Unpacker
from grader.batch.unpacking import CLASS, STUDENT

_PLAIN_SCRIPT = 4
_MOST_PARTS = 12
_WORD = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"\d{1,2}|[a-z]|i{1,3}|iv")


class Layout:
    """Finds hand-ins in one folder or archive after the other; what it has found stands in its fields.

    Without an unpacker, archives are passed over. What is `apart` is no hand-in, wherever it lies.
    """

    def __init__(self, unpacker: Unpacker | None, apart: Collection[Path] = ()) -> None:
        self.hand_ins: list[HandIn] = []
        self.skipped: list[Path] = []
        self.empty: dict[Path, tuple[str, ...]] = {}
        self.notes: list[str] = []
        self._unpacker = unpacker
        self._apart = apart
        self._unreadable: dict[Path, str] = {}

    def add_folder(self, place: Place) -> None:
        """A folder that was named: a class's, or one in which a student's own lies by itself."""
        place = self._unwrapped(place)
        files = files_below(place.real, self._apart)
        found, shadows = with_cells(files)
        self.skipped += [place.at(path).shown for path in shadows]
        packed = self._archives(files)
        top = [path for path in (*found, *packed) if home_of(path) == place.real]
        self._add_at_top(place, top, alone=len(found) + len(packed) == 1, others=len(files) > len(found))
        folders: dict[Path, list[Path]] = {}
        for path in files:
            if home_of(path) != place.real:
                folders.setdefault(place.real / path.relative_to(place.real).parts[0], []).append(path)
        self._add_folders(place, folders)

    def add_archive(self, archive: Place, *, among_others: bool) -> None:
        """An archive that was named: a class's, as learning platforms pack them, or one student's."""
        assert self._unpacker is not None
        opened = self._unpacker.open(archive, CLASS)
        owner = owner_of(archive.shown)
        self._unreadable |= opened.unreadable
        if opened.rejected or opened.fault:
            self._refuse(archive, opened, owner, "")
        elif self._is_a_class(self._unwrapped(opened.place), among_others=among_others):
            self.notes += [f"{archive.shown.name}: {note}" for note in opened.notes]
            self.add_folder(opened.place)
        else:
            home = Home(owner=owner, place=opened.place, notes=opened.notes)
            self._add_home_or_say(archive, home, "", within=True)

    def _is_a_class(self, place: Place, *, among_others: bool) -> bool:
        files = files_below(place.real)
        chosen = surest(with_cells(files)[0])
        units = {path.relative_to(place.real).parts[0] for path in chosen}
        packed = {path.relative_to(place.real).parts[0]: path for path in self._archives(files)}
        others = {unit: path for unit, path in packed.items() if unit not in units}
        # Beside a notebook, archives may be a student's data, or other students' hand-ins.
        if len(units | others.keys()) > 1 and others:
            return not units or any(self._holds_cells(place.at(path)) for path in others.values())
        flat = all(home_of(path) == place.real for path in chosen)
        return len(units) > 1 and not (flat and (among_others or are_parts(chosen)))

    def _holds_cells(self, archive: Place) -> bool:
        assert self._unpacker is not None
        opened = self._unpacker.open(archive, STUDENT)
        return not opened.rejected and bool(with_cells(files_below(opened.place.real))[0])

    def _unwrapped(self, place: Place) -> Place:
        """The folder itself, or the one that everything in it lies in, unless that is a student's own."""
        while True:
            inside = [path for path in place.real.iterdir() if not path.name.startswith((".", "__MACOSX"))]
            if len(inside) != 1 or not inside[0].is_dir() or inside[0].is_symlink() or self._looks_own(inside[0]):
                return place
            place = place.at(inside[0])

    def _looks_own(self, folder: Path) -> bool:
        files = files_below(folder, self._apart)
        return len(files) > 1 and len(surest(with_cells(files)[0])) == 1 and not self._archives(files)

    def _add_at_top(self, place: Place, top: Sequence[Path], *, alone: bool, others: bool) -> None:
        parts = are_parts(top)
        home = Home(owner=place.shown.name, place=place, sure=False) if parts or (alone and others) else None
        for path in top:
            self._add(place.at(path), owner_of(path), place.shown.absolute().name if alone else "", home=home)

    def _add_folders(self, place: Place, folders: Mapping[Path, Sequence[Path]]) -> None:
        chosen = {folder: surest(with_cells(files)[0]) or self._archives(files) for folder, files in folders.items()}
        parts = {folder.name for folder, paths in chosen.items() if are_parts(paths)}
        each = _a_folder_each({path: folder.name for folder, paths in chosen.items() for path in paths}, parts)
        for folder, files in folders.items():
            name = unicodedata.normalize("NFC", folder.name)
            if not chosen[folder]:
                self.empty[place.at(folder).shown] = tuple(path.name for path in files[:3])
            elif each or (len(chosen[folder]) == 1 and len(files) > 1):
                self._add_home(Home(owner=name, place=place.at(folder)), name, within=True)
            else:
                unsure = Home(owner=name, place=place.at(folder), sure=False) if name in parts else None
                for path in dict.fromkeys((*chosen[folder], *self._archives(files))):
                    self._add(place.at(path), owner_of(path), name, home=unsure)

    def _add_home(self, home: Home, folder: str, *, within: bool) -> bool:
        """A student's own folder or archive; says whether there is anything in it. `within`: archives are opened."""
        files = files_below(home.place.real, self._apart)
        chosen = surest(with_cells(files)[0])
        for path in chosen or (self._archives(files) if within else ()):
            self._add(home.place.at(path), home.owner, folder, home=home)
        return bool(chosen) or (within and bool(self._archives(files)))

    def _add_home_or_say(self, archive: Place, home: Home, folder: str, *, within: bool) -> None:
        if not self._add_home(home, folder, within=within):
            names = [path.name for path in files_below(home.place.real)[:3]]
            holds = f" ({', '.join(names)})" if names else ""
            reason = f"There is no notebook in the archive{holds}. Hand in the notebook itself (.ipynb)."
            self._refuse(archive, Opened(place=archive, rejected=reason), home.owner, folder)

    def _add(self, place: Place, owner: str, folder: str, *, home: Home | None = None) -> None:
        if place.real in self._archives([place.real]):
            self._add_packed(place, owner, folder)
            return
        self.hand_ins.append(
            HandIn(
                path=place.shown,
                owner=owner,
                folder=folder,
                file=place.real,
                home=home,
                rejected=self._unreadable.get(place.real, ""),
            )
        )

    def _add_packed(self, archive: Place, owner: str, folder: str) -> None:
        """An archive that is one student's own."""
        assert self._unpacker is not None
        unreadable = self._unreadable.get(archive.real, "")
        opened = Opened(place=archive, rejected=unreadable) if unreadable else self._unpacker.open(archive, STUDENT)
        self._unreadable |= opened.unreadable
        if opened.rejected or opened.fault:
            self._refuse(archive, opened, owner, folder)
        else:
            self._add_home_or_say(
                archive, Home(owner=owner, place=opened.place, notes=opened.notes), folder, within=False
            )

    def _refuse(self, archive: Place, opened: Opened, owner: str, folder: str) -> None:
        self.hand_ins.append(
            HandIn(
                path=archive.shown,
                owner=owner,
                folder=folder,
                file=archive.real,
                rejected=opened.rejected,
                fault=opened.fault,
            )
        )

    def _archives(self, files: Iterable[Path]) -> list[Path]:
        return archives(list(files)) if self._unpacker is not None else []


def surest(found: Sequence[Path]) -> list[Path]:
    """Of the files of a student's own folder that can be read as notebooks, those that are the hand-in.

    Notebooks go before documents, and these before scripts; of scripts, those count that no other imports.
    """
    ranks = {path: rank(path) for path in found}
    first = min(ranks.values(), default=0)
    chosen = [path for path in found if ranks[path] == first]
    if first == _PLAIN_SCRIPT and len(chosen) > 1:
        return [
            path for path in chosen if not any(_imports(other, path) for other in chosen if other != path)
        ] or chosen
    return chosen


def are_parts(paths: Sequence[Path]) -> bool:
    """Whether files are named like parts of one hand-in: `task1`, `task2`, or `hw3-a`, `hw3-b`."""
    names = [_WORD.findall(owner_of(path).casefold()) for path in paths]
    if not 1 < len(names) <= _MOST_PARTS or len({home_of(path) for path in paths}) > 1:
        return False
    if len({len(words) for words in names}) > 1:
        return False
    (differing, *more) = [set(words) for words in zip(*names, strict=True) if len(set(words)) > 1] or [set()]
    return not more and len(differing) == len(names) and all(map(_ORDINAL.fullmatch, differing))


def _imports(path: Path, other: Path) -> bool:
    name = re.escape(os.fsencode(other.stem))
    return re.search(rb"^[ \t]*(?:import|from)[ \t]+" + name + rb"\b", beginning(path), re.MULTILINE) is not None


def _a_folder_each(nested: Mapping[Path, str], parts: Collection[str]) -> bool:
    """Whether the layout has one folder a student: most hold one notebook, or files of the same name lie in several.

    Folders that hold `parts` of one hand-in count as if they held one.
    """
    folders = Counter(nested.values())
    singles = sum(count == 1 or folder in parts for folder, count in folders.items())
    stems = Counter(stem for stem, _ in {(owner_of(path), folder) for path, folder in nested.items()})
    return len(folders) > 1 and (2 * singles >= len(folders) or max(stems.values()) > 1)
