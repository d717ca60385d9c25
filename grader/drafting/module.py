"""The text of a drafted module, in the order in which a person would write it."""

from __future__ import annotations

import ast
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import PurePath

from grader.drafting.asked import points_text
from grader.drafting.declarations import WIDTH, call
from grader.drafting.expressions import literal
from grader.drafting.imports import written_imports
from grader.drafting.notes import Note
from grader.drafting.provided import Provided
from grader.drafting.rewriting import PROVIDED, Rewriter
from grader.drafting.solution import Solution
from grader.drafting.tasks import DraftTask
from grader.drafting.values import Made, points_argument, quoted

_LONGEST_NAME = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that a module is written of. `givens` maps each given to the variable that holds it, `drawn` those that
    students draw to their shapes (None where one can't be told), `function_names` the solution's functions to the names
    that they get."""

    name: str
    title: str
    tasks: tuple[DraftTask, ...]
    solution: Solution
    givens: Mapping[str, str]
    drawn: Mapping[str, tuple[int, ...] | None]
    made: tuple[Made, ...]
    function_names: Mapping[str, str]
    provided: Provided
    notes: tuple[Note, ...]


def write_module(parts: Parts) -> str:
    """Write the module: imports, what it needs, the assignment, its givens, its tasks, and what is to be decided."""
    names = _Names(parts)
    constants = _constants(parts)
    blocks = [
        *_constant_blocks(parts, constants),
        "\n".join([_assignment(parts, names), *_givens(parts, names, constants)]),
        *_task_blocks(parts, names),
    ]
    body = _joined(blocks)
    head = f'"""{_title(parts)}, drafted from {_one_line(parts.name)}."""\n\n'
    gap = "\n" if _defines(blocks[0]) else ""
    return head + written_imports(body, parts.solution, parts.provided) + gap + body + _questions(parts, blocks[-1])


def _joined(blocks: list[str]) -> str:
    """Blocks with two empty lines around what is defined, and one between all else."""
    text = blocks[0]
    for before, block in pairwise(blocks):
        apart = _defines(before) or _defines(block)
        text += ("\n\n\n" if apart else "\n\n") + block
    return text + "\n"


def _defines(block: str) -> bool:
    return re.search(r"^(?:def|class|@)", block, re.MULTILINE) is not None


class _Names:
    """The variables of the assignment and its tasks, which are none that the solution has."""

    def __init__(self, parts: Parts) -> None:
        made = {each.declared.name for each in parts.made}
        self._taken = {*parts.solution.definers, *made, *parts.givens, *parts.drawn, "assignment", "call", "normal"}
        self.id = _id(parts.name)
        plain = self.id.replace("-", "_")
        fits = plain.isidentifier() and not keyword.iskeyword(plain) and len(plain) <= _LONGEST_NAME
        self.assignment = plain if fits and plain not in self._taken else "assignment"
        self._taken.add(self.assignment)
        self.tasks = {
            task.heading: self._task(task.heading, number) for number, task in enumerate(parts.tasks, start=1)
        }

    def _task(self, heading: str, number: int) -> str:
        name = re.sub(r"\W+", "_", heading.lower()).strip("_")
        name = name if name.isidentifier() and not keyword.iskeyword(name) and name.isascii() else f"task_{number}"
        while name in self._taken:
            name += "_task"
        self._taken.add(name)
        return name


def _id(name: str) -> str:
    words = re.findall(r"[^\W_]+", PurePath(name).stem.lower())
    return "-".join(words) or "assignment"


def _title(parts: Parts) -> str:
    return _one_line(parts.title or PurePath(parts.name).stem)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"""', "'''").split())


def _assignment(parts: Parts, names: _Names) -> str:
    keywords = {"title": quoted(_title(parts)), "points": _total(parts)}
    if templates := parts.solution.versions.templates:
        inside = ", ".join(f"{quoted(version)}: {quoted(template)}" for version, template in templates.items())
        keywords["versions"] = f"{{{inside}}}"
    return call(f"{names.assignment} = Assignment", (quoted(names.id),), keywords)


def _total(parts: Parts) -> str:
    total = Fraction(0)
    for made in parts.made:
        options = made.declared.options
        worth = ast.literal_eval(options["points"])
        versions = ast.literal_eval(options.get("versions", "[]")) or list(parts.solution.versions.templates) or [""]
        versions = [""] if made.declared.method == "person" else versions
        each = worth.values() if isinstance(worth, dict) else [worth] * len(versions)
        total += sum((Fraction(str(points)) for points in each), Fraction(0))
    return points_argument(points_text(total))


def _constants(parts: Parts) -> list[int]:
    """Where in the solution the statements are that the module has to have, imports apart, in order."""
    solution = parts.solution
    declared = set(parts.function_names)
    waiting = {name for made in parts.made for name in made.constants}
    known: set[str] = set()
    while waiting:
        name = waiting.pop()
        step = solution.once(name)
        if name in known or step is None or solution.is_import(name):
            continue
        known.add(name)
        waiting |= step.reads
    return sorted(solution.definers[name][0] for name in known - declared)


def _constant_blocks(parts: Parts, constants: list[int]) -> Iterator[str]:
    rewriter = Rewriter(names=parts.function_names, modules=parts.solution.modules)
    written = [rewriter.statement(parts.solution.steps[place]) for place in constants]
    if any(PROVIDED in text for text in (*written, *("\n".join(made.declared.body) for made in parts.made))):
        yield f'{PROVIDED} = Path(__file__).parent / "provided"'
    plain = ""
    for text in written:
        if _defines(text):
            if plain:
                yield plain
            plain = ""
            yield text
        else:
            plain = f"{plain}\n{text}".strip("\n")
    if plain:
        yield plain


def _givens(parts: Parts, names: _Names, constants: list[int]) -> Iterator[str]:
    held = {name for place in constants for name in parts.solution.steps[place].binds}
    values: dict[str, str] = {}
    for stem, variable in parts.givens.items():
        step = parts.solution.once(variable)
        assert step is not None
        assert step.value is not None
        rewriter = Rewriter(modules=parts.solution.modules)
        text = variable if variable in held else rewriter.expression(step, literal(step.value) or step.value)
        values[stem] = textwrap.dedent(_without_breaks(text))
    if values:
        yield ""
        yield call(f"{names.assignment}.given", (), values)
    for stem, shape in parts.drawn.items():
        todo = "  # TODO: write its shape" if shape is None else ""
        written = "..." if shape is None else f"{shape}"
        yield call(f"{names.assignment}.given_by_student", (quoted(stem),), {"shape": written}) + todo


def _without_breaks(text: str) -> str:
    """Numbers that were written over several lines on one, where they fit."""
    line = " ".join(part.strip() for part in text.splitlines())
    line = re.sub(r"([\[(])\s+", r"\1", re.sub(r",?\s+([\])])", r"\1", line))
    line = re.sub(r",(?=\S)", ", ", line)
    return line if len(line) <= WIDTH - 20 and "#" not in line else text


def _task_blocks(parts: Parts, names: _Names) -> Iterator[str]:
    for task in parts.tasks:
        own = [made.declared for made in parts.made if made.declared.task == task.heading]
        if not own:
            continue
        title = {"title": quoted(_one_line(task.title))} if task.title else {}
        owner = names.tasks[task.heading]
        yield call(f"{owner} = {names.assignment}.task", (quoted(task.heading),), title)
        yield from (declared.written(owner) for declared in own)


def _questions(parts: Parts, before: str) -> str:
    if not parts.notes:
        return ""
    lines = [f"# What {_one_line(parts.name)} doesn't tell, and you have to decide (cells count from 0):"]
    for note in parts.notes:
        text = " ".join(str(note).split())
        lines += textwrap.wrap(text, WIDTH - 4, initial_indent="# - ", subsequent_indent="#   ", break_long_words=False)
    return ("\n\n" if _defines(before) else "\n") + "\n".join(lines) + "\n"
