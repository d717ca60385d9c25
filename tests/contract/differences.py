"""Where an engine is known to differ from the yardstick, and why that is right, or can't be helped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.execution import Seal


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What comes instead of the yardstick's outcome, part by part, as `outcomes` words it.

    It holds behind the `seals`, "none" among them. `what` and `why` are for the reader.
    """

    behaviour: str
    engine: str
    seals: tuple[Seal, ...] = ("none", "landlock", "namespaces")
    what: str
    why: str
    instead: Mapping[str, list[str]]


PASSED_OVER = {
    "how": ["completed", ""],
    "cell 1": ["ok"],
    "cell 2": ["ok"],
    "captures": ["x after 2 (end): Scalar(kind='scalar', value=43)"],
}

KNOWN_DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        behaviour="a_display_can_be_updated",
        engine="warm",
        what="A display that a later cell updates is shown as it was updated.",
        why="As in a frontend. The kernel engine has put a cell's outputs down once it has ended.",
        instead={"cell 0": ["ok", "display \"'later'\""]},
    ),
    Difference(
        behaviour="what_cannot_be_shown_shows_why_and_takes_no_later_cell",
        engine="warm",
        what="A cell whose result's own repr raises is ok; the error is among its outputs.",
        why="Its code ran to its end. IPython's kernel calls it an error, but one of the name `NoneType`.",
        instead={
            "cell 1": ["ok", "error ValueError: no repr"],
            "cell 2": ["ok", "error ValueError: no HTML", "result 'half'"],
        },
    ),
    Difference(
        behaviour="flushed_pieces_come_together_and_streams_come_apart",
        engine="warm",
        what="Text on stderr stands between what was printed before it and after it.",
        why="That is the order in which it was written; a kernel's streams are flushed apart.",
        instead={"cell 1": ["ok", "stdout '1\\n'", "stderr '2\\n'", "stdout '3\\n'"]},
    ),
    Difference(
        behaviour="what_is_no_text_is_no_failure",
        engine="warm",
        what="A lone surrogate is printed as a question mark.",
        why="A kernel can't put it into a message, loses the line, and logs a traceback of its own.",
        instead={"cell 0": ["ok", "stdout '?\\n'"]},
    ),
    Difference(
        behaviour="closed_streams_lose_no_values",
        engine="warm",
        what="What is printed after stdout was closed is shown.",
        why="Nothing is lost by it; a kernel's stream raises.",
        instead={"how": ["completed", ""], "cell 2": ["ok", "stdout 'unheard\\n'"]},
    ),
    Difference(
        behaviour="odd_exceptions_are_errors_like_others",
        engine="warm",
        what="An exception whose message can't be made or sent is told once, and under its own name.",
        why="A kernel fails over it, and tells of its own failure.",
        instead={
            "cell 1": ["error: ValueError: in str", "error ValueError: in str"],
            "cell 3": ["error: ValueError: lone ?", "error ValueError: lone ?"],
        },
    ),
    Difference(
        behaviour="what_child_processes_print_is_shown",
        engine="kernel",
        seals=("namespaces", "landlock"),
        what="What a forked process prints by Python is lost; what it writes to its standard output isn't.",
        why="A kernel's forks send it over the network's loopback, which is out of reach behind the walls.",
        instead={"cell 0": ["ok"]},
    ),
    *(
        Difference(
            behaviour=f"a_process_that_{way}_leaves_what_the_last_finished_cell_left",
            engine="warm",
            seals=("namespaces",),
            what="A process that sends itself a deadly signal lives on.",
            why="It is the first of its namespace, which Linux shields from signals out of it.",
            instead=PASSED_OVER,
        )
        for way in ("kills_itself", "terminates_itself", "kills_its_group")
    ),
    Difference(
        behaviour="a_process_that_aborts_leaves_what_the_last_finished_cell_left",
        engine="warm",
        seals=("namespaces",),
        what="A process that aborts dies of another signal.",
        why="The same: the C library's `abort` goes on to an illegal instruction where its signal does nothing.",
        instead={"how": ["died", "The process was ended by SIGSEGV."]},
    ),
)

LATE = "what is written past sys.stdout is heard by a thread, and nbclient takes a cell's outputs until it is over"
"""Why `HEARD_LATE` are. The warm engine waits for it."""

HEARD_LATE = (
    "bytes_written_to_the_descriptors_are_shown",
    "what_commands_write_is_shown_unless_it_is_taken",
    "what_the_original_stdout_is_given_is_shown",
    "what_c_code_prints_is_shown",
    "bytes_that_are_no_text_are_no_failure",
    "what_is_no_text_is_no_failure",
    "what_child_processes_write_is_shown",
)
"""Behaviours that the kernel engine doesn't show each time, whatever the seal."""
