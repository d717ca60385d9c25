"""Open descriptors, and what can be written to them: noise, endless messages, forged ones."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, floods, harms_neighbours, outlasts_us, steals

_KERNEL_ONLY = "only a kernel listens on sockets that its connection file tells of"
_WARM_ONLY = "only the warm engine's guest writes to a stream of its own"

_FRAMES = code("""
    import gc
    stream = next(each for each in gc.get_objects() if type(each).__name__ == "Stream")
    def send(kind, payload, length=None):
        data = struct.pack("<I", len(payload) if length is None else length) + kind + payload
        while data:
            data = data[os.write(stream._descriptor, data):]
""")

ATTACKS = (
    Attack(
        name="reads_every_descriptor",
        cells=(
            code("""
                def contents(descriptor):
                    with ignored:
                        if stat.S_ISREG(os.fstat(descriptor).st_mode):
                            return os.pread(descriptor, 10_000, 0)
                    return b""
                data = b"".join(contents(number) for number in range(3, 1024))
                for pid in [*ancestors(), *others()]:
                    with ignored:
                        for name in os.listdir("/proc/%d/fd" % pid):
                            path = "/proc/%d/fd/%s" % (pid, name)
                            if os.path.isfile(path):
                                data += read(path, 10_000)
                stolen = secrets(data)
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="writes_noise_into_every_descriptor",
        cells=(
            code("""
                noise = os.urandom(1 << 14)
                def write(descriptor):
                    with ignored:
                        os.set_blocking(descriptor, False)
                        os.write(descriptor, noise)
                def disturb():
                    found = students()
                    for pid in found:
                        process = os.pidfd_open(pid)
                        for number in range(3, 64):
                            taken = call("pidfd_getfd", process, number, 0)
                            if taken >= 0 and not stat.S_ISREG(os.fstat(taken).st_mode):
                                write(taken)
                    return found
                patiently(disturb)
                for number in range(3, 256):
                    write(number)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="closes_every_descriptor_and_those_of_others",
        cells=(
            code("""
                def shut():
                    found = students()
                    for pid in found:
                        process = os.pidfd_open(pid)
                        for number in range(0, 64):
                            taken = call("pidfd_getfd", process, number, 0)
                            if taken >= 0:
                                with ignored:
                                    socket.socket(fileno=taken).shutdown(socket.SHUT_RDWR)
                    return found
                patiently(shut)
                os.closerange(0, 4096)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="sends_messages_without_end",
        cells=(
            _FRAMES,
            code("""
                text = b"\\1" + b"x" * 10_000
                for _ in range(bait.many_messages):
                    send(b"t", text)
            """),
        ),
        succeeded=floods,
        shown="unlimited",
        engines=frozenset({"warm"}),
        why=_WARM_ONLY,
    ),
    Attack(
        name="announces_a_message_that_never_comes",
        cells=(
            _FRAMES,
            code("""
                send(b"e", b'{"status": "ok"}')
                send(b"c", b"", 1_000_000)
                time.sleep(bait.outlast)
            """),
        ),
        succeeded=outlasts_us,
        shown="unlimited",
        engines=frozenset({"warm"}),
        why=_WARM_ONLY,
    ),
    Attack(
        name="says_that_it_is_over_and_goes_on",
        cells=(
            _FRAMES,
            code("""
                send(b"e", b'{"status": "ok"}')
                send(b"x", b"")
                time.sleep(bait.outlast)
            """),
        ),
        succeeded=outlasts_us,
        shown="unlimited",
        engines=frozenset({"warm"}),
        why=_WARM_ONLY,
    ),
    Attack(
        name="speaks_for_another_students_kernel",
        cells=(
            code("""
                from jupyter_client import BlockingKernelClient
                def speak():
                    own = os.path.realpath("..")
                    found = [each for each in glob.glob("/tmp/*/p/kernel.json") if not each.startswith(own)]
                    for path in found:
                        client = BlockingKernelClient()
                        client.load_connection_file(path)
                        client.start_channels(hb=False, control=False)
                        client.execute("import os; os.remove('mine.txt')")
                        client.execute("import os; os.remove('mine.txt')")
                    return found
                patiently(speak)
                time.sleep(0.3)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
        engines=frozenset({"kernel"}),
        why=_KERNEL_ONLY,
    ),
    Attack(
        name="sends_messages_without_end_as_a_kernel",
        cells=(
            code("""
                kernel = get_ipython().kernel
                parent = kernel.get_parent()
                for _ in range(bait.many_messages):
                    text = {"name": "stdout", "text": "x" * 10_000}
                    kernel.session.send(kernel.iopub_socket, "stream", text, parent=parent)
            """),
        ),
        succeeded=floods,
        shown="unlimited",
        engines=frozenset({"kernel"}),
        why=_KERNEL_ONLY,
    ),
)
