"""More disk, and more files, than the limit."""

from __future__ import annotations

from tests.attacks.attack import Attack, Evidence, code, holds_more_disk

MANY_FILES = 20_000

_WEIGH = code("""
    size = bait.disk_bytes * 2
    def weigh(*places):
        total = 0
        for place in places:
            for folder, _, names in os.walk(place):
                total += sum(os.lstat(os.path.join(folder, name)).st_blocks * 512 for name in names)
        return total
    piece = bytes(1 << 20)
""")


def _fills(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(_WEIGH, code(text)), succeeded=holds_more_disk, shown="unlimited")


def _has_more_files(evidence: Evidence) -> bool:
    held = evidence.captured.get("held")
    return isinstance(held, int) and held > MANY_FILES


ATTACKS = (
    _fills(
        "fills_the_disk_with_one_file",
        """
        with ignored, open("hog", "wb", 0) as hog:
            for _ in range(size >> 20):
                hog.write(piece)
        time.sleep(bait.moment)
        held = weigh(".")
        """,
    ),
    _fills(
        "fills_the_disk_with_many_files_in_every_folder_it_may_write_to",
        """
        places = {".", os.path.expanduser("~"), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp"}
        mine = []
        for place in places:
            with ignored:
                os.mkdir(os.path.join(place, bait.nonce))
                mine.append(os.path.join(place, bait.nonce))
        for place in mine:
            with ignored:
                for number in range(size // len(mine) >> 20):
                    with open(os.path.join(place, str(number)), "wb", 0) as hog:
                        hog.write(piece)
        time.sleep(bait.moment)
        held = weigh(*mine)
        """,
    ),
    _fills(
        "fills_the_disk_with_files_that_have_no_name",
        """
        hogs = []
        with ignored:
            for number in range(4):
                hogs.append(open("hog%d" % number, "wb", 0))
                os.unlink("hog%d" % number)
                for _ in range(size // 4 >> 20):
                    hogs[-1].write(piece)
        time.sleep(bait.moment)
        held = sum(os.fstat(hog.fileno()).st_blocks * 512 for hog in hogs)
        """,
    ),
    _fills(
        "fills_the_disk_without_writing",
        """
        for number in range(4):
            with ignored, open("hog%d" % number, "wb") as hog:
                os.posix_fallocate(hog.fileno(), 0, size // 4)
        time.sleep(bait.moment)
        held = weigh(".")
        """,
    ),
    _fills(
        "fills_the_disk_through_the_holes_of_a_file",
        """
        for number in range(4):
            with ignored, open("hog%d" % number, "w+b") as hog:
                hog.truncate(size // 4)
                area = mmap.mmap(hog.fileno(), size // 4)
                for start in range(0, size // 4, 4096):
                    area[start] = 1
        time.sleep(bait.moment)
        held = weigh(".")
        """,
    ),
    _fills(
        "fills_the_disk_from_many_processes",
        """
        for number in range(8):
            if os.fork() == 0:
                with ignored, open("hog%d" % number, "wb", 0) as hog:
                    for _ in range(size // 8 >> 20):
                        hog.write(piece)
                os._exit(0)
        with ignored:
            while True:
                os.wait()
        time.sleep(bait.moment)
        held = weigh(".")
        """,
    ),
    Attack(
        name="makes_very_many_files",
        cells=(
            code("""
                made = 0
                for place in ("/var/tmp", "/tmp", "."):
                    with ignored:
                        os.mkdir(os.path.join(place, bait.nonce))
                        os.chdir(os.path.join(place, bait.nonce))
                        break
                with ignored:
                    while made < bait.many_files:
                        os.close(os.open(str(made), os.O_CREAT | os.O_WRONLY))
                        made += 1
            """),
            "time.sleep(bait.moment * 3)\nheld = made",
        ),
        succeeded=_has_more_files,
    ),
)
