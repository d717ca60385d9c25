"""What the class page says of flags: to staff, of a whole class, in one plain sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from grader.analysis import Attention
from grader.reports.plain_text import counted, points_text

FLAGS: Mapping[str, str] = {
    "bridged": "Needed something of an older version or of another machine, which was provided.",
    "changed-later": "Right when it was printed, and changed afterwards.",
    "forbidden-name": "Is computed with a name that the assignment forbids for this answer.",
    "given-changed": "Works with other numbers than the handout gives.",
    "hard-coded": "An answer that doesn't come from the data.",
    "hidden-bug": "Right on the handout's numbers only.",
    "keeps-state": "A function that answers the same call differently the second time.",
    "late": "There at the end of the notebook only, not of its task.",
    "low-precision": "Right only at lower precision than its type.",
    "missing-file": "Reads a file that wasn't there.",
    "missing-name": "There is no variable of the agreed name.",
    "missing-package": "Imports what isn't installed where this was graded.",
    "mutates-argument": "A function that changes its arguments.",
    "not-replaced": "Doesn't assign what is replaced when graded, and ran with its own.",
    "not-reproducible": "Gives other answers each time.",
    "not-varied": "Could not be tried with other numbers.",
    "older-environment": "Written for another version or machine; that could not be bridged.",
    "other-name": "Found under another name than the agreed one.",
    "out-of-order": "Its cells were run in another order than they stand in.",
    "printed-only": "Only printed, never kept in a variable.",
    "required-name": "Is computed without a name that the assignment requires for this answer.",
    "retried": "Its process was ended early, and it was run once more.",
    "rule-unclear": "Whether it keeps to a rule on names can't be told from its code.",
    "similar": "Shares wrong values with another hand-in that few else have; see below.",
    "stale-output": "Shows a saved output that its code doesn't give.",
    "undefined-name": "Uses a name that no cell before it defines.",
    "unmarked": "The machine could not mark something: a person has to look at it.",
}
"""By their codes; one that isn't here is told by its code alone."""


def in_doubt(each: Attention) -> str:
    """How many points a kind of flag makes doubtful, and in which way: `6 points may have been lost wrongly`."""
    if not each.points:
        return "none"
    said = {"lost": "may be lost wrongly", "gained": "may be unearned", "either": "may change"}[each.doubt]
    return f"{points_text(each.points)} {said}"


def who(names: tuple[str, ...], most: int) -> str:
    """The first of some names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} and {counted(rest, 'other')}"
