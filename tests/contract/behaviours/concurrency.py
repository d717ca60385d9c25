"""Threads and processes, of Python's own and of the libraries', as coursework uses them."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, array, items, scalar, text

concurrent = partial(behaviour, together="concurrency")
torch_threads = partial(behaviour, together="torch")


@concurrent(
    "import threading\nsquares = []\nthreads = [threading.Thread(target=lambda n=n: squares.append(n * n)) "
    "for n in range(4)]\nfor thread in threads: thread.start()\nfor thread in threads: thread.join()\nsquares.sort()",
    "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(4) as pool: pooled = list(pool.map(lambda n: n + 1, range(4)))",
    "import queue\nline = queue.Queue()\ntimer = threading.Timer(0.05, line.put, ['ticked'])\ntimer.start()\n"
    "ticked = line.get(timeout=5)",
    captures={2: "squares pooled ticked"},
)
def threads_run(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "squares") == [0, 1, 4, 9]
    assert items(execution, "pooled") == [1, 2, 3, 4]
    assert scalar(execution, "ticked") == "ticked"


@concurrent(
    "import multiprocessing as mp\nfork = mp.get_context('fork')\ndef square(n): return n * n",
    "with fork.Pool(2) as pool: pooled = pool.map(square, range(4))",
    "line = fork.Queue()\nprocess = fork.Process(target=lambda: line.put(7))\nprocess.start()\n"
    "sent = line.get(timeout=10)\nprocess.join()\nended = process.exitcode",
    "from concurrent.futures import ProcessPoolExecutor\n"
    "with ProcessPoolExecutor(2, mp_context=fork) as pool: futures = list(pool.map(square, range(3)))",
    "shared = fork.Value('i', 3)\nwith fork.Lock(): shared.value += 1\nheld = shared.value",
    captures={4: "pooled sent ended futures held"},
)
def processes_run_and_send_what_they_found(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "pooled") == [0, 1, 4, 9]
    assert [scalar(execution, name) for name in ("sent", "ended", "held")] == [7, 0, 4]
    assert items(execution, "futures") == [0, 1, 4]


@concurrent(
    "from multiprocessing import shared_memory\nblock = shared_memory.SharedMemory(create=True, size=8)\n"
    "block.buf[0] = 5\nfirst = block.buf[0]\nblock.close(); block.unlink()",
    captures={0: "first"},
)
def memory_can_be_shared(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "first") == 5


@concurrent(
    "import subprocess, sys\n"
    "answer = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout",
    "import os\npiped = subprocess.run('echo b; echo a', shell=True, capture_output=True, text=True).stdout\n"
    "ordered = subprocess.run(['sort'], input=piped, capture_output=True, text=True).stdout",
    "pid = os.fork()\nif pid == 0:\n    os._exit(7)\nstatus = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])",
    captures={2: "answer ordered status"},
)
def commands_and_forks_run(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "answer") == "42\n"
    assert scalar(execution, "ordered") == "a\nb\n"
    assert scalar(execution, "status") == 7


@concurrent(
    "import numpy as np\nproduct = (np.ones((600, 600)) @ np.ones((600, 600)))[0, 0]\n"
    "solved = np.linalg.solve(2 * np.eye(200), np.ones(200))[:2]\n"
    "singular = np.linalg.svd(np.ones((150, 150)), compute_uv=False)[0]",
    "with ThreadPoolExecutor(2) as pool:\n"
    "    traces = list(pool.map(lambda n: float(np.trace(np.eye(n) @ np.eye(n))), [300, 300]))",
    captures={1: "product solved singular traces"},
)
def numpys_linear_algebra_runs_in_whatever_threads_it_has(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "product") == ("number", "float64", 600.0)
    assert array(execution, "solved") == ("ndarray", "float64", [0.5, 0.5])
    container, _, singular = array(execution, "singular")
    assert container == "number"
    assert abs(singular - 150) < 1e-9
    assert items(execution, "traces") == [300.0, 300.0]


@torch_threads(
    "import torch\ntorch.set_num_threads(2)\nproduct = (torch.ones(600, 600) @ torch.ones(600, 600))[0, 0]",
    "threads = torch.get_num_threads()",
    "convolved = torch.nn.functional.conv2d(torch.ones(4, 3, 64, 64), torch.ones(4, 3, 3, 3)).sum().item()",
    "big = torch.ones(2_000_000).add(1).sum().item()",
    captures={3: "product threads convolved big"},
)
def torch_computes_in_two_threads(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "product") == ("tensor", "float32", 600.0)
    assert scalar(execution, "threads") == 2
    assert scalar(execution, "convolved") == 4 * 4 * 62 * 62 * 27
    assert scalar(execution, "big") == 4_000_000


@torch_threads(
    "x = torch.ones(300, 300, requires_grad=True)\n(x @ x).sum().backward()\ngradient = x.grad[0, 0]",
    "model = torch.nn.Linear(3, 1)\noptimiser = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "for _ in range(3):\n    optimiser.zero_grad()\n    loss = model(torch.ones(8, 3)).pow(2).mean()\n"
    "    loss.backward()\n    optimiser.step()\nfell = loss.item() < 10",
    captures={1: "gradient fell"},
)
def torch_differentiates_and_trains(execution: Execution) -> None:
    all_ok(execution)
    assert array(execution, "gradient") == ("tensor", "float32", 600.0)
    assert scalar(execution, "fell") is True


@torch_threads(
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "loader = DataLoader(TensorDataset(torch.arange(6.0)), batch_size=2, num_workers=2)\n"
    "batches = [batch.tolist() for (batch,) in loader]",
    "with torch.multiprocessing.get_context('fork').Pool(1) as pool: total = pool.map(torch.sum, [torch.ones(4)])[0]",
    captures={1: "batches total"},
)
def torch_loads_data_in_worker_processes(execution: Execution) -> None:
    all_ok(execution)
    assert len(execution.captures[0].value.items) == 3
    assert array(execution, "total") == ("tensor", "float32", 4.0)


@torch_threads(
    "def work(n):\n    return float((torch.ones(200, 200) @ torch.ones(200, 200))[0, 0]) * n",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: "
    "worked = list(pool.map(work, [1, 2]))",
    captures={1: "worked"},
)
def torch_computes_in_threads_of_the_students_own(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "worked") == [200.0, 400.0]


@concurrent(
    "import math, multiprocessing\npool = multiprocessing.get_context('spawn').Pool(1)\n"
    "roots = pool.map(math.sqrt, [4.0, 9.0])\npool.close(); pool.join()",  # or its tracker may find it not yet ended
    captures={0: "roots"},
)
def processes_can_be_spawned_anew(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "roots") == [2.0, 3.0]


@behaviour(
    "import threading, time\ndef tick():\n    while True: time.sleep(0.05)\nthreading.Thread(target=tick).start()",
    "import atexit\natexit.register(time.sleep, 100);",
    "print('last')",
)
def a_thread_without_end_or_an_exit_hook_holds_nothing_up(execution: Execution) -> None:
    assert execution.status == "completed"
    assert text(execution, 2) == "last\n"
    assert execution.seconds < 10
