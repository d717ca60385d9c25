"""What a solution's students are asked for: what has points, stands in a solution's place, or is shown or named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.drafting.calls import is_test
from grader.drafting.markers import CellMarks
from grader.drafting.notes import Note
from grader.drafting.solution import Solution
from grader.drafting.steps import Places, Step
from grader.drafting.tasks import DraftTask
from grader.records import Notebook

_QUOTED = re.compile(r"`([^`]+)`")
_FUNCTION = re.compile(r"\A([^\W\d]\w*)(?:\([^()]*\))?\Z")
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable, or a function, that a task's students write: what it is last defined by there, its points or ""."""

    name: str
    task: str
    at: int
    points: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A quantity, or a function, and its variable in each version; the version is "" where there is one alone."""

    name: str
    task: str
    variables: Mapping[str, Variable]

    @property
    def at(self) -> int:
        """Where it is first defined."""
        return min(variable.at for variable in self.variables.values())

    @property
    def preferred(self) -> tuple[str, Variable]:
        """The version that the reference is made of, and its variable: PyTorch's where there is one."""
        version = next((each for each in ("torch", "", "numpy") if each in self.variables), next(iter(self.variables)))
        return version, self.variables[version]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The variables and functions that are asked for, in order; `rest` are cells with points that are for none of them.

    `notes` are about what was left out, and points that don't add up.
    """

    variables: tuple[Variable, ...]
    rest: Mapping[int, Fraction]
    notes: tuple[Note, ...]


def find_variables(
    solution: Solution, notebook: Notebook, marks: CellMarks, tasks: Iterable[DraftTask], places: Places
) -> Found:
    """The variables and functions that are asked for, and what else has points."""
    candidates = list(_candidates(solution))
    pointed, rest = _with_cell_points(solution, candidates, marks)
    found: list[Variable] = []
    spent = [(places.end(notebook.cells[cell]), points) for cell, points in rest.items()]
    spent += [
        (step.task, Fraction(step.points)) for step in solution.steps if step.points and not step.written - step.passing
    ]
    spent += [(variable.task, Fraction(variable.points)) for variable in pointed if variable.points]
    notes = [*_asked_twice(solution, candidates)]
    for task in tasks:
        own = [variable for variable in pointed if variable.task == task.heading]
        worth = [variable for variable in own if variable.points]
        left = Fraction(task.points or 0) - sum((points for of, points in spent if of == task.heading), Fraction(0))
        chosen = worth or _unmarked(solution, own, notebook)
        if worth and left > 0:
            chosen = worth + _unmarked(solution, [variable for variable in own if not variable.points], notebook)
        found += _shared_out(chosen, left)
        notes += [*_left_out(solution, task, own, chosen), *_mismatch(task, worth, chosen, left)]
    return Found(variables=tuple(sorted(found, key=lambda each: each.at)), rest=rest, notes=tuple(notes))


def _shared_out(chosen: list[Variable], left: Fraction) -> list[Variable]:
    """Points of a task that nothing has yet, for those of its checks that have none."""
    without = [variable for variable in chosen if not variable.points]
    share = points_text(left / len(without)) if without and left > 0 else ""
    return [variable if variable.points else replace(variable, points=share) for variable in chosen]


def _mismatch(task: DraftTask, worth: list[Variable], chosen: list[Variable], left: Fraction) -> Iterator[Note]:
    if task.points and worth and left and (left < 0 or len(chosen) == len(worth)):
        has = points_text(Fraction(task.points) - left)
        yield Note(
            message=f"The heading of {task.heading} says {task.points} points, and what is asked in it has {has}.",
            remedy="Mend either.",
        )


def _left_out(solution: Solution, task: DraftTask, own: list[Variable], chosen: list[Variable]) -> Iterator[Note]:
    taken = {variable.name for variable in chosen}
    shown = _shown(solution, {solution.steps[variable.at].cell for variable in own})
    names = [
        variable.name
        for variable in own
        if variable.name not in taken
        and (solution.is_function(variable.name) or _is_quantity(solution, variable.name) or variable.name in shown)
        and not (solution.is_given(variable.name) or solution.is_drawn(variable.name))
        and solution.steps[variable.at].asked is not False
    ]
    if names and chosen:
        listed = ", ".join(f"`{name}`" for name in names)
        yield Note(message=f"{task.heading}: left out {listed}.", remedy="Say `# points: 1` behind what counts.")


def _asked_twice(solution: Solution, candidates: list[Variable]) -> Iterator[Note]:
    """Points of a name that another task asks for already."""
    tasks = {variable.name: variable.task for variable in candidates}
    for step in solution.steps:
        for name in step.in_order if step.points and step.task else ():
            if name in step.written and tasks.get(name, step.task) != step.task:
                yield Note(
                    cell=step.cell,
                    line=step.line,
                    message=f"`{name}` is asked for in {tasks[name]} already, so that it was left out here.",
                    remedy="Give it a name of its own.",
                )


def pair_versions(solution: Solution, variables: Iterable[Variable]) -> list[Asked]:
    """Put the versions of each quantity together; `dL_dw1_n` goes with `dw1_t` where nothing else does."""
    groups: dict[tuple[str, str], dict[str, Variable]] = {}
    for variable in variables:
        stem, version = solution.versions.read(variable.name)
        groups.setdefault((variable.task, stem), {}).setdefault(version, variable)
    for task, stem in list(groups):
        longer = [key for key in groups if key[0] == task and key[1].endswith(f"_{stem}")]
        single = [key for key in longer if not groups[key].keys() & groups[task, stem].keys()]
        if len(single) == 1 and "" not in groups[task, stem]:
            groups[task, stem] |= groups.pop(single[0])
    return [Asked(name=stem, task=task, variables=found) for (task, stem), found in groups.items() if found]


def _candidates(solution: Solution) -> Iterator[Variable]:
    """Every name that a task defines, where it is last defined there."""
    found: dict[str, Variable] = {}
    for at, step in enumerate(solution.steps):
        if isinstance(step.node, ast.Import | ast.ImportFrom) or is_test(step.node):
            continue
        for name in step.in_order:
            if name.startswith(("_", "<")) or not step.task:
                continue
            known = found.get(name)
            if name in step.improved:
                found |= {name: replace(known, at=at)} if known and known.task == step.task else {}
            elif known is None or known.task == step.task:
                share = "" if name in step.passing else _share(step)
                points = share or (known.points if known else "")
                found[name] = Variable(name=name, task=step.task, at=at, points=points)
    return iter(sorted(found.values(), key=lambda variable: variable.at))


def _share(step: Step) -> str:
    """Points of a statement that defines several names are shared out among them."""
    named = [name for name in step.written - step.passing if not name.startswith("_")]
    return points_text(Fraction(step.points) / len(named)) if step.points and named else ""


def _with_cell_points(
    solution: Solution, variables: list[Variable], marks: CellMarks
) -> tuple[list[Variable], dict[int, Fraction]]:
    """Points of a cell belong to what it defines; where it only tests, to what it reads; the rest are nobody's."""
    known = {variable.name: variable for variable in variables}
    by_cells: set[str] = set()
    rest: dict[int, Fraction] = {}
    for cell, points in sorted(marks.points.items()):
        steps = [step for step in solution.steps if step.cell == cell]
        written = [step for step in steps if step.asked is not False or cell in marks.tagged]
        here = {name for step in written for name in step.written - step.passing} & known.keys()
        tested = {name for step in steps for name in step.reads} & known.keys()
        wanted = _computed(solution, here) or _students(solution, _computed(solution, tested))
        # A second cell that tests the same adds its points.
        names = [name for name in wanted if not known[name].points] or [name for name in wanted if name in by_cells]
        by_cells |= set(names)
        for name in names:
            worth = Fraction(known[name].points or 0) + points / len(names)
            known[name] = replace(known[name], points=points_text(worth))
        if not names:
            rest[cell] = points
    return [known[variable.name] for variable in variables], rest


