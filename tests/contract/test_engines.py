"""One list of behaviours that every engine must pass, with real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.execution import ENGINES, Engine, EngineOptions, execute_with_retry
from grader.records import CapturePoint, Execution, Limits, Plan, Run, Source
from tests.contract.behaviours import BEHAVIOURS, LIMITS, Behaviour, scalar

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=ENGINES, scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = ENGINES[request.param](EngineOptions())
    os.environ["GRADER_TEST_SECRET"] = "s3cret"
    yield engine
    del os.environ["GRADER_TEST_SECRET"]
    engine.close()


@pytest.fixture(scope="module")
def executions(
    engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Execution]]]:
    """The executions of all chosen behaviours, two at a time: engines are called by several threads at once."""
    chosen = {id(item.callspec.params["behaviour"]) for item in request.session.items if _is_behaviour(item)}
    with ThreadPoolExecutor(2) as pool:
        yield {
            each.name: pool.submit(_execute, engine, each, tmp_path_factory.mktemp("provided"))
            for each in BEHAVIOURS
            if id(each) in chosen
        }


def _is_behaviour(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and hasattr(item, "callspec") and "behaviour" in item.callspec.params


def _execute(engine: Engine, behaviour: Behaviour, folder: Path) -> Execution:
    for name, content in behaviour.provided.items():
        (folder / name).write_text(content)
    plan = behaviour.plan()
    execution = engine.execute(plan, plan.main, limits=behaviour.limits, provided=folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == behaviour.provided
    return execution


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_engine(executions: dict[str, Future[Execution]], behaviour: Behaviour) -> None:
    execution = executions[behaviour.name].result()
    behaviour.check(execution)
    assert execution.seed == behaviour.seed
    assert [cell.index for cell in execution.cells] == list(range(len(behaviour.cells)))


def _plan(*cells: str, names: str = "", seed: int = 1) -> Plan:
    points = (CapturePoint(after_cell=len(cells) - 1, names=tuple(names.split())),)
    return Plan(
        cells=tuple(Source(index=index, code=code) for index, code in enumerate(cells)),
        main=Run(seed=seed, captures=points),
    )


def test_the_same_seed_gives_the_same_random_numbers_and_another_seed_others(engine: Engine) -> None:
    code = (
        "import random, numpy as np, torch\n"
        "drawn = [random.random(), float(np.random.rand()), float(np.random.RandomState().rand() * 0), "
        "torch.rand(1).item()]"
    )

    def drawn(seed: int) -> tuple[object, ...]:
        plan = _plan(code, names="drawn", seed=seed)
        execution = engine.execute(plan, plan.main, limits=LIMITS, provided=None)
        return tuple(item.value for item in execution.captures[0].value.items)

    with ThreadPoolExecutor(2) as pool:
        first, again, other = pool.map(drawn, (1, 1, 2))
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True) if one)


def test_nothing_of_one_execution_is_there_for_the_next(engine: Engine, tmp_path: Path) -> None:
    plan = _plan("import os, pathlib\nseen = os.listdir('.') + os.listdir(pathlib.Path.home() / 'tmp')", names="seen x")
    leaves = _plan("x = 1\nimport tempfile\nopen('stale', 'w').close()\ntempfile.mkstemp()")
    engine.execute(leaves, leaves.main, limits=LIMITS, provided=tmp_path)
    after = engine.execute(plan, plan.main, limits=LIMITS, provided=tmp_path)
    assert [(each.name, each.value.items) for each in after.captures] == [("seen", ())]
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_dies_is_tried_once_more(engine: Engine, tmp_path: Path) -> None:
    marker = tmp_path / "tried"
    dies_once = (
        f"import os\nif not os.path.exists({str(marker)!r}):\n    open({str(marker)!r}, 'w').close(); os._exit(1)"
    )
    plan = _plan(dies_once, "x = 1", names="x")
    execution = execute_with_retry(engine, plan, plan.main, limits=LIMITS, provided=None)
    assert (execution.status, execution.tries) == ("completed", 2)
    assert scalar(execution, "x") == 1


def test_a_notebook_without_code_is_rejected(engine: Engine) -> None:
    plan = Plan(cells=(), main=Run())
    execution = engine.execute(plan, plan.main, limits=LIMITS, provided=None)
    assert execution.status == "rejected"
    assert execution.reason


@pytest.mark.parametrize("name", ENGINES)
def test_an_interpreter_that_cannot_run_notebooks_is_our_fault(name: str, tmp_path: Path) -> None:
    plan = _plan("x = 1", names="x")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    for python in (broken, tmp_path / "absent"):
        execution = ENGINES[name](EngineOptions(python=str(python))).execute(
            plan, plan.main, limits=LIMITS, provided=None
        )
        assert execution.status == "unavailable"
        assert str(python) in execution.reason
        assert execution.cells == ()


@pytest.mark.parametrize("name", ENGINES)
def test_provided_files_that_cannot_be_copied_are_our_fault(name: str, tmp_path: Path) -> None:
    plan = _plan("x = 1", names="x")
    execution = ENGINES[name](EngineOptions()).execute(plan, plan.main, limits=LIMITS, provided=tmp_path / "absent")
    assert execution.status == "unavailable"


UNLUCKY = """
import sys
from pathlib import Path
from grader.execution import ENGINES, EngineOptions
from grader.records import Limits
from tests.contract.behaviours import BEHAVIOURS
engine = ENGINES[sys.argv[1]](EngineOptions())
for each in BEHAVIOURS:
    if each.name.startswith("a_forged_reply_ends"):
        for provided in (None, Path("/absent")):
            print(engine.execute(each.plan(), each.plan().main, limits=Limits(), provided=provided).status)
"""


@pytest.mark.parametrize("name", ENGINES)
def test_neither_a_fault_of_ours_nor_a_forger_puts_anything_on_the_terminal(name: str) -> None:
    # In a process of its own: pytest's own handlers for logging would hide it.
    told = subprocess.run([sys.executable, "-c", UNLUCKY, name], capture_output=True, text=True, cwd=ROOT)
    assert told.stdout.split() == ["died", "unavailable"]
    assert told.stderr == ""


@pytest.mark.parametrize("name", ENGINES)
def test_closing_an_engine_ends_what_runs_and_says_so(name: str) -> None:
    engine = ENGINES[name](EngineOptions())
    plan = _plan("import time\ntime.sleep(100)")
    limits = Limits(cell_seconds=100.0, total_seconds=100.0)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(engine.execute, plan, plan.main, limits=limits, provided=None)
        threading.Event().wait(2.5)
        began = time.monotonic()
        engine.close()
        execution = running.result(timeout=10)
    assert time.monotonic() - began < 3
    assert execution.status == "unavailable"
    assert "interrupted" in execution.reason
    assert engine.execute(plan, plan.main, limits=limits, provided=None).status == "unavailable"
