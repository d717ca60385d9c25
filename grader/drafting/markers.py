"""What an author wrote into a solution for whoever reads it by machine: points, and what students write themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.records import Cell

POINT_WORDS = (
    r"(?:points?|pts?|marks?|Punkte?n?|Pkte?|BE|puntos?|punt[oi]|pontos?|poäng|point|punten|punkty?|pkt|pistettä"
    r"|баллов|балл[аы]?|балів|bod[yů]?|pont|puan|点|點|分|배점|점수|점)\.?"
)
"""What courses call points, in front of a number or behind it."""

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_POINTS = re.compile(rf"#\s*{POINT_WORDS}\s*[:=：]\s*(\d+(?:[.,]\d+)?(?:/\d+)?)\s*$", re.IGNORECASE)
_TAG = re.compile(rf"{POINT_WORDS}\s*[:=-]\s*{_NUMBER}", re.IGNORECASE)
_SAID = re.compile(
    rf"\s*(?:[(\[（【]\s*(?:{_NUMBER}\s*{POINT_WORDS}|{POINT_WORDS}\s*[:=：]?\s*{_NUMBER})\s*[)\]）】]"
    rf"|[-–—:,]\s*{_NUMBER}\s*{POINT_WORDS}\s*$)",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"\s*#+\s*BEGIN\s+SOLUTION\b", re.IGNORECASE)
_END = re.compile(r"\s*#+\s*END\s+SOLUTION\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*#+\s*(.*?)\s*$")
_BEHIND = re.compile(r"[^#'\"]*#\s*([^#'\"]+?)\s*$")
# Comments that say which version follows, or are headings, describe no quantity.
_LABEL = re.compile(r"\W*(?:in |with |the )?(?:py)?(?:torch|numpy|np)\b.{0,12}|[^\W\d_]+\s*\d+\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a cell's comments say; `solution` are the lines between BEGIN SOLUTION and END SOLUTION, from 1."""

    lines: tuple[str, ...]
    solution: frozenset[int]

    def points_at(self, first: int, last: int) -> str:
        """The points of the statement on these lines: all in comments behind it, or those right above; "" for none."""
        behind = [match[1] for line in self.lines[first - 1 : last] if (match := _POINTS.search(line))]
        above = [match[1] for line in self._above(first) if (match := _POINTS.search(line))]
        said = [text.replace(",", ".") for text in behind or above[:1]]
        return said[0] if len(said) == 1 else str(sum(map(Fraction, said))) if said else ""

    def comment_at(self, first: int, last: int) -> str:
        """What a comment right above the statement, or behind it, says of it; "" where there is none."""
        said = [text for line in self._above(first) if (text := _words(_COMMENT.sub(r"\1", line)))]
        if said:
            return " ".join(reversed(said))
        behind = _BEHIND.fullmatch(_POINTS.sub("", self.lines[last - 1]).rstrip()) if first == last else None
        return _words(behind[1]) if behind else ""

    def _above(self, first: int) -> list[str]:
        """The lines of comment right above a line, the nearest first."""
        lines: list[str] = []
        for text in reversed(self.lines[: first - 1]):
            if not text.lstrip().startswith("#") or _BEGIN.match(text) or _END.match(text):
                break
            lines.append(text)
        return lines


def _words(text: str) -> str:
    text = _POINTS.sub("", f"# {text}").removeprefix("#").strip()
    return "" if _LABEL.fullmatch(text) or not text[:1].isalnum() else text


def split_points(text: str) -> tuple[str, str]:
    """A heading without the points that it says ("(2 points)", "[3 pts]"), and these; "" where it says none."""
    found = _SAID.search(text)
    if found is None:
        return text, ""
    points = next(each for each in found.groups() if each)
    return (text[: found.start()] + text[found.end() :]).strip(), points.replace(",", ".")


def read_marks(source: str) -> Marks:
    """Read what the comments of a cell's code say."""
    lines = tuple(source.split("\n"))
    inside = False
    solution: set[int] = set()
    for number, line in enumerate(lines, start=1):
        if _BEGIN.match(line):
            inside = True
        elif _END.match(line):
            inside = False
        elif inside:
            solution.add(number)
    return Marks(lines=lines, solution=frozenset(solution))


def without_marks(text: str) -> str:
    """Code without the lines and comments that only machines read."""
    lines = (_POINTS.sub("", line).rstrip() if _POINTS.search(line) else line for line in text.split("\n"))
    kept = [line for line in lines if not _BEGIN.match(line) and not _END.match(line)]
    return "\n".join(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMarks:
    """What is said of whole cells, by index: points, and whether students write what is in them.

    `tagged` are the cells that have their points from a tag, so that these are for what is in the cell itself. `ids`
    are nbgrader's names of cells.
    """

    points: Mapping[int, Fraction]
    tagged: frozenset[int]
    solutions: Mapping[int, bool]
    ids: Mapping[int, str]


def read_cell_marks(data: bytes, cells: tuple[Cell, ...]) -> CellMarks:
    """Read tags (`points:2`), and nbgrader's metadata out of the bytes of a notebook; anything else says nothing."""
    points = {
        cell.index: Fraction(found[1].replace(",", "."))
        for cell in cells
        for tag in cell.tags
        if (found := _TAG.fullmatch(tag.strip()))
    }
    tagged = frozenset(points)
    solutions: dict[int, bool] = {}
    ids: dict[int, str] = {}
    for index, told in enumerate(_nbgrader(data)[: len(cells)]):
        if not isinstance(told, dict):
            continue
        ids[index] = str(told.get("grade_id", ""))
        if cells[index].kind == "code":
            solutions[index] = bool(told.get("solution"))
        worth = told.get("points")
        # A cell of nbgrader's kind `task` is marked by a person, and has no `grade`.
        if (told.get("grade") or told.get("task")) and isinstance(worth, int | float) and 0 < worth < 1e6:
            points.setdefault(index, Fraction(str(worth)))
    written = solutions if any(solutions.values()) else {}
    return CellMarks(points=points, tagged=tagged, solutions=written, ids=ids)


def _nbgrader(data: bytes) -> list[object]:
    """What nbgrader says of each cell; empty for what is no notebook of format 4."""
    try:
        document = json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return []
    cells = document.get("cells") if isinstance(document, dict) else None
    metadata = [cell.get("metadata") if isinstance(cell, dict) else None for cell in cells or []]
    return [each.get("nbgrader") if isinstance(each, dict) else None for each in metadata]
