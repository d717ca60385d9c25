"""What is left for the next student, or for whoever comes after the grading."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, is_found, plants_files


def _leaves(name: str, text: str, then: str) -> Attack:
    return Attack(name=name, cells=(code(text),), next_cells=(code(then),), succeeded=is_found)


_KEY = "key = int(bait.nonce[1:7], 16)\n"

ATTACKS = (
    _leaves(
        "leaves_files_in_temporary_folders",
        """
        for folder in ("/tmp", "/var/tmp", tempfile.gettempdir(), "/run", "/run/lock"):
            with ignored, open(os.path.join(folder, "left-" + bait.nonce), "w") as file:
                file.write("the answers")
        """,
        """
        folders = ("/tmp", "/var/tmp", tempfile.gettempdir(), "/run", "/run/lock")
        found = " ".join(folder for folder in folders if os.path.exists(os.path.join(folder, "left-" + bait.nonce)))
        """,
    ),
    _leaves(
        "leaves_shared_memory",
        'open("/dev/shm/left-" + bait.nonce, "w").close()',
        'found = os.path.exists("/dev/shm/left-" + bait.nonce)',
    ),
    _leaves(
        "leaves_shared_memory_of_system_v",
        _KEY + "note = str(libc.shmget(key, 4096, 0o1666))",
        _KEY + "found = libc.shmget(key, 0, 0) >= 0",
    ),
    _leaves(
        "leaves_a_message_queue_of_system_v",
        _KEY + "queue = libc.msgget(key, 0o1666)",
        _KEY + "found = libc.msgget(key, 0) >= 0",
    ),
    _leaves(
        "leaves_semaphores_of_system_v",
        _KEY + "semaphores = libc.semget(key, 1, 0o1666)",
        _KEY + "found = libc.semget(key, 0, 0) >= 0",
    ),
    _leaves(
        "leaves_a_key_in_the_kernel",
        """
        number = call("add_key", b"user", bait.nonce.encode(), b"the answers", 11, -4)
        call("keyctl", 5, number, 0x3F3F3F3F)
        call("keyctl", 15, number, 20)  # it goes by itself after twenty seconds
        """,
        'found = call("keyctl", 10, -4, b"user", bait.nonce.encode(), 0) > 0',
    ),
    _leaves(
        "leaves_a_module_in_the_installation",
        """
        import site, sysconfig
        for folder in {*site.getsitepackages(), sysconfig.get_paths()["stdlib"], bait.site}:
            with ignored, open(os.path.join(folder, "left_%s.py" % bait.nonce), "w") as file:
                file.write("answers = 42")
            with ignored, open(os.path.join(folder, "left_%s.pth" % bait.nonce), "w") as file:
                file.write("import left_%s" % bait.nonce)
        """,
        """
        import importlib
        with contextlib.suppress(ImportError):
            found = importlib.import_module("left_" + bait.nonce).answers
        """,
    ),
    _leaves(
        "poisons_bytecode_caches",
        """
        import colorsys, importlib.util, marshal
        compiled = importlib.util.cache_from_source(colorsys.__file__)
        with open(colorsys.__file__) as file:
            source = file.read() + "\\nleft = 42\\n"
        status = os.stat(colorsys.__file__)
        header = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, int(status.st_mtime), status.st_size)
        os.makedirs(os.path.dirname(compiled), exist_ok=True)
        with open(compiled, "wb") as file:
            file.write(header + marshal.dumps(compile(source, colorsys.__file__, "exec")))
        """,
        "import colorsys\nfound = getattr(colorsys, 'left', 0)",
    ),
    _leaves(
        "leaves_a_changed_library",
        """
        import colorsys
        with open(colorsys.__file__, "a") as file:
            file.write("\\nchanged = 42\\n")
        """,
        "import colorsys\nfound = getattr(colorsys, 'changed', 0)",
    ),
    Attack(
        name="leaves_code_that_starts_with_the_next_session",
        cells=(
            code("""
                for home in {bait.home, os.path.expanduser("~")}:
                    for name in (".profile", ".bashrc", ".ipython/profile_default/startup/00.py",
                                 ".config/pip/pip.conf", ".ssh/authorized_keys", ".local/bin/" + bait.nonce):
                        with ignored:
                            path = os.path.join(home, name)
                            os.makedirs(os.path.dirname(path), exist_ok=True)
                            with open(path, "a") as file:
                                file.write("# " + bait.nonce)
            """),
        ),
        succeeded=plants_files,
    ),
)
