"""What a solution's students are asked for: what has points, stands in a solution's place, or is shown or named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.drafting.calls import is_test
from grader.drafting.markers import CellMarks
from grader.drafting.solution import Solution
from grader.drafting.steps import Step
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


def find_variables(solution: Solution, notebook: Notebook, marks: CellMarks, tasks: Iterable[str]) -> list[Variable]:
    """The variables and functions that are asked for, in order."""
    pointed = _with_cell_points(solution, list(_candidates(solution)), marks)
    found: list[Variable] = []
    for task in tasks:
        own = [variable for variable in pointed if variable.task == task]
        worth = [variable for variable in own if variable.points]
        found += worth or _unmarked(solution, own, notebook)
    return sorted(found, key=lambda variable: variable.at)


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
            if known is None or known.task == step.task:
                points = _share(step) or (known.points if known else "")
                found[name] = Variable(name=name, task=step.task, at=at, points=points)
    return iter(sorted(found.values(), key=lambda variable: variable.at))


def _share(step: Step) -> str:
    """Points of a statement that defines several names are shared out among them."""
    return points_text(Fraction(step.points) / len(step.defines)) if step.points else ""


def _with_cell_points(solution: Solution, variables: list[Variable], marks: CellMarks) -> list[Variable]:
    """Points of a cell belong to what it defines; where it only tests, to what it reads."""
    known = {variable.name: variable for variable in variables}
    for cell, points in sorted(marks.points.items()):
        steps = [step for step in solution.steps if step.cell == cell]
        written = [step for step in steps if step.asked is not False or cell in marks.tagged]
        here = {name for step in written for name in step.defines} & known.keys()
        tested = {name for step in steps for name in step.reads} & known.keys()
        wanted = _computed(solution, here) or _students(solution, _computed(solution, tested))
        names = [name for name in wanted if not known[name].points]
        for name in names:
            known[name] = replace(known[name], points=points_text(points / len(names)))
    return [known[variable.name] for variable in variables]


def _computed(solution: Solution, names: Iterable[str]) -> list[str]:
    return [name for name in sorted(names) if not solution.is_given(name) and not solution.is_setup(name)]


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
