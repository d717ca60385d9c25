"""What only older versions or other machines have is found by a cell's syntax, with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notebook import OldUse, find_older, libraries


def found(source: str, *others: str) -> list[tuple[str, int, str]]:
    uses: tuple[OldUse, ...] = find_older(source, libraries([*others, source]))
    return [(use.kind, use.line, use.text) for use in uses]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np\nx = np.float(3)", [("name", 2, "np.float")]),
        ("import numpy\nx = [\n  numpy.Inf,\n  numpy.inf]", [("name", 3, "numpy.Inf")]),
        ("np.product([1]), np.alltrue(x)", [("name", 1, "np.product"), ("name", 1, "np.alltrue")]),
        ("from numpy import float as f, array", [("name", 1, "numpy.float")]),
        ("from collections import Iterable", [("name", 1, "collections.Iterable")]),
        ("import time as t\nt.clock()", [("name", 2, "t.clock")]),
        ("from IPython.core.display import display, HTML", [("name", 1, "IPython.core.display.display")]),
        ("x = 1\nget_ipython().magic('time x')", [("magic", 2, "get_ipython().magic")]),
        ("from google.colab import drive, files", [("colab", 1, "google.colab"), ("colab", 1, "google.colab")]),
        ("import google.colab.drive", [("colab", 1, "google.colab")]),
        ("a = open('/content/x.csv')", [("place", 1, "/content/x.csv")]),
        ("\nbase = '/kaggle/input/a'\nf'/content/{n}'", [("place", 2, "/kaggle/input/a"), ("place", 3, "/content/…")]),
        ("a = r'C:\\Users\\me\\x.csv'", [("place", 1, "C:\\Users\\me\\x.csv")]),
        (
            "%cd /content/drive/MyDrive\n!cp /content/x.csv .",
            [("place", 1, "/content/drive/MyDrive"), ("place", 2, "cp /content/x.csv .")],
        ),
        (
            "x = 1\n!pip install -q torch\n%pip install a",
            [("command", 2, "pip install"), ("command", 3, "pip install")],
        ),
        ("if True:\n    !wget https://a.org/b", [("command", 2, "wget")]),
        ("out = !curl https://a.org", [("command", 1, "curl")]),
        ("pip install numpy", [("command", 1, "pip install")]),
        ("!pip \\\n  install x", [("command", 1, "pip install")]),
        ("%%bash\napt-get update\nwget x", [("command", 2, "apt-get update")]),
        (
            "%matplotlib qt\nimport matplotlib\nmatplotlib.use('TkAgg')",
            [("window", 1, "%matplotlib qt"), ("window", 3, "TkAgg")],
        ),
        ("%tensorflow_version 2.x", [("tensorflow", 1, "%tensorflow_version")]),
    ],
)
def test_what_is_older_or_elsewhere_is_found(source: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nx = np.float32(3) + np.inf",
        "x = t.float().bool()",
        "text = 'np.float'  # np.float",
        "text = '''\n!pip install torch\n'''",
        "text = '''\n!pip install torch\n'''\n%time x = 1",
        "class np:\n    float = 3\nnp.float",
        "np = Mine()\nnp.float",
        "import numpy as np\nnp.float = float\nx = np.float(1)",
        "import mine as np\nnp.float",
        "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False",
        "import os\nif os.path.exists('/content') or os.getcwd() == '/content': pass",
        "print('/content/x.csv')",
        "root = os.getcwd() + '/content/x.csv'",
        "open('data/content/x.csv'), open('/contents/x.csv'), open('/content/../etc/passwd')",
        "!pip list\n!pip show torch\n!ls && pip install x\n%matplotlib inline",
        "matplotlib.use('Agg')",
        "x = 'no python",
    ],
)
def test_what_is_not_is_left_alone(source: str) -> None:
    assert found(source) == []


def test_imports_of_other_cells_count() -> None:
    assert found("n.float", "import numpy as n") == [("name", 1, "n.float")]
    assert found("np.float", "np = None") == []


PIECES = st.sampled_from([*"%!npfloat.='\"\n /\\(){}:;&|-O", "pip install ", "/content/", "google.colab", "import "])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_may_be_asked_about(source: str) -> None:
    for use in find_older(source, libraries([source])):
        assert 1 <= use.line <= source.count("\n") + 1
