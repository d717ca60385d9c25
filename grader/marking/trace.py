"""An execution beside the notebook that it ran: what each cell's code says, and what was captured where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.assignment.spec import CheckSpec, Spec, ancestors_of
from grader.notebook import CellCode, analyse, assigned_names, imported_modules
from grader.plan import last_code_cell, task_sections
from grader.records import Calls, CallsMade, Capture, CellRun, Execution, Notebook, Section, Value, root_of

_FOREIGN_MODULES: Mapping[str, tuple[str, ...]] = {"numpy": ("torch",)}
"""By version, modules that its answers aren't computed with. PyTorch's may well start from NumPy's arrays."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where values stood, task by task. Everything is derived from a hand-in's notebook and one execution of it."""

    spec: Spec
    notebook: Notebook
    execution: Execution

    @cached_property
    def code(self) -> Mapping[int, CellCode]:
        """What the code of each cell says, by cell."""
        return {cell.index: analyse(cell.source, self._modules) for cell in self.notebook.code_cells}

    @cached_property
    def assigned(self) -> Mapping[int, tuple[str, ...]]:
        """What the code of each cell assigns, by cell. It costs far less than all that the code says."""
        return {cell.index: assigned_names(cell.source) for cell in self.notebook.code_cells}

    @cached_property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """For each quantity, itself and all givens and quantities that it depends on."""
        return ancestors_of({quantity.name: quantity.parents for quantity in self.spec.quantities})

    @cached_property
    def runs(self) -> Mapping[int, CellRun]:
        """How each code cell ran, by cell."""
        return {run.index: run for run in self.execution.cells}

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """Each task's section."""
        return task_sections(self.spec, self.notebook)

    def section_code(self, task: str) -> tuple[int, ...]:
        """The code cells of a task's section, in order."""
        return tuple(index for index in self.sections[task].cells if index in self.assigned)

    @cached_property
    def tasks(self) -> Mapping[str, str]:
        """By check, the task that it belongs to."""
        return {check.id: task.id for task in self.spec.tasks for check in task.checks}

    @cached_property
    def section_ends(self) -> Mapping[str, int | None]:
        """By task, the last code cell of its section; None where that has none."""
        return {task.id: last_code_cell(self.sections[task.id], self.notebook) for task in self.spec.tasks}

    def at_section_end(self, task: str) -> Mapping[str, Capture]:
        """What stood at the end of a task's section, by name.

        Where the process died before that, what its last finished cell had left.
        """
        if task not in self._at_section_ends:
            end = self.section_ends[task]
            self._at_section_ends[task] = {} if end is None else self._at_end_of(end)
        return self._at_section_ends[task]

    @cached_property
    def _at_section_ends(self) -> dict[str, Mapping[str, Capture]]:
        return {}

    def _at_end_of(self, cell: int) -> Mapping[str, Capture]:
        captures = self.execution.captures
        there = {c.name: c for c in captures if c.place == "end" and c.after_cell == cell}
        return there or {c.name: c for c in captures if c.place == "last" and c.after_cell <= cell}

    @cached_property
    def at_notebook_end(self) -> Mapping[str, Capture]:
        """What stood once the last cell had run, by name; nothing where the process died before."""
        end = self.notebook.code_cells[-1].index
        return {c.name: c for c in self.execution.captures if c.place == "end" and c.after_cell == end}

    def calls(self, task: str, asked: Calls) -> CallsMade | None:
        """What came of calls at the end of a task's section, or at the end of the notebook where what is called wasn't
        there before; None where they were never made."""
        made = [each for each in self.execution.calls if each.calls == asked and self.is_own(each.found)]
        end = self.section_ends[task]
        here = [each for each in made if each.after_cell == end and each.place == "end"]
        found = [each for each in (*here, *made) if each.found]
        return next(iter([*found, *made]), None)

    def value_at(self, task: str, paths: Iterable[str]) -> Value | None:
        """The first of some paths' values that is there, at the end of a task's section, or else of the notebook."""
        for captures in (self.at_section_end(task), self.at_notebook_end):
            for path in paths:
                if path in captures and self.is_own(path):
                    return captures[path].value
        return None

    def is_own(self, path: str) -> bool:
        """Whether what stands at a path can be the student's: the notebook sets it, or the prelude doesn't."""
        root = root_of(path)
        return root not in self.spec.prelude_names or any(self.sets(root, cell) for cell in self.assigned)

    def sets(self, path: str, cell: int) -> bool:
        """Whether a cell's code says in the open that it assigns, defines or changes what a path begins with."""
        root = root_of(path)
        return root in self.assigned[cell] or root in self.code[cell].reads_of

    def last_assigned(self, name: str, cells: Iterable[int]) -> int | None:
        """The last of these code cells whose code assigns a name, or sets what a path begins with; None where none does
        so in the open."""
        if name.isidentifier():
            return max((index for index in cells if name in self.assigned[index]), default=None)
        return max((index for index in cells if self.sets(name, index)), default=None)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """For every name that is merely another name, or a conversion, of a variable: that variable."""
        return {name: of for code in self.code.values() for name, of in code.aliases.items()}

    def origin(self, name: str) -> str:
        """The variable that a name is in the end an alias of; itself where it is none."""
        seen = {name}
        while (of := self.aliases.get(name)) is not None and of not in seen:
            name = of
            seen.add(of)
        return name

    def computed_from(self, names: Iterable[str]) -> frozenset[str]:
        """Everything that names are computed from, directly or through other variables and functions; and themselves.

        A name that is a mere conversion of a variable counts as that variable. Over all cells, whatever their order:
        too much rather than too little.
        """
        reached: set[str] = set()
        waiting = {self.origin(name) for name in names}
        while waiting:
            reached |= waiting
            waiting = {self.origin(read) for name in waiting for read in self._reads.get(name, ())} - reached
        return frozenset(reached)

    @cached_property
    def _reads(self) -> Mapping[str, frozenset[str]]:
        reads: dict[str, frozenset[str]] = {}
        for code in self.code.values():
            for name, of in code.reads_of.items():
                reads[name] = reads.get(name, frozenset()) | of
        return reads

    @cached_property
    def own_names(self) -> frozenset[str]:
        """All names that cells assign or define."""
        return frozenset(self._reads).union(*self.assigned.values())

    def modules_behind(self, names: Iterable[str]) -> frozenset[str]:
        """The modules that names are computed with, directly or through other variables."""
        return frozenset(self._modules[name] for name in self.computed_from(names) if name in self._modules)

    def is_foreign(self, names: frozenset[str], check: CheckSpec) -> bool:
        """Whether what reads these names may come from another version than the check's.

        It does where they are computed from an agreed variable of another version, or, for a NumPy check, with PyTorch.
        """
        version = check.version or ""
        if (names, version) not in self._foreign:
            sources = self.computed_from(names)
            owned = any(self.owners[name][1] != version for name in sources if name in self.owners)
            foreign_modules = any(self._modules.get(name) in _FOREIGN_MODULES.get(version, ()) for name in sources)
            self._foreign[names, version] = owned or foreign_modules
        return self._foreign[names, version]

    @cached_property
    def _foreign(self) -> dict[tuple[frozenset[str], str], bool]:
        return {}

    @cached_property
    def _modules(self) -> Mapping[str, str]:
        return {"torch": "torch", **imported_modules(cell.source for cell in self.notebook.code_cells)}

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, str]]:
        """Whose each agreed name is: (quantity, version), the version "" where there are none."""
        owned = {
            name: (quantity.name, version)
            for quantity in self.spec.quantities
            for version, names in quantity.names.items()
            for name in names
        }
        return owned | {name: owner_of(check) for check in self.spec.checks for name in check.names}


def owner_of(check: CheckSpec) -> tuple[str, str]:
    """The (quantity, version) that a check asks for."""
    return check.quantity, check.version or ""
