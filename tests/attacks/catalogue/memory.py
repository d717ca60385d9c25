"""More memory than the limit, by every route that some limit or other doesn't count."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, holds_more_memory

_FILL = code("""
    size = bait.memory_bytes * 5 // 4
    def fill(area):
        for start in range(0, size - 4096, 4096):
            area[start] = 1
    lives = lambda: False
""")
_SPREAD = """
        import fcntl
        def spread(fill, count):
            ready, tell = os.pipe()
            for _ in range(count):
                if os.fork() == 0:
                    try:
                        kept = fill(size // count)
                        os.write(tell, b"1")
                        time.sleep(15)
                    finally:
                        os._exit(0)
            os.close(tell)
            arrived = b""
            while len(arrived) < count:
                piece = os.read(ready, count)
                assert piece, "some didn't get theirs"
                arrived += piece
"""
# What is held is held for as long as it takes a watching process to see it.
_HOLD = code("""
    time.sleep(bait.moment)
    held = size if lives() else 0
""")


def _takes(name: str, text: str, lives: str = "True") -> Attack:
    cells = (_FILL, code(text) + f"lives = lambda: {lives}", _HOLD)
    return Attack(name=name, cells=cells, succeeded=holds_more_memory, shown="unlimited")


ATTACKS = (
    _takes("takes_it_as_a_bytearray", "hog = bytearray(size); fill(hog)"),
    _takes("takes_it_in_small_pieces", "hog = [bytes([i % 255 + 1]) * (1 << 20) for i in range(size >> 20)]"),
    _takes("takes_it_with_numpy", "import numpy\nhog = numpy.full(size // 8, 1.0)"),
    _takes("takes_it_with_torch", "import torch\nhog = torch.ones(size // 8, dtype=torch.float64)"),
    _takes(
        "takes_it_by_private_mapping", "hog = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANON); fill(hog)"
    ),
    _takes("takes_it_by_shared_mapping", "hog = mmap.mmap(-1, size, flags=mmap.MAP_SHARED | mmap.MAP_ANON); fill(hog)"),
    _takes(
        "takes_it_as_a_stack_that_grows",
        "hog = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANON | 0x100); fill(hog)",
    ),
    _takes(
        "takes_it_as_a_file_in_shared_memory_that_has_no_name",
        """
        path = "/dev/shm/" + bait.nonce
        hog = open(path, "w+b", buffering=0)
        os.unlink(path)
        for start in range(0, size, 1 << 24):
            assert hog.write(bytes(1 << 24)) == 1 << 24
        """,
    ),
    _takes(
        "takes_it_as_a_file_of_memory_alone",
        """
        hog = os.memfd_create("hog")
        for start in range(0, size, 1 << 24):
            assert os.write(hog, bytes(1 << 24)) == 1 << 24
        """,
    ),
    _takes(
        "takes_it_as_shared_memory_of_system_v",
        """
        libc.shmat.restype = ctypes.c_void_p
        segment = libc.shmget(0, ctypes.c_size_t(size), 0o600)
        assert segment >= 0
        address = libc.shmat(segment, None, 0)
        libc.shmctl(segment, 0, None)
        ctypes.memset(address, 1, size)
        """,
    ),
    _takes(
        "takes_it_with_many_processes_each_below_the_limit",
        _SPREAD
        + """
        def fill(share):
            hog = bytearray(share)
            for start in range(0, share, 4096):
                hog[start] = 1
            return hog
        spread(fill, 4)
        """,
        lives="os.waitpid(-1, os.WNOHANG) == (0, 0)",
    ),
    _takes(
        "takes_it_in_a_program_of_its_own",
        """
        text = "import sys, time; hog = b'x' * int(sys.argv[1]); print(len(hog), flush=True); time.sleep(4)"
        command = [sys.executable, "-I", "-S", "-c", text, str(size)]
        program = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert int(program.stdout.readline()) == size
        """,
        lives="program.poll() is None and not program.kill()",
    ),
    _takes(
        "takes_it_in_the_frames_of_an_endless_recursion",
        """
        sys.setrecursionlimit(1_000_000)
        def deeper(left):
            piece = bytes([left % 255 + 1]) * (1 << 20)
            return deeper(left - 1) if left else time.sleep(bait.moment)
        deeper(size >> 20)
        """,
    ),
    _takes(
        "takes_it_in_the_buffers_of_sockets",
        _SPREAD
        + """
        def fill(share):
            pairs, filled, piece = [], 0, bytes(1 << 15)
            while filled < share:
                pairs.append(socket.socketpair())
                for end in pairs[-1]:
                    end.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        while True:
                            filled += end.send(piece)
            return pairs
        spread(fill, 20)
        """,
        lives="os.waitpid(-1, os.WNOHANG) == (0, 0)",
    ),
    _takes(
        "takes_it_in_pipes",
        _SPREAD
        + """
        def fill(share):
            pipes, filled = [], 0
            while filled < share:
                pipes.append(os.pipe())
                fcntl.fcntl(pipes[-1][1], 1031, 1 << 20)  # F_SETPIPE_SZ
                os.set_blocking(pipes[-1][1], False)
                filled += os.write(pipes[-1][1], bytes(1 << 20))
            return pipes
        spread(fill, 4)
        """,
        lives="os.waitpid(-1, os.WNOHANG) == (0, 0)",
    ),
)
