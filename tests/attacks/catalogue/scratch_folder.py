"""Tricks with what lies in the scratch folder: links, pipes, devices, names, and what can't be removed."""

from __future__ import annotations

from tests.attacks.attack import Attack, changes_files, code, harms_neighbours, is_granted, stays

_STUBBORN = code("""
    def fix(path):
        \"\"\"Have the file system refuse to change or remove a file: FS_IMMUTABLE_FL.\"\"\"
        import fcntl
        with ignored:
            descriptor = os.open(path, os.O_RDONLY)
            fcntl.ioctl(descriptor, 0x40086602, struct.pack("L", 0x10))
""")


def _resists(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(_STUBBORN, code(text)), succeeded=stays)


ATTACKS = (
    Attack(
        name="writes_through_symbolic_links",
        cells=(
            code("""
                os.symlink(bait.course, "course")
                os.symlink(bait.temporary[0], "notes.txt")
                for path in ("notes.txt", "course/reference/solution.py", "course/results/gradebook.sqlite"):
                    with ignored, open(path, "ab") as file:
                        file.write(b"through a link")
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="puts_a_link_in_the_place_of_its_own_folders",
        cells=(
            code("""
                import shutil
                root = os.path.dirname(os.getcwd())
                for name in os.listdir(root):
                    with ignored:
                        os.rename(os.path.join(root, name), os.path.join(root, name + ".was"))
                        os.symlink(bait.submissions, os.path.join(root, name))
                for name in os.listdir(root):  # as a grader that follows links would, when it clears up
                    with ignored:
                        shutil.rmtree(os.path.realpath(os.path.join(root, name)))
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="writes_through_hard_links",
        cells=(
            code("""
                for number, path in enumerate(bait.temporary):
                    with ignored:
                        os.link(path, "link%d" % number)
                        with open("link%d" % number, "ab") as file:
                            file.write(b"through a link")
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="puts_a_pipe_in_the_place_of_anothers_file",
        cells=(
            code("""
                def swap():
                    found = [path for path in glob.glob("/tmp/*/work/mine.txt") if os.path.isfile(path)]
                    for path in found:
                        os.remove(path)
                        os.mkfifo(path)
                    return found
                patiently(swap)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="makes_devices",
        cells=(
            code("""
                made = []
                for name, kind, numbers in (("zero", stat.S_IFCHR, (1, 5)), ("disk", stat.S_IFBLK, (7, 0))):
                    with ignored:
                        os.mknod(name, kind | 0o600, os.makedev(*numbers))
                        made.append(name)
                granted = read("zero", 4) == bytes(4)
            """),
        ),
        succeeded=is_granted,
    ),
    _resists(
        "leaves_files_with_names_that_no_one_expects",
        """
        names = [b"-rf", b"--", b" ", b"\\n", b"a\\nb", b"\\xff\\xfe", b"\\xed\\xa0\\x80", b"*", b"$(touch x)"]
        names += [b"n" * 255, b"..hidden", b"\\x1b[2J", b"con", b"a\\\\b", "\\u202egnp.exe".encode()]
        for name in names:
            with open(name, "w") as file:
                file.write("x")
            os.makedirs(b"folder of " + name[:200] + b"/" + name)
            fix(name)
        """,
    ),
    _resists(
        "leaves_folders_that_no_one_may_enter",
        """
        os.makedirs("closed/inner")
        open("closed/inner/file", "w").close()
        fix("closed/inner/file")
        fix("closed/inner")
        os.chmod("closed/inner", 0)
        os.chmod("closed", 0)
        os.chmod(".", 0)
        """,
    ),
    _resists(
        "leaves_folders_in_folders_beyond_every_limit",
        """
        start = os.getcwd()
        for depth in range(1500):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
        open("bottom", "w").close()
        fix("bottom")
        os.chdir(start)
        """,
    ),
    _resists(
        "removes_its_own_folders_and_leaves_others",
        """
        import shutil
        root = os.path.dirname(os.getcwd())
        shutil.rmtree(root, ignore_errors=True)
        with ignored:
            os.makedirs(root)
        with open(os.path.join(root, "again"), "w") as file:
            file.write("x")
        fix(os.path.join(root, "again"))
        """,
    ),
)
