import numpy as np
from helpers import one_hot, softmax
