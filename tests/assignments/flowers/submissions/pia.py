# %% [markdown]
# # Task 1
# %%
import numpy as np
import pandas as pd
import torch
from torch import nn

df = pd.read_csv("flowers.csv")
commonest = df["kind"].value_counts().idxmax()
means = df.groupby("kind")[["stem", "petal", "leaf"]].mean()
M = df[["stem", "petal", "leaf"]].to_numpy()
X = (M - M.mean(axis=0)) / M.std(axis=0)
means
