"""Which values come out, and as what."""

from __future__ import annotations

from functools import partial

from grader.records import Array, Execution, Mapping, Scalar, Sequence
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, array, capture, completed, items, scalar

value = partial(behaviour, together="values")
tensor = partial(behaviour, together="tensors")


@tensor(
    "import numpy as np, torch",
    "t = torch.ones(2, 2, requires_grad=True)\n"
    "p = torch.nn.Parameter(torch.zeros(1))\n"
    "half = torch.tensor([1., 2.], dtype=torch.bfloat16)\n"
    "n = np.arange(4.).reshape(2, 2).T\n"
    "big = np.array([1, 2], dtype='>i4')\n"
    "number = np.float32(1.5)\n"
    "flag, nothing, nan, i = True, None, float('nan'), 10**30",
    captures={1: "t p half n big number flag nothing nan i absent"},
)
def numbers_of_every_common_kind_are_captured(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "t") == ("tensor", "float32", [[1, 1], [1, 1]])
    assert array(execution, "p") == ("tensor", "float32", [0])
    assert capture(execution, "half").value == Array(
        dtype="bfloat16", shape=(2,), data=b"\x80\x3f\x00\x40", container="tensor"
    )
    assert array(execution, "n") == ("ndarray", "float64", [[0, 2], [1, 3]])
    assert array(execution, "big") == ("ndarray", "int32", [1, 2])
    assert array(execution, "number") == ("number", "float32", 1.5)
    assert [scalar(execution, name) for name in ("flag", "nothing", "i")] == [True, None, 10**30]
    assert array(execution, "nan")[:2] == ("number", "float64")
    assert "absent" not in {c.name for c in execution.captures}
    assert {"python", "ipython", "numpy", "torch"} <= set(execution.environment)


@value(
    "import numpy as np",
    "complex_ones = np.array([1 + 2j], dtype=np.complex64)\nroot, infinite = 1 + 2j, -float('inf')\n"
    "halves = np.array([1.5], dtype=np.float16)\n"
    "flags = np.array([True, False])\nbytes_ = np.arange(3, dtype=np.uint8)\n"
    "nothing, zero = np.zeros((0, 3)), np.array(5)\nlong_ = np.longdouble(1.5)\nmatrix = np.matrix([[1, 2]])",
    captures={1: "complex_ones root infinite halves flags bytes_ nothing zero long_ matrix"},
)
def arrays_keep_their_dtype_and_shape(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "complex_ones") == ("ndarray", "complex64", [1 + 2j])
    assert array(execution, "root") == ("number", "complex128", 1 + 2j)
    assert array(execution, "infinite") == ("number", "float64", -float("inf"))
    assert array(execution, "halves") == ("ndarray", "float16", [1.5])
    assert array(execution, "flags") == ("ndarray", "bool", [True, False])
    assert array(execution, "bytes_") == ("ndarray", "uint8", [0, 1, 2])
    assert capture(execution, "nothing").value == Array(dtype="float64", shape=(0, 3), data=b"")
    assert array(execution, "zero") == ("ndarray", "int64", 5)
    assert array(execution, "long_") == ("number", "float64", 1.5)
    assert array(execution, "matrix") == ("matrix", "int64", [[1, 2]])


@value(
    "steps = np.arange(10)[::3]\nbackwards = np.arange(3)[::-1]\ncolumns = np.asfortranarray([[1, 2], [3, 4]])\n"
    "spread = np.broadcast_to(7, (2, 2))\nwritten = np.zeros(2)\nview = written[:1]\nview[0] = 3\n"
    "frozen = np.ones(1)\nfrozen.flags.writeable = False",
    captures={0: "steps backwards columns spread written frozen"},
)
def arrays_in_any_layout_are_read_in_their_order(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "steps") == ("ndarray", "int64", [0, 3, 6, 9])
    assert array(execution, "backwards") == ("ndarray", "int64", [2, 1, 0])
    assert array(execution, "columns") == ("ndarray", "int64", [[1, 2], [3, 4]])
    assert array(execution, "spread") == ("ndarray", "int64", [[7, 7], [7, 7]])
    assert array(execution, "written") == ("ndarray", "float64", [3, 0])
    assert array(execution, "frozen") == ("ndarray", "float64", [1])


@value(
    "from collections import Counter, OrderedDict, defaultdict, namedtuple\nimport enum\n"
    "params = {'W1': np.ones((1, 2)), 'history': [0.5, 0.25], 3: (1, 2)}\n"
    "counted, ordered, default = Counter('aab'), OrderedDict(a=1), defaultdict(list, k=[1])\n"
    "pair = namedtuple('Pair', 'a b')(1, 2)\none = enum.IntEnum('Colour', 'RED').RED\n"
    "unique, counting, deep = {3}, range(3), [[1, [2, [3]]]]\nwords = np.array(['a', 'bc'])\n"
    "mixed = np.array([1, 'x', None], dtype=object)",
    captures={0: "params counted ordered default pair one unique counting deep words mixed"},
)
def collections_are_read_to_their_leaves(execution: Execution) -> None:
    all_ok(execution)
    params = capture(execution, "params").value
    assert isinstance(params, Mapping)
    assert params.keys == ("W1", "history", 3)
    assert isinstance(params.values[0], Array)
    assert params.values[1] == Sequence(items=(Scalar(value=0.5), Scalar(value=0.25)))
    assert params.values[2] == Sequence(container="tuple", items=(Scalar(value=1), Scalar(value=2)))
    assert [capture(execution, name).value.kind for name in ("counted", "ordered", "default")] == ["mapping"] * 3
    assert (items(execution, "pair"), scalar(execution, "one")) == ([1, 2], 1)
    assert [items(execution, name) for name in ("unique", "counting", "words")] == [[3], [0, 1, 2], ["a", "bc"]]
    assert items(execution, "mixed") == [1, "x", None]
    inner = Sequence(items=(Scalar(value=2), Sequence(items=(Scalar(value=3),))))
    assert capture(execution, "deep").value == Sequence(items=(Sequence(items=(Scalar(value=1), inner)),))


