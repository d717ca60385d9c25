"""What holds of an engine beyond one notebook: between executions, around them, and when it is at fault itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from grader.execution import Engine, execute_with_retry
from grader.guest.processes import children
from grader.records import CapturePoint, Execution, Limits, Plan, Run, Source
from tests.contract.behaviours import LIMITS
from tests.contract.behaviours.reading import capture, items, scalar
from tests.contract.conftest import Executions
from tests.contract.variants import VARIANTS, Variant

ROOT = Path(__file__).parents[2]


def _parameter(variant: Variant) -> object:
    slow = [pytest.mark.soak] if variant.engine == "kernel" and variant.sealed else []
    return pytest.param(variant, id=variant.name, marks=[pytest.mark.xdist_group("contract-engines"), *slow])


each_variant = pytest.mark.parametrize("variant", [_parameter(each) for each in VARIANTS])


def _plan(*cells: str, names: str = "", seed: int = 1) -> Plan:
    points = (CapturePoint(after_cell=len(cells) - 1, names=tuple(names.split())),)
    return Plan(
        cells=tuple(Source(index=index, code=code) for index, code in enumerate(cells)),
        main=Run(seed=seed, captures=points),
    )


def _execute(engine: Engine, plan: Plan, provided: Path | None = None, limits: Limits = LIMITS) -> Execution:
    return engine.execute(plan, plan.main, limits=limits, provided=provided).execution()


DIES = "import os\nos._exit(1)"


@each_variant
def test_what_a_sudden_end_would_lose_is_read_the_second_time(executions: Executions, variant: Variant) -> None:
    engine, plan = executions.engine(variant), _plan("x = 1", "x = 2", DIES, "x = 3", names="x")
    first = engine.execute(plan, plan.main, limits=LIMITS, provided=None)
    assert (first.lost, first.execution().captures) == (True, ())
    recording = execute_with_retry(engine, plan, plan.main, limits=LIMITS, provided=None)
    execution = recording.execution()
    assert (execution.status, execution.tries, recording.lost) == ("died", 2, False)
    assert (scalar(execution, "x"), capture(execution, "x").place) == (2, "last")


@each_variant
def test_what_took_long_is_read_at_once(executions: Executions, variant: Variant) -> None:
    plan = _plan("x = 1", "import time\ntime.sleep(0.6)\nx = 2", DIES, names="x")
    recording = executions.engine(variant).execute(plan, plan.main, limits=LIMITS, provided=None)
    assert not recording.lost
    assert (scalar(recording.execution(), "x"), capture(recording.execution(), "x").place) == (2, "last")


DRAW = (
    "import random, numpy as np, torch\n"
    "drawn = [random.random(), float(np.random.rand()), float(np.random.RandomState().rand() * 0), "
    "torch.rand(1).item(), torch.nn.Linear(1, 1).weight.item()]"
)


@each_variant
def test_the_same_seed_gives_the_same_random_numbers_and_another_seed_others(
    executions: Executions, variant: Variant
) -> None:
    engine = executions.engine(variant)

    def drawn(seed: int) -> list[object]:
        return items(_execute(engine, _plan(DRAW, names="drawn", seed=seed)), "drawn")

    with ThreadPoolExecutor(2) as pool:
        first, again, other = pool.map(drawn, (1, 1, 2))
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True) if one)


def test_every_engine_draws_the_same_from_a_seed(executions: Executions) -> None:
    plan = _plan(DRAW, names="drawn", seed=7)
    engines = [executions.engine(each) for each in VARIANTS if not each.sealed]
    with ThreadPoolExecutor(2) as pool:
        first, *others = pool.map(lambda engine: items(_execute(engine, plan), "drawn"), engines)
    assert others == [first] * len(others)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_template_without_torch_draws_the_same_for_a_notebook_that_needs_it(
    executions: Executions, sealed: bool
) -> None:
    plan = _plan(DRAW, names="drawn", seed=7)
    expected = items(_execute(executions.engine(Variant(engine="warm")), plan), "drawn")
    with closing(Variant(engine="warm", sealed=sealed).make(imports=())) as engine:
        execution = _execute(engine, plan)
        assert items(execution, "drawn") == expected
        assert execution.environment["torch"]
        assert "torch" not in _execute(engine, _plan("x = 1", names="x")).environment


@each_variant
def test_nothing_of_one_execution_is_there_for_the_next(
    executions: Executions, variant: Variant, tmp_path: Path
) -> None:
    engine = executions.engine(variant)
    leaves = _plan(
        "x = 1\nimport builtins, os, sys, tempfile\nopen('stale', 'w').close()\ntempfile.mkstemp(prefix='stale')\n"
        "builtins.stale = sys.stale = os.environ['STALE'] = 'left'\nos.umask(0o777)\n"
        "sys.path.insert(0, 'stale')\nimport numpy as np\nnp.set_printoptions(precision=1)\nnp.random.seed(5)",
    )
    looks = _plan(
        "import builtins, os, pathlib, sys, tempfile\n"
        "seen = os.listdir('.') + [name for name in os.listdir(tempfile.gettempdir()) if 'stale' in name]\n"
        "seen += [name for name in os.environ if name == 'STALE']\n"
        "seen += [str(module) for module in (builtins, sys) if hasattr(module, 'stale')]\n"
        "seen += [entry for entry in sys.path if 'stale' in entry]\n"
        "import numpy as np\nshown = str(np.array([1 / 3]))\ndrawn = np.random.rand()\n"
        "counts = [get_ipython().execution_count, len(In)]",
        names="seen x shown drawn counts",
    )
    before = _execute(engine, looks, tmp_path)
    assert _execute(engine, leaves, tmp_path).status == "completed"
    after = _execute(engine, looks, tmp_path)
    assert items(after, "seen") == []
    assert "x" not in {each.name for each in after.captures}
    assert [each.value for each in after.captures] == [each.value for each in before.captures]
    assert scalar(after, "shown") == "[0.33333333]"
    assert list(tmp_path.iterdir()) == []


@each_variant
def test_executions_at_the_same_time_do_not_meet(executions: Executions, variant: Variant, tmp_path: Path) -> None:
    (tmp_path / "shared.txt").write_text("0")
    engine = executions.engine(variant)

    def execute(number: int) -> Execution:
        cells = (
            f"open('shared.txt', 'w').write('{number}')\nopen('mine{number}', 'w').close()",
            "import time\ntime.sleep(0.3)",
            f"print('n{number}')\nnumber = int(open('shared.txt').read())\nimport glob\nmine = glob.glob('mine*')",
        )
        return _execute(engine, _plan(*cells, names="number mine"), tmp_path)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(execute, (1, 2)))
    assert [scalar(each, "number") for each in done] == [1, 2]
    assert [items(each, "mine") for each in done] == [["mine1"], ["mine2"]]
    assert [each.cells[2].outputs[0].text for each in done] == ["n1\n", "n2\n"]
    assert (tmp_path / "shared.txt").read_text() == "0"


@each_variant
def test_an_engine_goes_on_after_executions_that_died(executions: Executions, variant: Variant) -> None:
    engine = executions.engine(variant)
    for code in ("import os\nos._exit(1)", "import ctypes\nctypes.string_at(0)"):
        assert _execute(engine, _plan(code)).status == "died"
        assert scalar(_execute(engine, _plan("x = 1", names="x")), "x") == 1


def test_a_process_that_dies_is_tried_once_more(executions: Executions, tmp_path: Path) -> None:
    marker = tmp_path / "tried"
    dies_once = (
        f"import os\nif not os.path.exists({str(marker)!r}):\n    open({str(marker)!r}, 'w').close(); os._exit(1)"
    )
    plan = _plan(dies_once, "x = 1", names="x")
    for variant in VARIANTS:
        if not variant.sealed:  # behind a seal no try could leave the next one a mark
            made = execute_with_retry(executions.engine(variant), plan, plan.main, limits=LIMITS, provided=None)
            execution = made.execution()
            assert (execution.status, execution.tries) == ("completed", 2)
            assert scalar(execution, "x") == 1
            marker.unlink()


@each_variant
def test_a_notebook_without_code_is_rejected(executions: Executions, variant: Variant) -> None:
    execution = _execute(executions.engine(variant), Plan(cells=(), main=Run()))
    assert execution.status == "rejected"
    assert execution.reason


@each_variant
def test_an_interpreter_that_cannot_run_notebooks_is_our_fault(variant: Variant, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    for python in (broken, tmp_path / "absent"):
        with closing(variant.make(python=str(python))) as engine:
            execution = _execute(engine, _plan("x = 1", names="x"))
        assert execution.status == "unavailable"
        assert str(python) in execution.reason
        assert execution.cells == ()


@pytest.mark.parametrize("starts", [2, 3])
def test_a_kernel_that_dies_before_student_code_runs_is_started_once_more(starts: int, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    unsteady = tmp_path / "python"
    unsteady.write_text(
        f'#!/bin/sh\ncase "$*" in *ipykernel_launcher*)\n'
        f'  echo >> {deaths}; [ $(wc -l < {deaths}) -ge {starts} ] || exit 9\nesac\nexec {sys.executable} "$@"\n'
    )
    unsteady.chmod(0o755)
    with closing(Variant(engine="kernel").make(python=str(unsteady))) as engine:
        execution = _execute(engine, _plan("x = 1", names="x"))
    if starts == 2:
        assert scalar(execution, "x") == 1
    else:
        assert execution.status == "unavailable"
        assert "ended by itself, with exit status 9" in execution.reason


@each_variant
def test_provided_files_that_cannot_be_copied_are_our_fault(variant: Variant, tmp_path: Path) -> None:
    with closing(variant.make()) as engine:
        execution = _execute(engine, _plan("x = 1", names="x"), tmp_path / "absent")
    assert execution.status == "unavailable"


UNLUCKY = """
import sys
from pathlib import Path
from grader.execution import ENGINES, EngineOptions
from grader.records import Limits, Plan, Run, Source
engine = ENGINES[sys.argv[1]](EngineOptions(seal=sys.argv[2]))
code = "import os\\nfor n in range(3, 99):\\n    try: os.write(n, b'x' * 99)\\n    except OSError: 0"
plan = Plan(cells=(Source(index=0, code=code), Source(index=1, code="import os; os.abort()")), main=Run())
for provided in (None, Path("/absent")):
    print(engine.execute(plan, plan.main, limits=Limits(), provided=provided).told.status)
