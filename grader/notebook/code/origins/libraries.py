"""What functions and methods of libraries do, as far as it matters where a value comes from."""

from __future__ import annotations

from functools import lru_cache

ARRAYS = frozenset({"numpy", "torch", "tensorflow", "jax", "cupy", "pandas", "sympy", "mxnet"})
"""Libraries whose objects compute by operators and methods, too."""

OTHERS_OBJECTS = {"scipy": "numpy", "sklearn": "numpy", "torchvision": "torch", "keras": "tensorflow"}
"""What functions of a library give, where that is another's."""

MAKING = frozenset(
    {
        *("tensor", "as_tensor", "asarray", "array", "asanyarray", "ascontiguousarray", "from_numpy", "frombuffer"),
        *("Tensor", "FloatTensor", "DoubleTensor", "HalfTensor", "LongTensor", "IntTensor", "BoolTensor", "ByteTensor"),
        *("Variable", "Parameter", "constant", "convert_to_tensor", "matrix", "asmatrix", "clone", "copy", "deepcopy"),
        *("zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace", "logspace", "zeros_like"),
        *("ones_like", "empty_like", "full_like", "rand", "randn", "randint", "randperm", "normal", "uniform"),
        *("random", "choice", "standard_normal", "integers", "default_rng", "RandomState", "Generator", "seed"),
        *("manual_seed", "random_sample", "permutation", "stack", "vstack", "hstack", "concatenate", "cat", "concat"),
        *("column_stack", "row_stack", "atleast_2d", "expand_dims", "reshape", "transpose", "squeeze", "unsqueeze"),
        *("load", "loadtxt", "genfromtxt", "read_csv", "read_excel", "read_table", "DataFrame", "Series", "Index"),
        *("float16", "float32", "float64", "double", "int32", "int64", "long", "bool", "device", "meshgrid", "flip"),
        *("DataLoader", "TensorDataset", "Dataset", "Subset", "random_split", "one_hot", "no_grad", "tile", "repeat"),
        *(
            "set_default_dtype",
            "set_printoptions",
            "set_grad_enabled",
            "r_",
            "c_",
            "astype",
            "diag",
            "newaxis",
            "broadcast_to",
        ),
    }
)
"""Names in array libraries that make, draw, read or rearrange data; given nothing but data, they compute nothing."""

DATA_MODULES = ("torch.utils.data", "torchvision.datasets", "torchvision.transforms", "sklearn.datasets")

SHAPING = frozenset(
    {
        *("reshape", "view", "view_as", "reshape_as", "transpose", "permute", "swapaxes", "squeeze", "unsqueeze", "t"),
        *("flatten", "ravel", "expand", "repeat", "contiguous", "clone", "copy", "detach", "detach_", "cpu", "cuda"),
        *("to", "type", "type_as", "astype", "float", "double", "half", "bfloat16", "long", "int", "bool"),
        *("requires_grad_", "retain_grad", "fill_", "zero_", "normal_", "uniform_", "T", "mT", "H", "real", "data"),
        *("numpy", "tolist", "item", "to_numpy", "get", "head", "tail", "drop", "iloc", "loc", "at", "flat"),
        *("normal", "uniform", "random", "choice", "standard_normal", "integers", "randn", "rand", "manual_seed"),
        *("permutation", "shuffle", "__next__", "split", "strip", "values"),
    }
)
"""Methods and attributes that leave the numbers of data as they are, or draw them."""

CONVERTING = {"numpy": "numpy", "to_numpy": "numpy", "tolist": "", "item": "", "values": "numpy", "__array__": "numpy"}
"""Methods and attributes that give another library's object, or a plain one."""

FACTS = frozenset(
    {
        *("shape", "size", "ndim", "dtype", "device", "dim", "numel", "itemsize", "nbytes", "requires_grad"),
        *(
            "is_leaf",
            "element_size",
            "get_device",
            "is_cuda",
            "__class__",
            "__name__",
            "__version__",
            "columns",
            "index",
        ),
        *("grad_fn", "keys", "backward", "train", "eval", "zero_grad", "parameters", "describe", "info"),
    }
)
"""Methods and attributes that tell of a value, or do something, but give none of its numbers."""

ADDING = frozenset(
    {"append", "extend", "insert", "update", "add", "setdefault", "fill", "put", "itemset", "copy_", "add_", "sub_"}
)
"""Methods that put what they are given into their object."""

TELLING = frozenset(
    {
        *("len", "isinstance", "type", "range", "print", "display", "id", "hash", "callable", "hasattr", "dir", "help"),
        *("input", "open", "issubclass", "slice", "object", "super", "pprint"),
    }
)
"""Built-in functions whose results hold none of the numbers that they are given."""

PASSING = frozenset(
    {"list", "tuple", "set", "frozenset", "enumerate", "zip", "reversed", "sorted", "iter", "next", "dict"}
)
PLAIN = frozenset({"float", "int", "complex", "bool", "str", "repr", "bytes"})
UNCLEAR = frozenset({"exec", "eval", "globals", "locals", "vars", "compile"})
BY_NAME = frozenset({"__import__", "importlib.import_module"})

DUNDERS = {
    "Add": "__add__",
    "Sub": "__sub__",
    "Mult": "__mul__",
    "MatMult": "__matmul__",
    "Div": "__truediv__",
    "Pow": "__pow__",
}


@lru_cache(maxsize=2_048)
def kind_of(path: str) -> frozenset[str]:
    """The library whose object something at a dotted path gives, where that is one that computes."""
    root = path.partition(".")[0]
    root = OTHERS_OBJECTS.get(root, root)
    return frozenset({root}) if root in ARRAYS else frozenset()


@lru_cache(maxsize=2_048)
def makes_data(path: str) -> bool:
    """Whether what stands at a dotted path merely makes, draws, reads or rearranges data.

    A layer that is made draws its weights; what is computed with it comes of calling it.
    """
    if path.startswith(DATA_MODULES) or (path.startswith("torch.nn.") and path.rpartition(".")[2][:1].isupper()):
        return True
    return path.rpartition(".")[2] in MAKING and path.partition(".")[0] in {*ARRAYS, *OTHERS_OBJECTS, "copy"}
