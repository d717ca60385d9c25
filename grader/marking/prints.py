"""Answers that were only printed: which printed value is meant for which check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.assignment.spec import CheckSpec
from grader.marking.naming import speaks_of, speaks_of_version, version_words, words
from grader.marking.numbers import Numeric
from grader.marking.trace import Trace, owner_of
from grader.notebook import Display, Printed, parse_printed
from grader.records import Found, shown_text
from grader.wire.arrays import AnyArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedAnswer:
    """A printed value that is taken as an answer."""

    found: Found
    value: Numeric


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A value printed in a cell.

    `source` is the expression that printed it, where prints and values can be paired off. `reads` are the names that it
    may have come from: that expression's, or else all that the cell loads.
    """

    printed: Printed
    cell: int
    source: Display | None
    reads: frozenset[str]
    modules: frozenset[str]

    @property
    def texts(self) -> tuple[str, ...]:
        """The label in print, and the name and label in the code where they are known."""
        known = (self.source.name or "", self.source.label) if self.source else ()
        return (self.printed.label, *known)


def printed_answers(
    trace: Trace, checks: Sequence[CheckSpec], task: str, shapes: Mapping[str, tuple[int, ...]]
) -> Mapping[str, PrintedAnswer]:
    """What was printed in a task's section for checks that have no variable, by check id.

    A value is taken where its label or its name speaks of the quantity; the last such one counts. What is left without
    a label, but of a known expression, is taken in order where there are just as many values of a shape as checks that
    ask for it. Never taken is what was printed from another check's or another version's variable.
    """
    items = printed_items(trace, task)
    answers: dict[str, PrintedAnswer] = {}
    labelled: set[int] = set()
    for check in checks:
        shape = shapes[check.quantity]
        for item in items:
            names_it = any(speaks_of(text, check, trace.spec) for text in item.texts)
            if names_it and _may_answer(trace, item, check, shape):
                answers[check.id] = _answer(item, shape)
                labelled.add(id(item))
    rest = [item for item in items if id(item) not in labelled and not _names_a_quantity(trace, item)]
    answers.update(_by_order(trace, rest, [check for check in checks if check.id not in answers], shapes))
    return answers


def _by_order(
    trace: Trace, items: Sequence[Item], checks: Sequence[CheckSpec], shapes: Mapping[str, tuple[int, ...]]
) -> Iterator[tuple[str, PrintedAnswer]]:
    groups: dict[tuple[str | None, tuple[int, ...]], list[CheckSpec]] = {}
    for check in checks:
        groups.setdefault((check.version, shapes[check.quantity]), []).append(check)
    for (_, shape), asking in groups.items():
        fitting = [item for item in items if item.source and _may_answer(trace, item, asking[0], shape)]
        if len(fitting) == len(asking):
            for item, check in zip(fitting, asking, strict=True):
                yield check.id, _answer(item, shape)


def printed_items(trace: Trace, task: str) -> tuple[Item, ...]:
    """All values that were printed in a task's section, in order."""
    return tuple(item for cell in trace.section_code(task) for item in _items(trace, cell))


def _items(trace: Trace, cell: int) -> Iterator[Item]:
    run = trace.runs.get(cell)
    code = trace.code[cell]
    if run is None:
        return
    printed = parse_printed(shown_text(run.outputs))
    # Where values and expressions pair off, it is known which expression printed a value.
    paired = len(code.displays) == len(printed) and not any(display.repeated for display in code.displays)
    for number, value in enumerate(printed):
        source = code.displays[number] if paired else None
        reads = source.reads if source else code.reads
        # A cell that only prints uses no module; then those count that made what it prints.
        modules = code.modules or trace.modules_behind(reads)
        yield Item(printed=value, cell=cell, source=source, reads=reads, modules=modules)


def _may_answer(trace: Trace, item: Item, check: CheckSpec, shape: tuple[int, ...]) -> bool:
    return _fits(item.printed, shape) and not _belongs_elsewhere(trace, item, check) and _is_of_version(item, check)


def _fits(printed: Printed, shape: tuple[int, ...]) -> bool:
    one_element = shape == () and len(printed.numbers) == 1 and not any(printed.elided)
    return printed.fits(shape) or one_element


def _belongs_elsewhere(trace: Trace, item: Item, check: CheckSpec) -> bool:
    """Whether it was printed from another check's variable, or may come from another version."""
    mine = owner_of(check)
    name = item.source.name if item.source else None
    another = name is not None and trace.owners.get(trace.origin(name), mine) != mine
    return another or trace.is_foreign(item.reads, check)


def _is_of_version(item: Item, check: CheckSpec) -> bool:
    """Whether something says that the value is of the check's version: its form, a word, or the cell's modules."""
    version = check.version
    if version is None:
        return True
    if item.printed.container == "tensor" or version not in {"torch", "numpy"}:
        return version == "torch" or any(speaks_of_version(text, version) for text in item.texts)
    if any(speaks_of_version(text, version) for text in item.texts):
        return True
    return item.modules == {version} and not _speaks_of_another(item.texts, version)


def _speaks_of_another(texts: Iterable[str], version: str) -> bool:
    others = {word for other in ("torch", "numpy") if other != version for word in version_words(other)}
    return any(set(words(text)) & others for text in texts)


def _names_a_quantity(trace: Trace, item: Item) -> bool:
    """Whether its label names some quantity, so that it can't be taken for another one by its place."""
    quantities = {quantity.name.lower() for quantity in trace.spec.quantities}
    return any(set(words(text)) & quantities for text in item.texts)


def _answer(item: Item, shape: tuple[int, ...]) -> PrintedAnswer:
    name = item.source.name if item.source else None
    found = Found(kind="printed", name=name or item.printed.label, cell=item.cell)
    return PrintedAnswer(found=found, value=as_printed(item.printed, shape))


def as_printed(printed: Printed, shape: tuple[int, ...]) -> Numeric:
    """A printed value as an array of the given shape, which it fits; elided elements are not judged.

    Text shows no dtype unless it says so, and float32 is the most that its last digits may hide.
    """
    numbers: AnyArray = np.array(printed.numbers) if printed.numbers else np.zeros(0)
    halves = np.array(printed.half_units, dtype=np.float64)
    dtype = printed.dtype or ("float32" if numbers.dtype.kind == "f" else numbers.dtype.name)
    if shape == () or not any(printed.elided):
        return Numeric(values=numbers.reshape(shape), dtype=dtype, half_units=halves.reshape(shape))
    places = np.ix_(*printed.axes)
    block = tuple(len(axis) for axis in printed.axes)
    values = np.zeros(shape, dtype=numbers.dtype)
    half_units = np.zeros(shape)
    judged = np.zeros(shape, dtype=bool)
    values[places], half_units[places], judged[places] = numbers.reshape(block), halves.reshape(block), True
    return Numeric(values=values, dtype=dtype, half_units=half_units, judged=judged)