engine.close()
"""


@each_variant
def test_neither_a_fault_of_ours_nor_a_forger_puts_anything_on_the_terminal(variant: Variant) -> None:
    # In a process of its own: pytest's own handlers for logging would hide it.
    told = subprocess.run(
        [sys.executable, "-c", UNLUCKY, variant.engine, variant.seal], capture_output=True, text=True, cwd=ROOT
    )
    assert told.stdout.split() == ["died", "unavailable"]
    assert told.stderr == ""


@each_variant
def test_closing_an_engine_ends_what_runs_and_says_so(variant: Variant) -> None:
    engine = variant.make()
    plan = _plan("import time\ntime.sleep(100)")
    limits = Limits(cell_seconds=100.0, total_seconds=100.0)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_execute, engine, plan, None, limits)
        threading.Event().wait(2.5)
        began = time.monotonic()
        engine.close()
        execution = running.result(timeout=10)
    assert time.monotonic() - began < 3
    assert execution.status == "unavailable"
    assert "interrupted" in execution.reason
    assert _execute(engine, plan).status == "unavailable"


def _lines_of_descent(pid: int) -> Iterator[tuple[int, ...]]:
    """All those that a process below one came of, and that process, for each."""
    for child in children(pid):
        yield (child,)
        yield from ((child, *below) for below in _lines_of_descent(child))


@pytest.mark.parametrize("sealed", [False, True])
def test_what_a_killed_slot_was_running_is_ended_at_once_and_not_only_when_the_next_is_opened(sealed: bool) -> None:
    plan = _plan("import subprocess\nsubprocess.run(['sleep', '98.7'])", "import time\ntime.sleep(99)")
    limits = Limits(cell_seconds=100.0, total_seconds=200.0)
    with ThreadPoolExecutor(1) as pool, closing(Variant(engine="warm", sealed=sealed).make(imports=())) as engine:
        running = pool.submit(_execute, engine, plan, None, limits)
        killed = set()
        while not running.done():
            for line in _lines_of_descent(os.getpid()):
                with suppress(OSError):  # it has ended meanwhile
                    if b"98.7" in Path(f"/proc/{line[-1]}/cmdline").read_bytes():
                        template, slot, _, _ = line[-4:]
                        os.kill(slot, signal.SIGKILL)
                        killed.add(slot)
            time.sleep(0.05)
        assert running.result().status == "unavailable"
        assert len(killed) == 3
        deadline = time.monotonic() + 5
        while children(template) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert children(template) == []