@value(
    "import decimal, fractions, types\n"
    "raw, made, function, module = b'raw', (n for n in [1]), len, types\n"
    "record = np.array([(1, 2.0)], dtype=[('a', int), ('b', float)])\nclass Thing: pass\nthing = Thing()\n"
    "listed = [1, thing]",
    captures={0: "raw made function module record thing listed"},
)
def what_is_no_plain_value_says_so(execution: Execution) -> None:
    all_ok(execution)
    refused = {name: capture(execution, name).value for name in ("raw", "made", "function", "module", "thing")}
    assert {each.reason for each in refused.values()} == {"it is no plain value"}
    assert refused["thing"].type == "Thing"
    assert "can't be read" in capture(execution, "record").value.reason
    first, second = capture(execution, "listed").value.items
    assert (first, second.reason) == (Scalar(value=1), "it is no plain value")


@tensor(
    "import torch",
    "count, flag = torch.arange(3), torch.tensor([True])\nturned = torch.ones(2, 3).T\n"
    "precise = torch.tensor(2.0, dtype=torch.float64)\nsparse = torch.eye(2).to_sparse()\n"
    "leaf = torch.ones(2, requires_grad=True)\n(leaf * 3).sum().backward()\ngradient = leaf.grad\n"
    "conjugate = torch.tensor([1 + 2j]).conj()\nmodel = torch.nn.Linear(2, 1)\nstate = model.state_dict()\n"
    "with torch.no_grad():\n    for each in model.parameters(): each.fill_(0.5)\nlosses = [precise, 1.0]",
    captures={1: "count flag turned precise sparse gradient conjugate model state losses"},
)
def tensors_of_any_kind_are_captured(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "count") == ("tensor", "int64", [0, 1, 2])
    assert array(execution, "flag") == ("tensor", "bool", [True])
    assert array(execution, "turned") == ("tensor", "float32", [[1, 1], [1, 1], [1, 1]])
    assert array(execution, "precise") == ("tensor", "float64", 2.0)
    assert array(execution, "sparse") == ("tensor", "float32", [[1, 0], [0, 1]])
    assert array(execution, "gradient") == ("tensor", "float32", [3, 3])
    assert array(execution, "conjugate") == ("tensor", "complex64", [1 - 2j])
    assert capture(execution, "model").value.type == "Linear"
    state = capture(execution, "state").value
    assert isinstance(state, Mapping)
    assert state.keys == ("weight", "bias")
    assert capture(execution, "losses").value.items[1] == Scalar(value=1.0)


@behaviour(
    "import numpy as np",
    "class Liar:\n"
    "    __class__ = property(lambda self: list)\n"
    "    def __len__(self): raise SystemExit\n"
    "    def __iter__(self): raise SystemExit\n"
    "    def __reduce__(self): open('pickled', 'w'); return (str, ())\n"
    "class Greedy(list):\n"
    "    def __iter__(self):\n"
    "        while True: pass\n"
    "class Odd(np.ndarray):\n"
    "    shape = property(lambda self: 1/0)\n"
    "    def tobytes(self, *a): raise SystemExit\n"
    "liar, greedy, odd = Liar(), Greedy([1]), np.ones(2).view(Odd)\n"
    "huge = np.zeros(10**6)\n"
    "endless = np.broadcast_to(1.0, (10**12,))\n"
    "loop = []; loop.append(loop)\n"
    "after = 5",
    "import os\npickled = os.path.exists('pickled')",
    captures={1: "liar greedy odd huge endless loop after", 2: "pickled"},
)
def objects_that_lie_or_are_too_large_are_refused_and_nothing_else_is_lost(execution: Execution) -> None:
    completed(execution)
    for name, reason in {"liar": "no plain value", "huge": "too large", "endless": "too large"}.items():
        assert reason in capture(execution, name).value.reason
    assert capture(execution, "liar").value.type == "Liar"
    assert capture(execution, "greedy").value == Sequence(items=(Scalar(value=1),))
    assert array(execution, "odd") == ("ndarray", "float64", [1, 1])
    assert scalar(execution, "after") == 5
    assert scalar(execution, "pickled") is False


@behaviour(
    "import sys, types\n"
    "class DataFrame:\n"
    "    @property\n"
    "    def shape(self):\n"
    "        while True: pass\n"
    "sys.modules['pandas'] = types.SimpleNamespace(DataFrame=DataFrame)\n"
    "frame = DataFrame()",
    "x = 1",
    captures={0: "frame", 1: "x"},
)
def a_value_that_takes_for_ever_to_read_ends_the_process(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert [cell.status for cell in execution.cells] == ["ok", "not-run"]
    assert "could not be read" in execution.reason
    assert execution.captures == ()
