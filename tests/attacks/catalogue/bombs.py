"""More processes and threads than the limit, for longer than it takes to see them. All are counted, so that no bomb is
larger than it has to be."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, has_more_processes

ATTACKS = (
    Attack(
        name="forks_and_forks",
        cells=(
            code("""
                taken = 0
                with contextlib.suppress(OSError):
                    while taken < bait.many_processes:
                        if os.fork() == 0:
                            time.sleep(bait.wait)
                            os._exit(0)
                        taken += 1
                time.sleep(bait.patience)
            """),
            "held = taken",
        ),
        succeeded=has_more_processes,
        shown="unlimited",
    ),
    Attack(
        name="forks_a_tree_of_sessions",
        cells=(
            code("""
                taken = 0
                def grow(generation):
                    for branch in range(3):
                        if os.fork() == 0:
                            with ignored:
                                os.setsid()
                                os.write(count, b"1")
                                if generation:
                                    grow(generation - 1)
                            time.sleep(bait.wait)
                            os._exit(0)
                count = os.open("born", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
                with contextlib.suppress(OSError):
                    grow(3)
                deadline = time.monotonic() + bait.cell_seconds * 0.6
                while taken < bait.many_processes and time.monotonic() < deadline:
                    taken = os.stat("born").st_size
                    time.sleep(0.01)
                time.sleep(bait.patience)
            """),
            "held = taken",
        ),
        succeeded=has_more_processes,
        shown="unlimited",
    ),
    Attack(
        name="has_a_shell_start_programs",
        cells=(
            code("""
                taken = 0
                script = f"n=0; while [ $n -lt {bait.many_processes} ]; "
                script += f"do sleep {bait.wait} & n=$((n+1)); echo $n; done"
                shell = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                deadline = time.monotonic() + bait.cell_seconds * 0.6
                os.set_blocking(shell.stdout.fileno(), False)
                told = b""
                while taken < bait.many_processes and time.monotonic() < deadline:
                    told += shell.stdout.read() or b""
                    taken = told.count(b"\\n")
                    time.sleep(0.01)
                time.sleep(bait.patience)
            """),
            "held = taken",
        ),
        succeeded=has_more_processes,
        shown="unlimited",
    ),
    Attack(
        name="starts_thread_after_thread",
        cells=(
            code("""
                taken = 0
                release = threading.Event()
                threading.stack_size(1 << 16)
                with contextlib.suppress(RuntimeError):
                    while taken < bait.many_processes:
                        threading.Thread(target=release.wait, args=(bait.wait,), daemon=True).start()
                        taken += 1
                time.sleep(bait.patience)
                release.set()
            """),
            "held = taken",
        ),
        succeeded=has_more_processes,
        shown="unlimited",
    ),
    Attack(
        name="clones_without_the_c_library",
        cells=(
            code("""
                taken = 0
                with ignored:
                    while taken < bait.many_processes:
                        child = call("clone", signal.SIGCHLD, None, None, None, None)
                        if child == 0:
                            time.sleep(bait.wait)
                            os._exit(0)
                        if child < 0:
                            break
                        taken += 1
                time.sleep(bait.patience)
            """),
            "held = taken",
        ),
        succeeded=has_more_processes,
        shown="unlimited",
    ),
)
