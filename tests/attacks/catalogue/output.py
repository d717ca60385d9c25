"""More output than the limit."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, floods


def _floods(name: str, text: str) -> Attack:
    return Attack(name=name, cells=(code(text),), succeeded=floods, shown="unlimited")


ATTACKS = (
    _floods("prints_without_end", "for _ in range(bait.many_lines):\n    print('flood ' * 20)"),
    _floods("prints_one_huge_text", "print('a' * bait.much_output)"),
    _floods(
        "displays_without_end",
        """
        from IPython.display import HTML, display
        for number in range(bait.many_messages):
            display(HTML("<b>" + "b" * 10_000 + "</b>"))
        """,
    ),
    _floods("returns_a_huge_value", "'c' * bait.much_output"),
    _floods(
        "raises_a_huge_error",
        """
        class Huge(Exception):
            def _render_traceback_(self):
                return ["d" * 10_000] * bait.many_messages
        raise Huge("e" * 100)
        """,
    ),
    _floods("writes_past_python", "for _ in range(bait.many_messages):\n    os.write(1, b'f' * 10_000)"),
    _floods("has_a_program_write", "get_ipython().system('head -c %d /dev/zero | tr \"\\\\0\" g' % bait.much_output)"),
    _floods(
        "prints_from_many_threads",
        """
        def flood():
            for _ in range(bait.many_lines // 4):
                print("h" * 120)
        threads = [threading.Thread(target=flood) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """,
    ),
)
