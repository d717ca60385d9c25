"""Every sentence about a check, a run and a cell, by the code that it stands for, in English.

What stands in curly brackets is filled in by `wording`, in whatever language is asked for.
"""

from __future__ import annotations

from grader.records import ExecutionStatus, FoundKind, Reason, Verdict, translatable

VERDICTS: dict[Verdict, str] = {
    "correct": translatable("Correct"),
    "follow-through": translatable("Follows through"),
    "partial": translatable("Partly right"),
    "incorrect": translatable("Not right"),
    "missing": translatable("Missing"),
    "not-run": translatable("Not run"),
    "unmarked": translatable("Not marked yet"),
}

STATUSES: dict[ExecutionStatus, str] = {
    "completed": translatable("Ran to the end"),
    "error": translatable("Ran to the end, with errors in some cells"),
    "timeout": translatable("Stopped: it took too long"),
    "memory": translatable("Stopped: it used too much memory"),
    "output": translatable("Stopped: it wrote too much output"),
    "died": translatable("Its process died"),
    "rejected": translatable("Could not be read"),
    "unavailable": translatable("Not graded: a fault of the grader"),
}

CELL_STATUSES = {
    "ok": "",
    "error": translatable("raised an error"),
    "timeout": translatable("took too long"),
    "output": translatable("wrote too much output"),
    "died": translatable("the process died here"),
    "not-run": translatable("not run"),
}

WITHOUT_FIGURES: dict[Reason, str] = {
    "equal": translatable("{answer} is right."),
    "low-precision": translatable(
        "{answer} is right, though less precise than its type: numbers of lower precision got into it."
    ),
    "differs": translatable("{answer}: {mismatch}."),
    "other-shape": translatable("{answer} {shaped}; another shape is asked for."),
    "other-dtype": translatable("{answer} is of another type than the one that is asked for{detail}."),
    "other-kind": translatable("{answer} is of another kind than what is asked for{found}."),
    "other-length": translatable("{answer} has another number of items than what is asked for{found}."),
    "no-entry": translatable("{answer} lacks an entry that is asked for{detail}."),
    "not-numeric": translatable("{answer} can't be compared: numbers are asked for{found}."),
    "not-finite": translatable("{answer} holds values that are not finite numbers (NaN or infinity)."),
    "unreadable": translatable("{answer} could not be read as numbers{found}."),
    "elided": translatable("{answer} was shortened with “…” when it was printed, so there is nothing to compare."),
    "too-coarse": translatable("{answer}: printed with too few digits to judge."),
    "no-variable": translatable("There is no variable {names} at the end of the notebook."),
    "cell-failed": translatable(
        "There is no variable {names}, since the cell that would make it{made_in} stopped{why}."
    ),
    "not-reached": translatable("The run ended before it came to {names}{made_in}."),
    "rejected": translatable("The hand-in could not be run, so there is nothing to mark."),
    "person": translatable("This waits for a person: it is not counted yet."),
    "grader-fault": translatable(
        "The grader failed here, not you. It is not counted yet, and a person will look at it."
    ),
    "no-function": translatable("There is no function {names} at the end of the notebook."),
    "not-callable": translatable("{names} is there, but it is no function."),
    "raised": translatable("{called} raises an error{why}."),
    "not-raised": translatable("{called} raises no error where one is asked for{detail}."),
    "other-error": translatable("{called} raises another error than the one that is asked for{detail}."),
    "call-timeout": translatable("{called} takes too long."),
    "call-died": translatable("{called} ends its process."),
    "not-called": translatable("{called} could not be tried: its calls took all the time or room that there is."),
    "does-not-hold": translatable("This doesn't hold for your notebook."),
    "broken-rule": translatable("{answer} isn't computed in the way that is asked for{detail}."),
    "bad-given": translatable("It depends on an input that isn't as it is asked for{detail}."),
    "hard-coded": translatable("{answer} stays the same, whatever numbers it is computed of: it is typed in."),
    "hidden-bug": translatable("{answer} is right with the numbers of the handout, but not with others."),
    "not-accepted": translatable(
        "{answer} was found, but this assignment counts only a variable of the agreed name{agreed}."
    ),
}

WITH_FIGURES: dict[Reason, str] = WITHOUT_FIGURES | {
    "low-precision": translatable(
        "{answer} is right, though less precise than its type{largest}. Allowed {allowance}."
    ),
    "differs": translatable("{answer}: {mismatch}{largest}. Allowed {allowance}."),
    "other-shape": translatable("{answer} {shaped}, where {expected_shape} is asked for."),
    "not-finite": translatable("{answer} holds values that are not finite numbers (NaN or infinity): {mismatch}."),
    "too-coarse": translatable("{answer}: printed with too few digits to judge{largest}."),
    "grader-fault": translatable(
        "The grader failed here{detail}. It is not counted yet, and a person has to look at it."
    ),
}

HOLDS = translatable("This holds for your notebook.")
EVERY_CASE = translatable("{called} gives the right answer in every case.")
CASES = translatable("{called} is right in {right} of {cases} cases.")
FUNCTION_PARTS = translatable("{called} is right in {right} of the {cases} parts of its results.")
VALUE_PARTS = translatable("{answer} is right in {right} of its {cases} parts.")

FOLLOWS_IN_PART = translatable(
    "{answer} differs, but it follows correctly from your {sources}. So it keeps a part of its points."
)
FOLLOWS = translatable("{answer} differs, but it follows correctly from your {sources}. So it keeps its points.")

WAITING: dict[Reason, str] = {
    "elided": translatable(
        "{answer} was shortened with “…” when it was printed, so there is nothing to compare. "
        "This waits for a person: it is not counted yet."
    ),
    "too-coarse": translatable(
        "{answer}: printed with too few digits to judge{largest}. This waits for a person: it is not counted yet."
    ),
}
"""Of what can't be judged by machine; where no figures are told, `largest` is nothing."""

TO_JUDGE = translatable("This waits for a person, who judges by the rubric: {rubric}.")

FOUND: dict[FoundKind, str] = {
    "variable": translatable("{name} at the end of {section}{cell}"),
    "printed": translatable("The printed value {name}{cell}"),
    "other-name": translatable("{name} in place of {names}{cell}"),
}
FOUND_LATE = translatable("{name}{cell} at the end of the notebook (not yet there at the end of {section})")

PLAIN_DIAGNOSES = {
    "scaled": translatable("All of it is off by the same factor."),
    "shifted": translatable("All of it is off by the same amount."),
}
"""Diagnoses whose own message tells a number that leads to the right one, in words that don't."""

OTHER_PART = translatable("not right")
PART_REASONS: dict[Reason, str] = {
    "equal": translatable("right"),
    "low-precision": translatable("right, though less precise than its type"),
    "differs": translatable("another value than is asked for"),
    "other-shape": translatable("another shape than is asked for"),
    "other-dtype": translatable("another type than is asked for"),
    "other-kind": translatable("something else than is asked for"),
    "other-length": translatable("another number of items than is asked for"),
    "no-entry": translatable("not there"),
    "not-numeric": translatable("holds no numbers"),
    "not-finite": translatable("not finite (NaN or infinity)"),
    "raised": translatable("raises an error"),
    "not-raised": translatable("raises no error where one is asked for"),
    "other-error": translatable("raises another error than is asked for"),
    "call-timeout": translatable("takes too long"),
    "call-died": translatable("ends its process"),
    "not-called": translatable("not tried: there was no time or room left"),
}
"""What became of a part of an answer."""