def _computed(solution: Solution, names: Iterable[str]) -> list[str]:
    computed = [name for name in sorted(names) if not solution.is_given(name) and not solution.is_setup(name)]
    return [name for name in computed if not solution.is_object(name)] or computed


def _students(solution: Solution, names: Iterable[str]) -> list[str]:
    """Those that nothing says are provided."""
    return [name for name in names if any(solution.steps[at].asked is not False for at in solution.definers[name])]


def _unmarked(solution: Solution, own: list[Variable], notebook: Notebook) -> list[Variable]:
    """Without points: what stands in a solution's place, has both versions, is named in the text, shown, or the end."""
    steps = solution.steps
    if any(steps[variable.at].asked is not None for variable in own):
        own = [variable for variable in own if steps[variable.at].asked]
    values = [variable for variable in own if _is_quantity(solution, variable.name)]
    functions = [variable for variable in own if solution.is_function(variable.name)]
    cells = {steps[variable.at].cell for variable in own}
    named = _named(notebook, cells)
    both = _in_both_versions(solution, values)
    chosen = both or values
    for test in (named, _shown(solution, cells), _ends(solution, values)):
        if narrowed := [v for v in chosen if v.name in test or solution.versions.read(v.name)[0] in test]:
            chosen = narrowed
            break
        if both:
            break
    helping = {read for step in steps if not _only_looks(step.node) for read in step.reads}
    called = _named(notebook, cells, _FUNCTION)
    return chosen + [each for each in functions if each.name in called or each.name not in helping]


