"""What last week's notebook defined."""

import numpy as np


def softmax(z):
    """Probabilities, row by row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def one_hot(labels, classes):
    """Labels as rows with a single 1."""
    return np.eye(classes)[labels]
