"""What older notebooks and other machines have, put back or stood in for."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, array, error, items, scalar, statuses, streams, text

bridged = partial(behaviour, together="bridges")
DATA = "1,2\n3,4\n"


@bridged(
    "import numpy as np\nfrom numpy import product as p\n"
    "kinds = [np.float is float, np.int is int, np.object is object, np.float_ is np.float64, np.NINF == -np.inf]\n"
    "x = np.arange(3, dtype=np.float)",
    "given = [1 / np.Inf, -np.PZERO, p([2, 3]), np.asscalar(np.ones(1)), np.trapz([1.0, 1.0]), np.rank(x)]\n"
    "numbers = [float(number) for number in given]\n"
    "given = [np.alltrue([1, 1]), np.sometrue([0, 0]), *np.in1d([[1, 2]], [2]), np.isnan(np.NaN)]\n"
    "found = [bool(each) for each in given]\n"
    "y = np.msort(np.cumproduct([[2, 1]], axis=1))\nz = np.asfarray([1, 2])\nw = np.row_stack(([1], [2]))",
    "try: np.no_such_thing\nexcept AttributeError as problem: told = str(problem)",
    captures={2: "kinds x numbers found y z w told"},
)
def names_that_numpy_no_longer_has_mean_what_they_did(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "kinds") == [True] * 5
    assert array(execution, "x")[1:] == ("float64", [0, 1, 2])
    assert items(execution, "numbers") == [0.0, 0.0, 6, 1.0, 1.0, 1]
    assert items(execution, "found") == [True, False, False, True, True]
    assert array(execution, "y")[2] == [[2, 2]]
    assert array(execution, "z")[1] == "float64"
    assert array(execution, "w")[2] == [[1], [2]]
    assert "no_such_thing" in str(scalar(execution, "told"))


@bridged(
    "get_ipython().magic('matplotlib inline')\nget_ipython().magic('%precision 3')\n1 / 3",
    "def f():\n    inner = 7\n    get_ipython().magic('time inner')\nf()",
    "from IPython.core.display import display, HTML\nimport collections, time\n"
    "old = isinstance([], collections.Iterable) and time.clock() >= 0",
    "%tensorflow_version 2.x\n%precision",
    captures={3: "old"},
)
def ipythons_and_pythons_older_names_are_there(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "ok", "ok", "ok"], execution.cells
    assert "0.333" in text(execution, 0)
    assert scalar(execution, "old") is True


@bridged(
    "from google.colab import drive, files\ndrive.mount('/content/drive', force_remount=True)",
    "uploaded = files.upload()\nsize = len(uploaded['points.csv'])\nfiles.download('points.csv')",
    "import google.colab.output\nfrom google.colab.patches import cv2_imshow\ngoogle.colab.output.clear()",
    "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False",
    "import sys, os\nhere = here or os.path.exists('/content') or os.getcwd() == '/content'",
    captures={4: "size"},
    provided={"points.csv": DATA},
)
def colabs_package_is_stood_in_for(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "Drive isn't mounted here: its files are looked for beside the notebook.\n"
    assert scalar(execution, "size") == len(DATA)


@behaviour(
    "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False",
    "import os\nhere = here or os.path.exists('/content') or os.getcwd() == '/content'",
    "import google.colab",
    "import google.protobuf_of_nobody",
    captures={3: "here"},
)
def who_asks_where_they_are_is_not_told_that_it_is_colab(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "ok", "ok", "error"]
    assert scalar(execution, "here") is False
    assert error(execution, 3)[0] == "ModuleNotFoundError"


@bridged(
    "import numpy as np\na = open('/content/points.csv').read()\n"
    "b = np.loadtxt('../input/x/points.csv', delimiter=',')",
    "base = '/content/drive/MyDrive/hw 1/'\nc = open(base + 'points.csv').read()\nname = 'points'\n"
    "d = open(f'/content/{name}.csv').read() + open(f'/content/{name[:2]}ints.csv').read()",
    "import os\nfrom pathlib import Path\ne = Path('/kaggle/input/x/deep/inner.csv').read_text()\n"
    "os.chdir('/content/drive/My Drive/hw')\nf = os.path.exists('points.csv')",
    "%cd /content/drive/MyDrive\n!cat /content/points.csv\ng = !cat /kaggle/input/points.csv",
    "h = open(r'C:\\Users\\me\\Desktop\\points.csv').read()\n"
    "np.save('/content/out.npy', b)\nprint('/content/points.csv')",
    "try: open('/content/../../etc/hostname')\nexcept OSError as problem: i = problem.filename",
    captures={5: "a b c d e f g h i"},
    provided={"points.csv": DATA, "deep/inner.csv": "deep"},
)
def files_elsewhere_are_looked_for_beside_the_notebook(execution: Execution) -> None:
    all_ok(execution)
    assert [scalar(execution, name) for name in "aceh"] == [DATA, DATA, "deep", DATA]
    assert scalar(execution, "d") == DATA + DATA
    assert array(execution, "b")[2] == [[1, 2], [3, 4]]
    assert scalar(execution, "f") is True
    assert DATA.strip() in text(execution, 3).replace("\r", "")
    assert items(execution, "g") == ["1,2", "3,4"]
    assert text(execution, 4) == "/content/points.csv\n"
    assert scalar(execution, "i") == "/content/../../etc/hostname"


@bridged(
    "!pip install -q numpy==1.16 'torch>1'\n%pip install numpy\nafter = 1",
    "!wget -q https://example.org/data/table.csv?x=1\nthere = _exit_code",
    "!curl -L https://example.org/other.csv -o nothing.csv\nlacking = _exit_code",
    "!apt-get update && sudo apt-get install -y -qq graphviz > /dev/null\n!gdown --id 1AbC",
    "%%bash\n# packages\npip install numpy\nwget https://example.org/table.csv",
    "%%capture caught\n!pip install numpy",
    "said = caught.stdout\n!echo it is here; pip --version > /dev/null",
    captures={6: "after there lacking said"},
    provided={"table.csv": DATA},
)
def commands_that_fetch_do_nothing_and_say_so(execution: Execution) -> None:
    all_ok(execution)
    assert [scalar(execution, name) for name in ("after", "there", "lacking")] == [1, 0, 1]
    assert text(execution, 0).count("does nothing here") == 2
    assert "`table.csv` lies beside the notebook" in text(execution, 1)
    assert "`nothing.csv` doesn't lie beside the notebook" in text(execution, 2)
    assert text(execution, 3).count("\n") == 2
    assert text(execution, 4).count("\n") == 1
    assert "does nothing here" in str(scalar(execution, "said"))
    assert streams(execution, 6) == {"stdout": "it is here\n"}


@bridged(
    "%matplotlib qt\nimport matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt",
    "%matplotlib notebook\nplt.plot([1, 2]); plt.show(block=True)\nafter = 3",
    captures={1: "after"},
)
def figures_need_no_window(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "after") == 3


@bridged(
    "class np:\n    float = 'mine'\nmine = np.float",
    "def pip(*words): return words\nwords = pip('install', 'x')\nname = 'google.colab'",
    "class Mine:\n    def system(self, command): return command\ncommand = Mine().system('pip install x')",
    captures={2: "mine words command"},
)
def what_a_student_calls_so_is_left_alone(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "mine") == "mine"
    assert items(execution, "words") == ["install", "x"]
    assert scalar(execution, "command") == "pip install x"


@behaviour(
    "import numpy as np, sys, builtins\nshell = get_ipython()\nshell.ast_transformers.clear()\n"
    "shell.ast_transformers.append(3)\nfor event in shell.events.callbacks.values(): event.clear()\n"
    "np.float = np.asarray = np.float64 = lambda *a, **k: 1.0",
    "sys.meta_path.clear()\ntype(shell).magic = None\nx = np.array([1, 2])\ny = open",
    "z = '/content/x.csv'",
    captures={2: "x z"},
)
def taking_bridges_apart_changes_nothing_that_is_read(execution: Execution) -> None:
    assert statuses(execution)[1:] == ["ok", "ok"], execution.cells
    assert array(execution, "x")[2] == [1, 2]
    assert scalar(execution, "z") == "/content/x.csv"