def _is_quantity(solution: Solution, name: str) -> bool:
    if solution.is_function(name) or solution.is_given(name) or solution.is_drawn(name) or solution.is_setup(name):
        return False
    if solution.is_object(name):
        return False
    return not all(isinstance(solution.steps[at].node, ast.For | ast.With) for at in solution.definers[name])


def _in_both_versions(solution: Solution, values: list[Variable]) -> list[Variable]:
    pairs = [asked for asked in pair_versions(solution, values) if len(asked.variables) > 1]
    return [variable for asked in pairs for variable in asked.variables.values()]


def _named(notebook: Notebook, cells: set[int], pattern: re.Pattern[str] = _NAME) -> set[str]:
    """The names that the text around a task's code has in backticks, in what the pattern finds there."""
    first, last = min(cells, default=0), max(cells, default=-1)
    before = max((cell.index for cell in notebook.code_cells if cell.index < first), default=-1)
    texts = [cell.source for cell in notebook.cells if cell.kind == "markdown" and before < cell.index <= last]
    return {name for text in texts for quoted in _QUOTED.findall(text) for name in pattern.findall(quoted)}


def _only_looks(node: ast.stmt) -> bool:
    """Whether a statement computes nothing further: it defines a function, shows something, or tests it."""
    return isinstance(node, ast.FunctionDef | ast.Expr) or is_test(node)


def _shown(solution: Solution, cells: set[int]) -> set[str]:
    """The names that are printed or displayed by themselves."""
    found: set[str] = set()
    for step in solution.steps:
        if step.cell in cells and isinstance(step.node, ast.Expr):
            value = step.node.value
            parts = (
                value.args
                if isinstance(value, ast.Call) and ast.unparse(value.func) in ("print", "display")
                else [value]
            )
            flat = [each for part in parts for each in (part.elts if isinstance(part, ast.Tuple) else [part])]
            found |= {each.id for each in flat if isinstance(each, ast.Name)}
    return found


def _ends(solution: Solution, values: list[Variable]) -> set[str]:
    """The names that nothing further is computed from."""
    read = {
        name
        for step in solution.steps
        if not isinstance(step.node, ast.Expr) and not is_test(step.node)
        for name in step.reads - step.defines
    }
    return {variable.name for variable in values} - read


def points_text(points: Fraction) -> str:
    """Points as an author writes them: `2`, `0.5`, `1/3`."""
    decimal = repr(float(points))
    if points.denominator == 1:
        return str(points)
    return decimal if Fraction(decimal) == points else str(points)
