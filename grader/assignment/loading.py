"""Loads an assignment from its reference folder: everything that could be wrong with it is found here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment.graph import build_graph
from grader.assignment.importing import import_assignment
from grader.assignment.reference import Reference
from grader.assignment.sources import read_sources
from grader.assignment.spec import Spec
from grader.assignment.specification import specify


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An assignment, ready for marking.

    `spec` is what is asked, as data; `reference` computes the answers, and holds callables that can't be pickled (load
    the folder again in another process). `sources` are the texts of the folder by relative path, for the record.
    """

    spec: Spec
    reference: Reference
    sources: Mapping[str, str]


def load(folder: Path) -> Loaded:
    """Load the assignment in `folder`, and compute its reference once.

    Runs the author's code, in this process. Raises AssignmentError, with file, line and remedy, for every fault of an
    author's: nothing is left to be found when notebooks are marked.
    """
    sources = read_sources(folder)
    declared = import_assignment(folder, sources).declaration
    graph = build_graph(declared.givens, declared.quantities)
    spec = specify(declared, graph, sources.digest)
    reference = Reference(graph=graph)
    reference.worlds()
    return Loaded(spec=spec, reference=reference, sources=sources.texts)
