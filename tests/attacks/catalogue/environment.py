"""Secrets in environments, command lines and memory."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, steals

ATTACKS = (
    Attack(
        name="reads_environments",
        cells=(
            code("""
                data = repr(os.environ).encode() + read("/proc/self/environ")
                for pid in [*ancestors(), bait.victim, *others()]:
                    data += read("/proc/%d/environ" % pid)
                stolen = secrets(data)
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="asks_a_shell_for_its_environment",
        cells=(
            code("""
                text = get_ipython().getoutput("env; set; cat /proc/$PPID/environ /proc/[0-9]*/environ 2>/dev/null")
                stolen = secrets(str(text).encode())
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="reads_command_lines",
        cells=('stolen = secrets(b" ".join(read("/proc/%d/cmdline" % pid) for pid in [*others(), bait.victim]))',),
        succeeded=steals,
    ),
    Attack(
        name="searches_its_own_memory_and_that_of_its_ancestors",
        cells=(
            code("""
                def search(pid):
                    data = b""
                    with open("/proc/%s/maps" % pid) as maps, open("/proc/%s/mem" % pid, "rb", 0) as memory:
                        for line in maps:
                            if " rw-p " not in line:
                                continue
                            start, end = (int(number, 16) for number in line.split()[0].split("-"))
                            with ignored:
                                memory.seek(start)
                                data += " ".join(secrets(memory.read(min(end - start, 1 << 24))).split()).encode()
                    return secrets(data)
                for pid in [os.getpid(), *ancestors()]:
                    with ignored:
                        stolen += search(pid)
            """),
        ),
        succeeded=steals,
    ),
)
