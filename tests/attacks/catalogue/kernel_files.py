"""What the kernel shows and takes in /proc, /sys and /dev. Nothing is written where it would change this machine."""

from __future__ import annotations

from tests.attacks.attack import Attack, Evidence, code, is_granted, is_heard, steals


def _renames_host(evidence: Evidence) -> bool:
    return evidence.host_name_changed


def _offers_victim(evidence: Evidence) -> bool:
    return evidence.victim.out_of_memory_score != 0


def _opens(name: str, text: str) -> Attack:
    """Opening for writing is enough: whoever may open these may write to them."""
    opens = """
def opens(*paths):
    opened = []
    for path in paths:
        with ignored:
            os.close(os.open(path, os.O_WRONLY))
            opened.append(path)
    return opened
"""
    tells = "note, granted = ' '.join(granted)[:500], bool(granted)"
    return Attack(name=name, cells=(opens, code(text) + tells), succeeded=is_granted)


ATTACKS = (
    Attack(
        name="walks_through_all_of_proc",
        cells=(
            code("""
                data, deadline = b"", time.monotonic() + bait.patience
                for pid in os.listdir("/proc"):
                    if not pid.isdigit() or time.monotonic() > deadline:
                        continue
                    for name in ("cmdline", "environ", "comm", "status", "maps", "mountinfo"):
                        data += read("/proc/%s/%s" % (pid, name))
                    with ignored:
                        for name in os.listdir("/proc/%s/fd" % pid):
                            data += os.readlink("/proc/%s/fd/%s" % (pid, name)).encode()
                for name in ("keys", "net/unix", "net/tcp", "locks", "mounts", "sysvipc/shm"):
                    data += read("/proc/" + name)
                stolen = secrets(data)
            """),
        ),
        succeeded=steals,
    ),
    _opens(
        "may_change_what_a_crash_starts",
        'granted = opens("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug")',
    ),
    _opens(
        "may_press_the_magic_key",
        'granted = opens("/proc/sysrq-trigger", "/proc/sys/kernel/sysrq", "/proc/sys/kernel/panic")',
    ),
    _opens(
        "may_change_settings_of_the_kernel",
        """
        granted = []
        for folder, _, names in os.walk("/proc/sys"):
            granted += opens(*(os.path.join(folder, name) for name in names))
        """,
    ),
    _opens(
        "may_change_devices_and_groups_in_sys",
        """
        granted, deadline = [], time.monotonic() + bait.patience
        for place in ("/sys/fs/cgroup", "/sys/kernel", "/sys/module", "/sys/power", "/sys/devices/system"):
            for folder, _, names in os.walk(place):
                granted += opens(*(os.path.join(folder, name) for name in names))
                if time.monotonic() > deadline or len(granted) > 100:
                    break
        """,
    ),
    _opens(
        "may_write_to_devices",
        """
        paths = glob.glob("/dev/[shv]d*") + glob.glob("/dev/nvme*") + glob.glob("/dev/loop*") + glob.glob("/dev/*mem")
        granted = opens("/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/bait", *paths)
        """,
    ),
    _opens(
        "may_change_itself_into_another_user",
        """
        granted = []
        for name in ("uid_map", "gid_map", "projid_map"):
            for pid in [*ancestors(), bait.victim]:
                granted += opens("/proc/%d/%s" % (pid, name))
        """,
    ),
    Attack(
        name="offers_another_process_to_the_kernel_when_memory_is_short",
        cells=(
            code("""
                with open("/proc/%d/oom_score_adj" % bait.victim, "w") as file:
                    file.write("777")
            """),
        ),
        succeeded=_offers_victim,
    ),
    Attack(
        name="writes_to_the_terminal",
        cells=(
            code("""
                with open(bait.terminal, "wb", 0) as terminal:
                    terminal.write(bait.nonce.encode())
            """),
        ),
        succeeded=is_heard,
    ),
    Attack(
        name="reads_what_is_typed",
        cells=("stolen = secrets(read(bait.terminal))",),
        succeeded=steals,
    ),
    Attack(
        name="renames_the_machine",
        cells=(
            code("""
                with ignored:
                    socket.sethostname(bait.nonce)
                with open("/proc/sys/kernel/hostname", "w") as file:
                    file.write(bait.nonce)
            """),
        ),
        succeeded=_renames_host,
    ),
    Attack(
        name="reads_what_the_kernel_tells_its_administrator",
        cells=(
            code("""
                area = ctypes.create_string_buffer(1 << 16)
                granted = libc.klogctl(3, area, len(area)) > 0
                granted |= bool(read("/dev/kmsg")) or bool(read("/proc/kcore", 64))
            """),
        ),
        succeeded=is_granted,
    ),
)
