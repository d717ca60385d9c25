"""Processes that are to outlive their execution."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, stays

_DETACH = code("""
    def forget_environment():
        with open("/proc/self/stat") as file:
            start, end = map(int, file.read().rpartition(")")[2].split()[47:49])
        ctypes.memset(start, 0, end - start)
    def detach():
        for step in (os.setsid, forget_environment):
            with ignored:
                step()
        if os.fork():
            os._exit(0)
""")


def _outlives(name: str, text: str) -> Attack:
    return Attack(
        name=name,
        cells=(_DETACH, code(text), "time.sleep(0.05)"),
        succeeded=stays,
        shown_on=frozenset({"kernel"}),
        why="the warm engine finds and ends all that came of an execution, sealed or not",
    )


ATTACKS = (
    _outlives(
        "starts_a_daemon",
        """
        if os.fork() == 0:
            detach()
            time.sleep(bait.wait)
            os._exit(0)
        """,
    ),
    _outlives(
        "starts_a_daemon_with_another_program_and_no_environment",
        """
        if os.fork() == 0:
            detach()
            os.execve("/bin/sleep", [bait.nonce, str(bait.wait)], {})
        """,
    ),
    _outlives(
        "starts_a_daemon_that_ignores_every_signal",
        """
        if os.fork() == 0:
            detach()
            for number in signal.valid_signals():
                with ignored:
                    signal.signal(number, signal.SIG_IGN)
            time.sleep(bait.wait)
            os._exit(0)
        """,
    ),
    _outlives(
        "starts_a_daemon_that_never_stays_the_same_process",
        """
        if os.fork() == 0:
            detach()
            deadline = time.monotonic() + bait.wait
            while time.monotonic() < deadline:
                if os.fork():
                    os._exit(0)
                time.sleep(0.001)
            os._exit(0)
        """,
    ),
    _outlives(
        "starts_a_daemon_from_a_shell",
        'get_ipython().system(f"(setsid env -i sleep {bait.wait} > /dev/null 2>&1 &); true")',
    ),
    _outlives(
        "leaves_a_stopped_process",
        """
        if os.fork() == 0:
            detach()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(bait.wait)
            os._exit(0)
        """,
    ),
    _outlives(
        "dies_and_leaves_its_children",
        """
        if os.fork() == 0:
            detach()
            time.sleep(bait.wait)
            os._exit(0)
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
        """,
    ),
)
