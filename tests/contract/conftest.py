"""Executions of the behaviours' notebooks, each made once for all tests that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.execution import Engine
from grader.records import Execution
from tests.contract.behaviours import BEHAVIOURS, INPUTS, Behaviour, Notebook, notebooks
from tests.contract.variants import Variant

NOTEBOOKS = notebooks(BEHAVIOURS)


class Executions:
    """Executes notebooks, two at a time, since engines are called by several threads at once.

    When the first of a theme is asked for, all of the theme that are `chosen` start.
    """

    def __init__(self, folder: Path, chosen: dict[str, list[tuple[str, str]]]) -> None:
        self._folder = folder
        self._chosen = chosen
        self._engines: dict[str, Engine] = {}
        self._pool = ThreadPoolExecutor(2)
        self._started: dict[tuple[str, tuple[str, str]], Future[Execution]] = {}

    def engine(self, variant: Variant) -> Engine:
        """The engine that all tests of a variant share. Skips the test where it can't be had."""
        if variant.name not in self._engines:
            self._engines[variant.name] = variant.make()
        return self._engines[variant.name]

    def of(self, variant: Variant, behaviour: Behaviour) -> Execution:
        """What a behaviour's cells came to."""
        engine, name = self.engine(variant), behaviour.notebook
        theme = [each for each in self._chosen.get(variant.name, []) if each[0] == behaviour.theme]
        for each in dict.fromkeys((name, *theme)):
            if (variant.name, each) not in self._started:
                self._started[variant.name, each] = self._pool.submit(self._execute, engine, variant, NOTEBOOKS[each])
        execution = self._started[variant.name, name].result()
        assert [cell.index for cell in execution.cells] == list(range(len(execution.cells)))
        return NOTEBOOKS[name].part(execution, behaviour)

    def _execute(self, engine: Engine, variant: Variant, notebook: Notebook) -> Execution:
        folder = self._folder / variant.name / "-".join(notebook.behaviours[0].notebook)
        folder.mkdir(parents=True)
        for name, content in notebook.provided.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        plan = notebook.plan()
        careful = replace(plan.main, careful=True)
        recording = engine.execute(plan, careful, limits=notebook.limits, provided=folder, inputs=INPUTS)
        execution = recording.execution()
        left = (path for path in folder.rglob("*") if path.is_file())
        assert {path.relative_to(folder).as_posix(): path.read_text() for path in left} == notebook.provided
        return execution

    def close(self) -> None:
        """End all engines."""
        for engine in self._engines.values():
            engine.close()
        self._pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def executions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executions]:
    """What executes the behaviours' notebooks; a secret stands in our own environment meanwhile."""
    chosen: dict[str, list[tuple[str, str]]] = {}
    for item in request.session.items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "behaviour" in parameters and not item.get_closest_marker("skip"):
            chosen.setdefault(parameters["variant"].name, []).append(parameters["behaviour"].notebook)
    os.environ["GRADER_TEST_SECRET"] = "s3cret"
    executions = Executions(tmp_path_factory.mktemp("provided"), chosen)
    yield executions
    executions.close()
    del os.environ["GRADER_TEST_SECRET"]
