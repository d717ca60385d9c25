"""Cells that don't end, and don't want to be ended."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, outruns_its_cell


def _goes_on(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(code(text) + "granted = True",), succeeded=outruns_its_cell, shown="unlimited")


ATTACKS = (
    _goes_on("sleeps_for_ever", "time.sleep(bait.forever)"),
    _goes_on(
        "loops_for_ever",
        """
        deadline = time.monotonic() + bait.forever
        while time.monotonic() < deadline:
            pass
        """,
    ),
    _goes_on(
        "swallows_interrupts",
        """
        deadline = time.monotonic() + bait.forever
        while time.monotonic() < deadline:
            try:
                time.sleep(1)
            except BaseException:
                pass
        """,
    ),
    _goes_on(
        "ignores_and_blocks_signals",
        """
        for number in signal.valid_signals():
            with ignored:
                signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        time.sleep(bait.forever)
        """,
    ),
    _goes_on(
        "stays_in_native_code",
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        ctypes.PyDLL(None).usleep(int(bait.forever * 1e6))  # and keeps the interpreter's lock
        """,
    ),
    _goes_on(
        "waits_for_a_child_that_waits_for_it",
        """
        ready, tell = os.pipe()
        if os.fork() == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            time.sleep(bait.forever)
            os._exit(0)
        os.close(tell)
        while True:
            try:
                if os.wait()[0]:
                    break
            except KeyboardInterrupt:
                pass
        """,
    ),
    _goes_on(
        "burns_every_core",
        """
        def burn():
            deadline = time.monotonic() + bait.forever
            while time.monotonic() < deadline:
                sum(range(100_000))
        for _ in range(3):
            if os.fork() == 0:
                burn()
                os._exit(0)
        burn()
        """,
    ),
)
