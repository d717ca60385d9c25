# %% [markdown]
# # Activations
# ## Task 1
# %%
import numpy as np
def relu(z):
    return np.maximum(0, z)
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def d_relu(z):
    return np.where(z > 0, z, 0.0)
def d_sigmoid(z):
    s = sigmoid(z)
    return s * (1 - s)
# %% [markdown]
# ## Task 2
# %%
def backward_pass(x, y, params):
    z1 = x @ params["W1"] + params["b1"]
    a1 = relu(z1)
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = sigmoid(z2)
    p = softmax(a2 @ params["W3"] + params["b3"])
    dz3 = (p - y) / len(x)
    dz2 = dz3 @ params["W3"].T * d_sigmoid(z2)
    dz1 = dz2 @ params["W2"].T * d_relu(z1)
    return {
        "dW1": x.T @ dz1, "db1": dz1.sum(axis=0),
        "dW2": a1.T @ dz2, "db2": dz2.sum(axis=0),
        "dW3": a2.T @ dz3, "db3": dz3.sum(axis=0),
    }
# %%
backward_pass(np.ones((2, 3)), one_hot([0, 1], 2), {"W1": np.ones((3, 5)), "b1": np.zeros(5), "W2": np.ones((5, 4)), "b2": np.zeros(4), "W3": np.ones((4, 2)), "b3": np.zeros(2)})
