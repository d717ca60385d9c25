"""docs/mutants.md: what grading says of each mutant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.mutants.trying import Tried

_HEAD = """\
# Mutants as code

Each small mistake that grader tries on the functions of the sample assignments, put into an otherwise right hand-in as
code, and what is then said of it. `python -m tests.mutants` writes this page; a test holds that at least nine of ten of
those that show are named, that at most one in fifty is taken for another, and that nothing else loses points.

- **Mistake**: in words, as the right diagnosis would have it; *in the derivative* where the value stays right and only
  what is differentiated through it is wrong, as in a gradient worked out by hand.
- **Seen**: whether any check is wrong with the handout's numbers. Where none is, **said** is what the flag says that is
  raised as the notebook is run with other numbers.
- **Verdict**: *named*; *equivalent*, the same mistake in other words, which gives the same on other numbers, too;
  *possible*, one of at most three that are offered; *none*, nothing is said; *wrong*, another one is claimed.
- **Also lost**: checks that lose points besides, as the mistake left no number, or the same one everywhere, of which
  nothing follows.

"""


def document(tried: Sequence[Tried]) -> str:
    """The page's text."""
    return _HEAD + "\n".join(_lines(tried)) + "\n"


def _lines(tried: Sequence[Tried]) -> Iterator[str]:
    yield from _row("Sample", "Mutants", "Seen", "Named", "Equivalent", "Possible", "None", "Wrong")
    yield _rule(8)
    samples = list(dict.fromkeys(each.sample for each in tried))
    for sample in samples:
        counts = Counter(each.said for each in tried if each.sample == sample)
        seen = counts.total() - counts["not visible"]
        figures = (counts[said] for said in ("named", "equivalent", "possible", "none", "wrong"))
        yield from _row(sample, str(counts.total()), str(seen), *map(str, figures))
    for sample in samples:
        yield from ("", f"## {sample}", "")
        yield from _row("Quantity", "Line", "Mistake", "Seen", "Said", "Verdict", "Also lost")
        yield _rule(7)
        for each in tried:
            if each.sample == sample:
                yield from _of(each)


def _of(tried: Tried) -> Iterator[str]:
    mutant = tried.mutant
    quantity = f"`{mutant.quantity}`" + (", in the derivative" if mutant.derivative else "")
    said = " / ".join(tried.diagnoses) or tried.hidden
    yield from _row(
        quantity,
        str(mutant.change.line),
        tried.mistake,
        "yes" if tried.is_seen else "no",
        said if said != tried.mistake else "the same",
        tried.said if tried.is_seen else "flagged" if tried.hidden else "–",
        ", ".join(f"`{check}`" for check in tried.lost),
    )


def _row(*cells: str) -> Iterator[str]:
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _rule(columns: int) -> str:
    return "|" + " --- |" * columns
