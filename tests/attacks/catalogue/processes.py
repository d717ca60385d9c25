"""Processes that aren't a student's own: seeing, signalling, tracing and changing them."""

from __future__ import annotations

from tests.attacks.attack import Attack, Evidence, code, harms_neighbours, is_granted, steals


def _on_victim(name: str, text: str, changed: str) -> Attack:
    def succeeded(evidence: Evidence) -> bool:
        return bool(getattr(evidence.victim, changed))

    return Attack(name=name, cells=(code(text),), succeeded=succeeded)


def _kills_victim(evidence: Evidence) -> bool:
    return not evidence.victim.alive


def _hears_signal(evidence: Evidence) -> bool:
    return evidence.victim.signals > 0 or evidence.signals > 0


ATTACKS = (
    Attack(name="kills_a_process", cells=("os.kill(bait.victim, signal.SIGKILL)",), succeeded=_kills_victim),
    Attack(
        name="kills_a_process_by_its_descriptor",
        cells=("signal.pidfd_send_signal(os.pidfd_open(bait.victim), signal.SIGKILL)",),
        succeeded=_kills_victim,
    ),
    Attack(
        name="kills_a_process_from_a_shell",
        cells=("get_ipython().system(f'kill -9 {bait.victim}; pkill -9 -f grader-victim')",),
        succeeded=_kills_victim,
    ),
    _on_victim("stops_a_process", "os.kill(bait.victim, signal.SIGSTOP)", "stopped"),
    Attack(name="signals_everybody", cells=("os.kill(-1, signal.SIGUSR1)",), succeeded=_hears_signal),
    Attack(
        name="signals_a_process_through_a_descriptors_owner",
        cells=(
            code("""
                import fcntl
                ready, tell = os.pipe()
                fcntl.fcntl(ready, fcntl.F_SETOWN, bait.victim)
                fcntl.fcntl(ready, 10, signal.SIGUSR1)  # F_SETSIG
                fcntl.fcntl(ready, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
                os.write(tell, b"now")
                time.sleep(0.1)
            """),
        ),
        succeeded=_hears_signal,
    ),
    Attack(
        name="traces_processes",
        cells=(
            code("""
                for pid in [bait.victim, *ancestors(), *others()]:
                    if libc.ptrace(0x4206, pid, None, None) == 0:  # PTRACE_SEIZE
                        granted, note = True, str(pid)
            """),
        ),
        succeeded=is_granted,
    ),
    Attack(
        name="reads_the_memory_of_a_process",
        cells=(
            code("""
                def stack(pid):
                    with open("/proc/%d/maps" % pid) as maps:
                        line = next(line for line in maps if "[stack]" in line)
                    return [int(number, 16) for number in line.split()[0].split("-")]
                for pid in [bait.victim, *ancestors()]:
                    with ignored:
                        start, end = stack(pid)
                        area = ctypes.create_string_buffer(end - start)
                        local = struct.pack("PL", ctypes.addressof(area), end - start)
                        remote = struct.pack("PL", start, end - start)
                        if call("process_vm_readv", pid, local, 1, remote, 1, 0) > 0:
                            stolen += secrets(area.raw)
            """),
        ),
        succeeded=steals,
    ),
    _on_victim(
        "writes_into_the_memory_of_a_process",
        """
        with open("/proc/%d/stat" % bait.victim) as file:
            start = int(file.read().rpartition(")")[2].split()[47])  # where its environment begins
        with open("/proc/%d/mem" % bait.victim, "r+b", 0) as memory:
            memory.seek(start)
            memory.write(b"OVERWRITTEN")
        """,
        "memory_changed",
    ),
    Attack(
        name="takes_descriptors_out_of_a_process",
        cells=(
            code("""
                for pid in ancestors():
                    with ignored:
                        process = os.pidfd_open(pid)
                        for number in range(3, 120):
                            taken = call("pidfd_getfd", process, number, 0)
                            with ignored:
                                stolen += secrets(os.pread(taken, 1000, 0))
            """),
        ),
        succeeded=steals,
    ),
    _on_victim("limits_a_process", "resource.prlimit(bait.victim, resource.RLIMIT_NOFILE, (77, 77))", "open_files"),
    _on_victim("slows_a_process", "os.setpriority(os.PRIO_PROCESS, bait.victim, 19)", "niceness"),
    _on_victim("ties_a_process_to_one_core", "os.sched_setaffinity(bait.victim, {0})", "scheduling_changed"),
    _on_victim(
        "makes_a_process_wait_for_all_others",
        "os.sched_setscheduler(bait.victim, os.SCHED_IDLE, os.sched_param(0))",
        "scheduling_changed",
    ),
    _on_victim(
        "makes_a_process_wait_for_the_disk", "call('ioprio_set', 1, bait.victim, 3 << 13)", "scheduling_changed"
    ),
    Attack(
        name="kills_other_students",
        cells=(
            code("""
                def kill():
                    found = students()
                    for pid in found:
                        os.kill(pid, signal.SIGKILL)
                    return found
                patiently(kill)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="stops_other_students",
        cells=(
            code("""
                def stop():
                    found = students()
                    for pid in found:
                        os.kill(pid, signal.SIGSTOP)
                    return found
                patiently(stop)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="lies_in_wait_for_the_next_student",
        cells=(
            code("""
                def detached():
                    with open("/proc/self/stat") as file:
                        start, end = map(int, file.read().rpartition(")")[2].split()[47:49])
                    ctypes.memset(start, 0, end - start)  # the environment by which we would be found
                    os.setsid()
                    if os.fork():
                        os._exit(0)
                    deadline = time.monotonic() + bait.wait
                    while time.monotonic() < deadline:
                        with ignored:
                            for pid in students():
                                os.kill(pid, signal.SIGKILL)
                        time.sleep(0.01)
                    os._exit(0)
                if os.fork() == 0:
                    detached()
            """),
        ),
        shown_on=frozenset({"kernel"}),
        why="the warm engine finds and ends all that came of an execution, sealed or not",
        near=True,
        succeeded=harms_neighbours,
    ),
)
