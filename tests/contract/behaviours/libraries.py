"""What coursework imports: plots, frames, arrays as they are printed."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, array, columns, items, outputs, result, scalar, statuses, text

plotted = partial(behaviour, together="matplotlib")
framed = partial(behaviour, together="pandas")
printed = partial(behaviour, together="printed")


def figures(execution: Execution, cell: int) -> int:
    """How many figures a cell displays, each as an image."""
    shown = [each for each in outputs(execution, cell, "display") if "image/png" in each.data]
    assert all(each.data["image/png"].startswith("iVBOR") for each in shown)
    return len(shown)


@plotted(
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
    "figure, axes = plt.subplots()\naxes.plot([1, 2])\nplt.show()",
    "plt.figure()\nplt.plot([1])\nplt.figure()\nplt.plot([2]);",
    "plt.plot([1]); 1/0",
    "x = 1",
)
def figures_are_shown_at_the_end_of_their_cell(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "ok", "ok", "error", "ok"]
    assert [figures(execution, at) for at in range(5)] == [1, 1, 2, 1, 0]
    assert "Line2D" in (result(execution, 0) or "")
    assert text(execution, 1) == "<Figure size 640x480 with 1 Axes>"


@plotted(
    "%matplotlib inline\nimport matplotlib\nplt.plot([1, 2]);",
    "matplotlib.get_backend()",
    "figure",
    "figure.savefig('figure.png')\nimport os\nsaved = os.path.getsize('figure.png') > 1000",
    "open_figures = len(plt.get_fignums())",
    captures={4: "saved open_figures"},
)
def the_inline_backend_shows_and_saves(execution: Execution) -> None:
    all_ok(execution)
    assert figures(execution, 0) == 1
    assert "inline" in (result(execution, 1) or "")
    assert "image/png" in outputs(execution, 2, "result")[0].data
    assert (scalar(execution, "saved"), scalar(execution, "open_figures")) == (True, 0)


@plotted(
    "%config InlineBackend.figure_formats = ['svg']\nplt.plot([1]);",
    "%config InlineBackend.figure_formats = ['png']\nplt.imshow([[1, 2], [3, 4]])\nplt.colorbar()\nplt.show()",
    "matplotlib.use('Agg')\nplt.plot([1])\nplt.show()",
)
def figures_come_in_the_format_that_is_asked_for(execution: Execution) -> None:
    assert statuses(execution) == ["ok"] * 3
    assert "image/svg+xml" in outputs(execution, 0, "display")[0].data
    assert figures(execution, 1) == 1


@framed(
    "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2], 'b': [0.5, 1.5]})\nframe",
    "series = frame['a']\nseries",
    "frame.describe()",
    "mixed = pd.DataFrame({'n': [1], 's': ['x']})\nindex = frame.index\nprint(frame)",
    captures={3: "frame series mixed index"},
)
def frames_are_shown_as_tables_and_captured_with_their_labels(execution: Execution) -> None:
    all_ok(execution)
    assert "<table" in outputs(execution, 0, "result")[0].data["text/html"]
    assert (result(execution, 1) or "").startswith("0    1\n1    2\n")
    assert columns(execution, "frame") == {"a": [1, 2], "b": [0.5, 1.5]}
    assert columns(execution, "series") == {"a": [1, 2]}
    assert array(execution, "index") == ("ndarray", "int64", [0, 1])
    assert columns(execution, "mixed") == {"n": [1], "s": ["x"]}
    assert text(execution, 3).split() == ["a", "b", "0", "1", "0.5", "1", "2", "1.5"]


@framed(
    "frame.to_csv('frame.csv', index=False)\nback = pd.read_csv('frame.csv')",
    "grouped = pd.read_csv('grades.csv').groupby('task')['points'].sum()",
    "frame.plot();",
    captures={2: "back grouped"},
    provided={"grades.csv": "task,points\na,1\nb,2\na,3\n"},
)
def tables_can_be_read_written_and_plotted(execution: Execution) -> None:
    all_ok(execution)
    assert columns(execution, "back") == {"a": [1, 2], "b": [0.5, 1.5]}
    assert columns(execution, "grouped") == {"points": [4, 2]}
    assert figures(execution, 2) == 1


@printed(
    "import numpy as np\nprint(np.arange(4.0).reshape(2, 2))\nnp.float64(0.1)",
    "np.set_printoptions(precision=2)\nprint(np.array([1 / 3]))",
    "np.zeros((2, 2))",
    "print(np.arange(2000))",
)
def numpy_prints_as_it_does_anywhere(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "[[0. 1.]\n [2. 3.]]\nnp.float64(0.1)"
    assert text(execution, 1) == "[0.33]\n"
    assert result(execution, 2) == "array([[0., 0.],\n       [0., 0.]])"
    assert text(execution, 3) == "[   0    1    2 ... 1997 1998 1999]\n"


@printed(
    "import torch\ntorch.tensor([[1.0, 2.0]])",
    "print(torch.ones(2, requires_grad=True))",
    "torch.save({'w': torch.eye(2)}, 'w.pt')\nloaded = torch.load('w.pt')['w']",
    "dtype = str(torch.get_default_dtype())\ngrad = torch.is_grad_enabled()",
    "same = torch.from_numpy(np.ones(2)).numpy().tolist()",
    captures={4: "loaded dtype grad same"},
)
def torch_prints_saves_and_starts_with_its_defaults(execution: Execution) -> None:
    all_ok(execution)
    assert result(execution, 0) == "tensor([[1., 2.]])"
    assert text(execution, 1) == "tensor([1., 1.], requires_grad=True)\n"
    assert array(execution, "loaded") == ("tensor", "float32", [[1, 0], [0, 1]])
    assert (scalar(execution, "dtype"), scalar(execution, "grad")) == ("torch.float32", True)
    assert items(execution, "same") == [1, 1]


@printed(
    "import random\nimport numpy as np\nrandom.seed(0); np.random.seed(0)\n"
    "drawn = [random.random(), float(np.random.rand())]",
    "import torch\ntorch.manual_seed(0)\ntensor = torch.rand(1).item()\nrng = float(np.random.default_rng(0).random())",
    captures={1: "drawn tensor rng"},
)
def a_seed_of_the_students_own_gives_what_it_gives_anywhere(execution: Execution) -> None:
    all_ok(execution)
    drawn = items(execution, "drawn")
    assert [round(float(str(number)), 6) for number in drawn] == [0.844422, 0.548814]
    assert abs(float(str(scalar(execution, "tensor"))) - 0.4962566) < 1e-6
    assert abs(float(str(scalar(execution, "rng"))) - 0.6369617) < 1e-6
