"""What a check of a function adds to an execution: the same notebook with and without it, one after the other."""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from grader.assignment.loading import Loaded, load
from grader.execution import ENGINES, Engine, EngineOptions, find_seal
from grader.notebook import read
from grader.plan import make_plan
from grader.records import Limits, Plan
from tests.benchmarks.figures import Budget, Measurement, Spread
from tests.benchmarks.hand_ins import REFERENCE, SAMPLE
from tests.benchmarks.setting import Setting

_CASES = 20
_PAIRS = 60
_WARMING = 10
_CHECK = f"""

from grader import normal  # noqa: E402


@forward.function(points=1, versions=["numpy"], names="np_softmax", cases=[normal(3, 4, n={_CASES}, seed=1)])
def softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, dim=1)
"""


def measure(setting: Setting) -> Iterator[Measurement]:
    """How much longer an execution takes for a function with twenty cases, in wall time, as a median of pairs."""
    with setting.place() as folder:
        without, with_calls = load(REFERENCE), load(_with_a_function(folder))
    notebook = read(SAMPLE.read_bytes(), SAMPLE.name)
    options = EngineOptions(seal=find_seal(sys.executable), imports=("numpy", "torch"))
    with closing(ENGINES["warm"](options)) as engine:
        plans = [(loaded, make_plan(loaded.spec, notebook)) for loaded in (without, with_calls)]
        rounds = [_added(engine, plans) for _ in range(setting.rounds)]
    alone, added = (Spread.of(column) for column in zip(*rounds, strict=True))
    yield Measurement(
        id="calls.function",
        table="budgets",
        what=f"a function with {_CASES} cases adds to an execution",
        spread=added,
        unit="ms",
        budget=Budget(sense="at most", bound=10),
        note=f"wall time, beside {alone} ms without it in the same run",
    )


def _with_a_function(folder: Path) -> Path:
    made = folder / "reference"
    shutil.copytree(REFERENCE, made, ignore=shutil.ignore_patterns("__pycache__"))
    module = made / "assignment.py"
    source = module.read_text(encoding="utf-8").replace("points=20", "points=21")
    module.write_text(source + _CHECK, encoding="utf-8")
    return made


def _added(engine: Engine, plans: list[tuple[Loaded, Plan]]) -> tuple[float, float]:
    """Milliseconds of an execution without the function, and how many more it takes with it."""
    pairs = [[_milliseconds(engine, *plan) for plan in plans] for _ in range(_WARMING + _PAIRS)][_WARMING:]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] - pair[0] for pair in pairs)


def _milliseconds(engine: Engine, loaded: Loaded, plan: Plan) -> float:
    began = time.perf_counter()
    recording = engine.execute(plan, plan.main, limits=Limits(), provided=None, inputs=loaded.spec.inputs)
    taken = 1000 * (time.perf_counter() - began)
    asked = sum(len(point.calls) for point in plan.main.captures)
    assert recording.told.status == "completed", recording.told.reason
    assert len(recording.calls) == min(asked, 1), recording.calls
    return taken
