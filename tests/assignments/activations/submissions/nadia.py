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
    return (z > 0).astype(float)
def d_sigmoid(z):
    s = sigmoid(z)
    return s * (1 - s)
