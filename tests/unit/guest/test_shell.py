"""What the guest's shell leaves out of IPython's work makes no difference to a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from grader.guest.shell import Transformer

PIECES = st.sampled_from(
    [
        *("x = 1", "print(x)", "'''", '"""', "...", "def f(x):", "return x", "# 3 % 4", "s = 'a; b'", "é = 2"),
        *(">>> ", ">>>", "... ", "In [1]: ", "In[2]:", "   ...: ", "Out[1]: 3", "%%bash", "%time f(3)", "!ls", "len?"),
        *("?len", ",f a b", ";f a", "/f 1", "a %= 2", "a != b", "  ", "\t", "\f", "\r", "\x0b", "\x1c", "\u2028", "\\"),
    ]
)
LINES = st.lists(PIECES, max_size=4).map("".join)
unspecified = pytest.mark.filterwarnings("ignore:.*line.*markers")  # IPython's own, on odd line ends

CELLS = st.lists(LINES, max_size=6).map("\n".join) | st.text(max_size=30)


@unspecified
@given(CELLS)
def test_a_cell_is_transformed_as_ipython_does_it(cell: str) -> None:
    assert _transformed(Transformer(), cell) == _transformed(TransformerManager(), cell)


@unspecified
@given(CELLS)
def test_transforms_of_a_students_own_are_applied(cell: str) -> None:
    managers = Transformer(), TransformerManager()
    for manager in managers:
        manager.cleanup_transforms.append(lambda lines: [line.replace("x", "y") for line in lines])
    assert _transformed(managers[0], cell) == _transformed(managers[1], cell)


def _transformed(manager: TransformerManager, cell: str) -> str:
    try:
        return manager.transform_cell(cell)
    except SyntaxError as error:
        return f"{type(error)}: {error}"
