"""ada, drafted from ada.py."""

from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from grader import Assignment, call

PROVIDED = Path(__file__).parent / "provided"

df = pd.read_csv(PROVIDED / "flowers.csv")
M = df[["stem", "petal", "leaf"]].to_numpy()

ada = Assignment("ada", title="ada", points=16)

task_1 = ada.task("Task 1")


@task_1.value(points=1)
def commonest():
    return df["kind"].value_counts().idxmax()


@task_1.value(points=3)
def means():
    return df.groupby("kind")[["stem", "petal", "leaf"]].mean()


@task_1.value(points=2)
def X():
    return (M - M.mean(axis=0)) / M.std(axis=0)


task_2 = ada.task("Task 2")


@task_2.property(points=3, first="history[0]", last="history[-1]")
def history_falls(first: Tensor, last: Tensor) -> tuple[bool, str]:
    """The numbers in `history` go down."""
    return bool(last < first), "The last number in `history` has to be smaller than the first."


# TODO: say what makes what `predict` gives right, for data that no student has
@task_2.property(points=7, given=call("predict", M), arguments="ndarray")
def predict_holds(given: Tensor) -> tuple[bool, str]:
    """What `predict` gives is right."""
    return bool(torch.isfinite(given.double()).all()), "`predict` has to give finite numbers."


# What ada.py doesn't tell, and you have to decide (cells count from 0):
# - Task 1: left out `df`, `M`. Say `# points: 1` behind what counts.
# - Task 2: left out `kinds`, `y`, `accuracy`. Say `# points: 1` behind what counts.
# - cell 3, line 9: `history` comes of training, which has many right answers, so it is a property. Say in it what
#   makes an answer right.
# - cell 4, line 1: `predict` needs what the notebook computed before, so that its results are judged as a property.
#   Call it with data of yours, call("predict", hidden("x_test.npy")), and say what makes it right.
