"""Every engine, sealed or not, runs a class's older Python with its older NumPy, wherever that is installed."""

from __future__ import annotations

from contextlib import closing

import pytest

from grader.records import Array, CapturePoint, Limits, Plan, Run, Source
from tests.class_python import WITH_NUMPY, class_python
from tests.contract.variants import VARIANTS, Variant

pytestmark = pytest.mark.xdist_group("class-python")  # one worker makes the environments

CELL = "import sys, numpy as np\nx = np.arange(3, dtype=np.float_)\nprint(sys.executable, np.__file__)"


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.name)
def test_a_class_runs_on_its_own_interpreter(variant: Variant) -> None:
    python = class_python(WITH_NUMPY)
    run = Run(seed=1, captures=(CapturePoint(after_cell=0, names=("x",)),))
    plan = Plan(cells=(Source(index=0, code=CELL),), main=run)
    with closing(variant.make(python=str(python), imports=("numpy", "torch"))) as engine:
        execution = engine.execute(plan, run, limits=Limits(), provided=None).execution()
    assert (execution.status, execution.reason) == ("completed", "")
    assert execution.environment["python"].startswith(("3.9.", "3.10."))
    assert execution.environment["numpy"].startswith("1.")
    (value,) = (capture.value for capture in execution.captures)
    assert isinstance(value, Array)
    assert (value.dtype, value.shape) == ("float64", (3,))
    interpreter, numpy = execution.cells[0].outputs[0].text.split()
    assert interpreter == str(python)
    assert numpy.startswith(str(python.parents[1]))
