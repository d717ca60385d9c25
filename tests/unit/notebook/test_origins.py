"""What values come from, by syntax: right hand-ins in all their variations, and those that took the other version's."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notebook import Asked, Origin, Use, origins
from tests.end_to_end.test_variations import variations

QUANTITIES = ("z1", "a1", "z2", "a2", "loss", "dw1")
GIVENS = frozenset({"x1", "x2", "w1", "w2", "y1", "y2", "x", "y"})


def is_input(name: str) -> bool:
    return re.sub(r"_?(?:t|n|np|torch|numpy)$", "", name.lower()) in GIVENS


def of_torch(use: Use) -> bool:
    return use.kind in {"name", "operation"} and use.name.partition(".")[0] == "torch"


def followed(cells: list[tuple[int, str]], *names: str) -> dict[str, Origin]:
    asked = [Asked(after_cell=cells[-1][0], path=name) for name in names]
    return {each.path: origin for each, origin in origins(cells, asked, is_input=is_input).items() if origin.known}


def hand_ins() -> dict[str, list[tuple[int, str]]]:
    return {
        f"{name}-{change}": [(index, cell.source) for index, cell in enumerate(cells) if cell.kind == "code"]
        for (sample, name, change), cells in variations().items()
        if sample == "mlp"
    }


def test_no_variation_of_a_right_hand_in_computes_one_version_with_the_other() -> None:
    names = [*(f"{quantity}_n" for quantity in QUANTITIES), "dL_dw1_n"]
    known = 0
    for label, cells in hand_ins().items():
        for name, origin in followed(cells, *names).items():
            known += 1
            assert origin.nearest(of_torch) is None, (label, name)
            assert not any(of_torch(use) for use in origin.uses), (label, name)
    assert known > 700


WAYS = (
    "{name} = {theirs}.detach().numpy()",
    "{name} = np.asarray({theirs}.tolist())",
    "taken = {theirs}\n{name} = np.array(taken.detach())",
    "def fetched():\n    return {theirs}.detach().cpu().numpy()\n{name} = fetched()",
)


@pytest.mark.parametrize("way", WAYS)
def test_whoever_took_a_value_from_the_other_version_is_found_at_that_line(way: str) -> None:
    caught = 0
    for label, cells in hand_ins().items():
        if not label.endswith(("cells_are_split", "extra_cells_stand_between")):
            continue
        last = cells[-1][0]
        for quantity in QUANTITIES:
            name, theirs = f"{quantity}_n", f"{quantity}_t"
            taken = [*cells, (last + 1, way.format(name=name, theirs=theirs))]
            if theirs not in followed(cells, theirs):
                continue
            use = followed(taken, name)[name].nearest(of_torch)
            assert use is not None, (label, quantity)
            assert use.cell == last + 1
            caught += 1
    assert caught >= 20


def test_what_would_take_very_long_to_follow_is_left_alone() -> None:
    deep = "\n".join(f"{'  ' * depth}for i{depth} in range(2):" for depth in range(15))
    doubling = "\n".join(f"def f{n}(x):\n    return f{n - 1}(x) + f{n - 1}(x)" for n in range(1, 40))
    wide = "x = [" + "1, " * 20_000 + "]\n" + "x = x + x\n" * 2_000
    before = time.process_time()
    for source in (
        deep + "\n" + "  " * 15 + "z_n = 1",
        "def f0(x):\n    return x\n" + doubling + "\nz_n = f39(1)",
        wide,
        "z_n = " + "(" * 80 + "1" + ")" * 80,
        "a = {}\na['a'] = a\nz_n = a",
        "def f(x):\n    return f(x)\nz_n = f(1)",
        "class A:\n    def __init__(self):\n        self.a = A()\nz_n = A()",
        "\n".join(f"if x:\n    z_n = {n}" for n in range(3_000)),
    ):
        followed([(0, source)], "z_n")
    assert time.process_time() - before < 20


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "z_n = {}",
                "z_n.a.b = z_n",
                "z_n[0] = z_n",
                "z_n += z_n",
                "z_n = z_n[z_n]",
                "for z_n in z_n: z_n.append(z_n)",
                "def z_n(z_n): return z_n(z_n)",
                "z_n = lambda *z: z_n(*z)",
                "z_n = z_n()",
                "del z_n",
                "class z_n: z = z_n",
                "global z_n",
                "with z_n as (z_n, *z): pass",
                "try: z_n = 1\nexcept z_n: z_n = 2\nfinally: z_n = z_n",
                "match z_n:\n    case [z_n, *_]: z_n = 3",
                "(z_n := z_n)",
                "z_n, *(y, z_n) = z_n",
                "import z_n",
                "from . import z_n",
                "z_n = {**z_n, 'a': z_n}",
                "z_n = getattr(z_n, z_n)",
                "async def z_n(): yield await z_n",
                "z_n = f'{z_n}'",
                "z_n: int",
                "return z_n",
            ]
        ),
        max_size=8,
    )
)
def test_anything_may_be_followed(statements: list[str]) -> None:
    followed([(0, "\n".join(statements)), (1, "z_n")], "z_n", "z_n.a", "z_n[0]")
