"""Where a notebook runs, what it finds there, and what it leaves."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

from grader.records import Execution, Sequence
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import alive, all_ok, array, capture, completed, items, scalar, text

files = partial(behaviour, together="files")


@behaviour(
    "import os\nnames = sorted(os.environ)\nvalues = ' '.join(os.environ.values())\nhere = os.listdir('.')\n"
    "cwd, user_names = os.getcwd(), [name for name in globals() if 'guest' in name or name == 'sources']",
    "open('left.txt', 'w').write('x')\nos.makedirs('a/b')\nos.chmod('a', 0)",
    captures={1: "names values here cwd user_names"},
    repeatable=False,
)
def it_starts_in_an_empty_folder_without_our_environment_and_leaves_nothing(execution: Execution) -> None:
    completed(execution)
    assert "GRADER_TEST_SECRET" not in items(execution, "names")
    assert {"HOME", "PATH", "LANG", "TMPDIR", "MPLBACKEND"} <= set(items(execution, "names"))
    assert "s3cret" not in str(scalar(execution, "values"))
    assert capture(execution, "here").value == Sequence(items=())
    assert capture(execution, "user_names").value == Sequence(items=())
    cwd = scalar(execution, "cwd")
    assert isinstance(cwd, str)
    assert cwd != os.getcwd()
    assert not Path(cwd).exists()


@files(
    "from prelude import constant\ntext = open('data.csv').read()",
    "import numpy as np\ntable = np.loadtxt('data.csv', delimiter=',')",
    "open('data.csv', 'w').write('changed')\nchanged = open('data.csv').read()",
    captures={2: "text constant table changed"},
    provided={"data.csv": "1,2", "prelude.py": "constant = 3"},
)
def what_is_provided_lies_beside_the_notebook(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "text") == "1,2"
    assert scalar(execution, "constant") == 3
    assert array(execution, "table")[2] == [1, 2]
    assert scalar(execution, "changed") == "changed"


@behaviour(
    "import helpers.double as module\nfrom helpers.double import double\nfrom brought import name\n"
    "with open('data/deep/x.csv') as file: doubled = double(int(file.read()))",
    "import os\nhere = sorted(os.listdir('.'))\nwritten = open('data/deep/x.csv', 'w').write('changed')",
    captures={1: "doubled name here written"},
    provided={
        "data/deep/x.csv": "21",
        "helpers/__init__.py": "",
        "helpers/double.py": "def double(x): return 2 * x",
        "brought.py": "name = 'only here'",
    },
)
def an_execution_finds_files_in_folders_that_no_other_has(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "doubled") == 42
    assert scalar(execution, "name") == "only here"
    assert items(execution, "here") == ["brought.py", "data", "helpers"]
    assert scalar(execution, "written") == 7


@files(
    "with open('notes.txt', 'w') as notes: notes.write('written')",
    "read = open('notes.txt').read()",
    "import pathlib\nlisted = sorted(path.name for path in pathlib.Path('.').glob('*.txt'))\n"
    "there = pathlib.Path('notes.txt').resolve().parent == pathlib.Path.cwd()",
    "import os, shutil, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n"
    "    shutil.copy('notes.txt', folder)\n    copied = os.listdir(folder)\n"
    "with tempfile.TemporaryFile() as file: temporary = file.write(b'abc')\n"
    "home = pathlib.Path.home() / 'made'\nhome.mkdir()\nmade = home.is_dir()",
    captures={3: "read listed there copied temporary made"},
)
def files_can_be_written_and_read_by_later_cells(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "read") == "written"
    assert (items(execution, "listed"), scalar(execution, "there")) == (["notes.txt"], True)
    assert (items(execution, "copied"), scalar(execution, "temporary")) == (["notes.txt"], 3)
    assert scalar(execution, "made") is True


@files(
    "import numpy as np\nnp.save('w.npy', np.eye(2))\nloaded = np.load('w.npy')\n"
    "np.savez('many.npz', a=np.ones(1))\na = np.load('many.npz')['a']",
    "import json, pickle, sqlite3\njson.dump({'a': 1}, open('a.json', 'w'))\n"
    "from_json = json.load(open('a.json'))['a']\n"
    "pickle.dump([1, 2], open('a.pkl', 'wb'))\nfrom_pickle = pickle.load(open('a.pkl', 'rb'))",
    "base = sqlite3.connect('a.db')\nbase.execute('create table t (n)')\nbase.execute('insert into t values (5)')\n"
    "base.commit()\nfrom_base = base.execute('select n from t').fetchone()[0]\nbase.close()",
    captures={2: "loaded a from_json from_pickle from_base"},
)
def common_formats_can_be_saved_and_loaded(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "loaded")[2] == [[1, 0], [0, 1]]
    assert array(execution, "a")[2] == [1]
    assert (scalar(execution, "from_json"), items(execution, "from_pickle")) == (1, [1, 2])
    assert scalar(execution, "from_base") == 5


@files(
    "import package_of_class\nvalue = package_of_class.value",
    "import importlib\nreloaded = importlib.reload(package_of_class).value",
    "import numbers_of_class as again\nsame = again.helper(2)",
    "from nowhere import nothing",
    captures={3: "value reloaded same"},
    provided={
        "package_of_class.py": "from numbers_of_class import helper\nvalue = helper(1)",
        "numbers_of_class.py": "import numpy\ndef helper(n): return n + int(numpy.float64(1))",
    },
)
def modules_that_are_provided_can_be_imported(execution: Execution) -> None:
    assert [cell.status for cell in execution.cells] == ["ok", "ok", "ok", "error"]
    assert [scalar(execution, name) for name in ("value", "reloaded", "same")] == [2, 2, 3]


@behaviour(
    "import os, subprocess, sys, time",
    "plain = subprocess.Popen(['sleep', '300']).pid\n"
    "session = subprocess.Popen(['sleep', '300'], start_new_session=True).pid\n"
    "daemon = int(subprocess.run([sys.executable, '-c', 'import subprocess; "
    'print(subprocess.Popen(["sleep", "300"], start_new_session=True, stdout=-3, stderr=-3).pid)\'], '
    "capture_output=True, text=True).stdout)\n"
    "forked = os.fork()\nif not forked:\n    os.setsid(); time.sleep(300)",
    "%%bash --bg\nsleep 300",
    "spaces = os.readlink('/proc/self/ns/pid')",
    captures={3: "plain session daemon forked spaces"},
    repeatable=False,
)
def what_it_started_does_not_outlive_it(execution: Execution) -> None:
    completed(execution)
    pids = [scalar(execution, name) for name in ("plain", "session", "daemon", "forked")]
    deadline = time.monotonic() + 3
    ours = scalar(execution, "spaces") == os.readlink("/proc/self/ns/pid")
    while ours and any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not ours or [pid for pid in pids if alive(pid)] == []


@files(
    "!ls -a", "import os\nhidden = [name for name in os.listdir('.') if name.startswith('.')]", captures={1: "hidden"}
)
def nothing_of_ours_lies_in_the_folder(execution: Execution) -> None:
    all_ok(execution)
    assert "grader" not in text(execution, 0)
    assert items(execution, "hidden") == []
