"""Calls to the kernel that coursework never needs, and rights that it never has.

Loading modules and another kernel aren't tried: where they are refused for want of support, nothing is shown.
"""

from __future__ import annotations

from tests.attacks.attack import Attack, code, is_granted

_IN_CHILD = code("""
    def in_child(attempt):
        child = os.fork()
        if child == 0:
            result = -1
            with contextlib.suppress(BaseException):
                result = attempt()
            os._exit(1 if result is not None and result < 0 else 0)
        return os.waitpid(child, 0)[1] == 0
    FLAGS = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000, "ipc": 0x8000000,
             "uts": 0x4000000, "cgroup": 0x2000000, "time": 0x80}
""")


def _asks(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(_IN_CHILD, code(text)), succeeded=is_granted)


ATTACKS = (
    _asks("asks_to_be_traced", "granted = in_child(lambda: libc.ptrace(0, 0, None, None))"),
    _asks(
        "asks_for_a_map_of_bpf",
        "granted = call('bpf', 0, struct.pack('IIII', 2, 4, 4, 1) + bytes(56), 72) >= 0",
    ),
    _asks(
        "asks_for_performance_events",
        "granted = call('perf_event_open', struct.pack('IIQ', 1, 120, 0) + bytes(104), 0, -1, -1, 0) >= 0",
    ),
    _asks("asks_for_a_keyring", "granted = call('keyctl', 0, -2, 1) > 0"),
    _asks("asks_for_a_ring_of_requests", "granted = call('io_uring_setup', 4, ctypes.create_string_buffer(120)) >= 0"),
    _asks("asks_to_handle_page_faults", "granted = call('userfaultfd', os.O_CLOEXEC) >= 0"),
    _asks("asks_to_watch_all_files", "granted = call('fanotify_init', 0, os.O_RDONLY) >= 0"),
    _asks(
        "mounts_a_file_system",
        """
        os.mkdir("here")
        granted = call("mount", b"none", b"here", b"tmpfs", 0, None) >= 0
        call("umount2", b"here", 2)
        """,
    ),
    _asks(
        "mounts_by_the_new_calls",
        """
        granted = call("fsopen", b"tmpfs", 0) >= 0 or call("open_tree", -100, b"/", 1) >= 0
        """,
    ),
    _asks(
        "makes_namespaces",
        """
        made = [name for name, flag in FLAGS.items() if in_child(lambda: call("unshare", flag))]
        granted, note = bool(made), " ".join(made)
        """,
    ),
    _asks(
        "clones_into_namespaces",
        """
        def clone(flag):
            child = call("clone", flag | signal.SIGCHLD, None, None, None, None)
            if child == 0:
                os._exit(0)
            return child
        made = [name for name, flag in FLAGS.items() if name != "time" and in_child(lambda: clone(flag))]
        granted, note = bool(made), " ".join(made)
        """,
    ),
    _asks(
        "clones_into_namespaces_by_the_call_that_filters_cannot_see_into",
        """
        def clone(flag):
            child = call("clone3", struct.pack("QQQQQ", flag, 0, 0, 0, signal.SIGCHLD) + bytes(24), 64)
            if child == 0:
                os._exit(0)
            return child
        made = [name for name, flag in FLAGS.items() if name != "time" and in_child(lambda: clone(flag))]
        granted, note = bool(made), " ".join(made)
        """,
    ),
    _asks(
        "makes_namespaces_by_calls_of_another_architecture",
        """
        # push rbx; mov eax, edi; mov ebx, esi; int 0x80; pop rbx; ret: a call as 32-bit programs make it
        program = b"\\x53\\x89\\xf8\\x89\\xf3\\xcd\\x80\\x5b\\xc3"
        area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        area.write(program)
        address = ctypes.addressof(ctypes.c_char.from_buffer(area))
        granted = in_child(lambda: ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(address)(310, 0x4000000))
        """,
    ),
    _asks(
        "enters_another_processs_namespaces",
        """
        def enter():
            for pid in [*ancestors(), bait.victim, os.getpid()]:
                with ignored:
                    for name in ("net", "uts", "ipc"):
                        if call("setns", os.open("/proc/%d/ns/%s" % (pid, name), os.O_RDONLY), 0) == 0:
                            return 0
            return -1
        granted = in_child(enter)
        """,
    ),
    _asks(
        "changes_its_root",
        """
        def pivot():
            os.mkdir("root")
            if call("unshare", FLAGS["mount"]) or call("mount", b"none", b"/", None, 1 << 18 | 1 << 14, None):
                return -1
            if call("mount", b"root", b"root", None, 4096, None):
                return -1
            return call("pivot_root", b"root", b"root")
        granted = in_child(pivot)
        """,
    ),
    _asks("changes_its_root_the_old_way", "granted = in_child(lambda: call('chroot', b'.'))"),
    _asks(
        "opens_files_by_their_number",
        """
        path = os.path.join("/dev/shm", bait.nonce)
        open(path, "w").close()
        handle, mounted = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128)), ctypes.c_int()
        call("name_to_handle_at", -100, path.encode(), handle, ctypes.byref(mounted), 0)
        granted = call("open_by_handle_at", os.open("/dev/shm", os.O_RDONLY), handle, os.O_RDONLY) >= 0
        os.remove(path)
        """,
    ),
    _asks(
        "takes_the_machines_share_of_asynchronous_requests",
        "granted = call('io_setup', 10_000, ctypes.byref(ctypes.c_ulong())) >= 0",
    ),
    _asks("stops_the_accounting", "granted = call('acct', None) == 0"),
    _asks("changes_its_personality", "granted = in_child(lambda: call('personality', 0x40000))"),
    _asks(
        "becomes_another_user",
        """
        def becomes(change, *arguments):
            return in_child(lambda: change(*arguments))
        granted = becomes(os.setuid, 12345) or becomes(os.setgid, 12345) or becomes(os.setgroups, [12345])
        """,
    ),
    _asks("goes_first", "granted = in_child(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))"),
    _asks("keeps_memory_from_being_swapped", "granted = libc.mlock(bytes(16 << 20), ctypes.c_size_t(16 << 20)) == 0"),
    _asks(
        "has_rights",
        """
        status = dict(line.split(":", 1) for line in read("/proc/self/status").decode().splitlines())
        granted = any(int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"))
        """,
    ),
    _asks("may_gain_rights_by_starting_programs", "granted = libc.prctl(39, 0, 0, 0, 0) == 0"),
)
