"""first, drafted from first.ipynb."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader import Assignment


def cross_entopy_loss_torch(y_true, y_pred):
    return -torch.sum(y_true * torch.log(y_pred))


first = Assignment("first", title="first", points=12, versions={"torch": "{}_t", "numpy": "{}_n"})

first.given(
    x1=[1.0, 2.0, 3.0],
    x2=[4.0, 5.0, 6.0],
    w1=[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]],
    w2=[[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]],
    y1=[0, 1],
    y2=[1, 0],
)

task_1 = first.task("Task 1")


@task_1.value(points=1)
def z1(x1: Tensor, x2: Tensor, w1: Tensor) -> Tensor:
    return torch.matmul(torch.stack([x1, x2]), w1)


@task_1.value(points=1)
def a1(z1: Tensor) -> Tensor:
    return F.relu(z1)


@task_1.value(points=1)
def z2(a1: Tensor, w2: Tensor) -> Tensor:
    return torch.matmul(a1, w2)


@task_1.value(points=1)
def a2(z2: Tensor) -> Tensor:
    return F.softmax(z2, dim=1)


task_2 = first.task("Task 2")


@task_2.value(points=1)
def loss(y1: Tensor, y2: Tensor, a2: Tensor) -> Tensor:
    y1_t = y1.double()
    y2_t = y2.double()
    y = torch.stack([y1_t, y2_t])
    return cross_entopy_loss_torch(y, a2)


task_2.gradient("dw1", of="loss", by="w1", points=1, also={"numpy": "dL_dw1_n"})

# What first.ipynb doesn't tell, and you have to decide (cells count from 0):
# - Task 1: left out `np_softmax`. Say `# points: 1` behind what counts.
# - Task 2: left out `cross_entopy_loss_torch`, `cross_entopy_loss_np`, `dL_da2_n`, `dL_dz2_n`, `dL_dw2_n`,
#   `dL_da1_n`, `dL_dz1_n`. Say `# points: 1` behind what counts.
