"""The process that grades, and the one that executions are copies of."""

from __future__ import annotations

from tests.attacks.attack import Attack, blames_us, code, harms_neighbours, is_found, signals_parent

_WARM_ONLY = "only the warm engine's executions are copies of a process that lives on"
_WARM = frozenset({"warm"})

ATTACKS = (
    Attack(
        name="signals_the_process_that_grades",
        cells=(
            code("""
                for pid in [bait.parent, *ancestors()]:
                    with ignored:
                        os.kill(pid, signal.SIGUSR1)
            """),
        ),
        succeeded=signals_parent,
    ),
    Attack(
        name="signals_the_group_of_the_process_that_grades",
        cells=("os.killpg(os.getpgid(bait.parent), signal.SIGUSR1)",),
        succeeded=signals_parent,
    ),
    Attack(
        name="kills_what_it_is_a_copy_of",
        cells=(
            code("""
                for pid in ancestors():
                    with ignored:
                        if pid != bait.parent:
                            os.kill(pid, signal.SIGKILL)
            """),
        ),
        succeeded=blames_us,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
    Attack(
        name="has_itself_killed_from_outside",
        cells=(
            code("""
                watcher = os.getppid()
                if watcher > 1 and watcher != bait.parent:
                    with ignored:
                        os.kill(watcher, signal.SIGKILL)
                resource.setrlimit(resource.RLIMIT_CPU, (1, 1))  # beyond which the kernel kills, even a first process
                import hashlib
                for _ in range(4):
                    threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha1", b"", b"", 1 << 30)).start()
                time.sleep(60)
            """),
        ),
        succeeded=blames_us,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
    Attack(
        name="writes_into_the_memory_of_the_template",
        cells=(
            code("""
                old, new = struct.pack("d", math.tau), struct.pack("d", 6.5)
                for pid in [*ancestors(), *others()]:
                    with ignored, open("/proc/%d/mem" % pid, "r+b", 0) as memory:
                        memory.seek(id(math.tau) + 16)  # a copy has its objects where the template has them
                        if memory.read(8) == old:
                            memory.seek(id(math.tau) + 16)
                            memory.write(new)
            """),
        ),
        next_cells=("found = math.tau == 6.5",),
        succeeded=is_found,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
    Attack(
        name="writes_into_the_memory_of_the_template_by_a_system_call",
        cells=(
            code("""
                old, new = ctypes.c_double(), ctypes.c_double(3.5)
                remote = struct.pack("PL", id(math.pi) + 16, 8)
                for pid in [*ancestors(), *others()]:
                    to, of = (struct.pack("PL", ctypes.addressof(each), 8) for each in (old, new))
                    if call("process_vm_readv", pid, to, 1, remote, 1, 0) == 8 and old.value == math.pi:
                        call("process_vm_writev", pid, of, 1, remote, 1, 0)
            """),
        ),
        next_cells=("found = math.pi == 3.5",),
        succeeded=is_found,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
    Attack(
        name="stops_what_watches_it",
        cells=(
            code("""
                watcher = os.getppid()
                signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                if watcher > 1 and watcher != bait.parent:
                    os.kill(watcher, signal.SIGSTOP)
                    time.sleep(bait.cell_seconds * 1.2)
                    os.kill(watcher, signal.SIGCONT)
                    granted = True
            """),
        ),
        succeeded=blames_us,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
    Attack(
        name="scribbles_over_memory_that_it_shares",
        cells=(
            code("""
                shared = []
                with open("/proc/self/maps") as maps:
                    for line in maps:
                        if " rw-s " in line:
                            start, end = (int(number, 16) for number in line.split()[0].split("-"))
                            shared.append((start, end - start))
                for start, size in shared:
                    ctypes.memset(start, 0xA5, size)
                for pid in students():
                    with ignored, open("/proc/%d/mem" % pid, "r+b", 0) as memory:
                        memory.seek(id(math.tau))
                        memory.write(b"\\xA5" * 24)
                        os.kill(pid, signal.SIGSEGV)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
        engines=_WARM,
        why=_WARM_ONLY,
    ),
)
