"""Source in colours: what it says stays, and no text takes long."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.colours import coloured

_SPAN = re.compile(r'<span class="(\w+)">(.*?)</span>', re.DOTALL)


def kinds(source: str) -> list[tuple[str, str]]:
    """The coloured pieces of a source, with their classes."""
    return [(kind, html.unescape(text)) for kind, text in _SPAN.findall(coloured(source))]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np", [("k", "import"), ("nf", "numpy"), ("k", "as")]),
        ("from torch.nn import functional", [("k", "from"), ("nf", "torch.nn"), ("k", "import"), ("nf", "functional")]),
        ("def relu(x): return x", [("k", "def"), ("nf", "relu"), ("k", "return")]),
        ("z1 = X @ w1  # by hand", [("c1", "# by hand")]),
        ("x1 = 0.5e-3", [("mi", "0.5e-3")]),
        ("print(rf'a # {x}')", [("nb", "print"), ("s2", "rf'a # {x}'")]),
        ('s = """a\n# b"""  # c', [("s2", '"""a\n# b"""'), ("c1", "# c")]),
        ("s = 'it\\'s'", [("s2", "'it\\'s'")]),
        ("s = 'open\nx = 1", [("s2", "'open"), ("mi", "1")]),
        ("%matplotlib inline\nx = 7 % y", [("nd", "%matplotlib inline"), ("mi", "7")]),
        ("@cache\ndef f(): pass", [("nd", "@cache"), ("k", "def"), ("nf", "f"), ("k", "pass")]),
        ("important = imports", []),
    ],
)
def test_what_is_what_has_a_colour(source: str, found: list[tuple[str, str]]) -> None:
    assert kinds(source) == found


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=60))
def test_the_text_stays_and_none_of_it_is_markup(source: str) -> None:
    shown = coloured(source)
    bare = re.sub(r"</?(?:span|div|pre)(?: class=\"\w+\")?>", "", shown)
    assert not re.search(r"[<>]", bare)
    assert html.unescape(bare).strip("\n") == source.strip("\n")


@given(st.text(st.sampled_from("def x.1e+'rb#%@w\\\n \t"), max_size=40))
def test_line_by_line_or_as_a_whole_is_the_same(source: str) -> None:
    # A string that may go over lines has all of a source looked at as one.
    whole = coloured(f"x\n{source}x\n")
    assert whole.startswith(coloured(f"x\n{source}x").removesuffix("\n</pre></div>"))


@pytest.mark.parametrize(
    "source", ["'" * 30_000, '"""' * 10_000, "f" * 30_000, "'\\" * 15_000, "%" * 30_000, "\n @" * 10_000, "1." * 15_000]
)
def test_no_text_takes_long(source: str) -> None:
    started = time.process_time()
    coloured(source)
    assert time.process_time() - started < 5
