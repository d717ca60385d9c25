"""A table of flowers: described with pandas, and told apart by a small network that is trained for a few epochs."""

from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from grader import Assignment, Tolerance, call, hidden

flowers = Assignment("flowers", title="Telling flowers apart", points=16, replaced={"EPOCHS": 2})
table = pd.read_csv(Path(__file__).parent / "provided" / "flowers.csv")

describe = flowers.task("Task 1", title="Describing the table")


@describe.value(points=1, tolerance=Tolerance(case="any", space="any"))
def commonest():
    """The commonest kind."""
    return table["kind"].mode()[0]


@describe.value(points=3, tolerance=Tolerance(order="rows", rtol=1e-6, atol=1e-6))
def means():
    """The mean of each measure, by kind."""
    return table.groupby("kind").mean()


@describe.value(points=2)
def X():
    """The measures, each with mean 0 and standard deviation 1."""
    measures = torch.tensor(table[["stem", "petal", "leaf"]].to_numpy())
    return (measures - measures.mean(dim=0)) / measures.std(dim=0, correction=0)


train = flowers.task("Task 2", title="Training")


@train.property(points=3, first="history[0]", last="history[-1]")
def learns(first: Tensor, last: Tensor) -> tuple[bool, str]:
    """The loss goes down while the network is trained."""
    return bool(last < first), "The last loss in `history` has to be smaller than the first."


@train.property(points=7, predicted=call("predict", hidden("x_test.npy")), arguments="ndarray")
def generalises(predicted: Tensor, y_test: Tensor = hidden("y_test.npy")) -> tuple[Tensor, str]:
    """Eight of ten flowers that nobody has seen are told apart; a third would be by chance."""
    right = (predicted.flatten() == y_test).double().mean()
    share = (right - 1 / 3) / (0.8 - 1 / 3)
    return share.clamp(0, 1), "Your `predict` is tried on measures of flowers that are not in the table."
