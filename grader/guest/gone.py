"""Names that libraries once had, what they meant, and between which versions they are missing.

Read by the bridges, which put them back, and on our side by what tells of it.
"""

from __future__ import annotations

from typing import NamedTuple


class Gone(NamedTuple):
    """What a name meant, as a dotted path, and the versions from which and until which its library lacks it."""

    meaning: str
    since: str
    until: str = ""


_PLAIN = {"float": "float", "int": "int", "object": "object", "str": "str", "complex": "complex", "unicode": "str"}
_RENAMED = {
    **dict.fromkeys(("Inf", "Infinity", "infty", "PINF"), "inf"),
    **dict.fromkeys(("NaN", "NAN"), "nan"),
    **{"float_": "float64", "longfloat": "longdouble", "singlecomplex": "complex64", "longcomplex": "clongdouble"},
    **{"complex_": "complex128", "cfloat": "complex128", "clongfloat": "clongdouble"},
    **{"unicode_": "str_", "string_": "bytes_", "bool8": "bool_", "int0": "intp", "uint0": "uintp"},
    **{"object0": "object_", "str0": "str_", "bytes0": "bytes_", "void0": "void"},
    **{"product": "prod", "cumproduct": "cumprod", "alltrue": "all", "sometrue": "any", "round_": "round"},
    **{"mat": "asmatrix", "NINF": "-numpy.inf", "PZERO": "0.0", "NZERO": "-0.0", "asfarray": "asarray", "msort": "sort"},
    **{name: f"exceptions.{name}" for name in ("ComplexWarning", "VisibleDeprecationWarning", "RankWarning")},
    **{name: f"exceptions.{name}" for name in ("AxisError", "TooHardError")},
}
_ABSTRACT = (
    *("Callable", "Container", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping", "MappingView"),
    *("MutableMapping", "MutableSequence", "MutableSet", "Sequence", "Set", "Sized", "ValuesView"),
)

GONE: dict[str, dict[str, Gone]] = {
    "numpy": {
        **{name: Gone(f"builtins.{kind}", "1.24") for name, kind in _PLAIN.items()},
        "bool": Gone("builtins.bool", "1.24", "2.0"),
        "long": Gone("builtins.int", "1.24", "2.0"),
        **{old: Gone(new if new[0] in "-0" else f"numpy.{new}", "2.0") for old, new in _RENAMED.items()},
        "asscalar": Gone("numpy.ndarray.item", "1.23"),
        "rank": Gone("numpy.ndim", "1.18"),
        "in1d": Gone("numpy.isin", "2.4"),
        "trapz": Gone("numpy.trapezoid", "2.4"),
        "row_stack": Gone("numpy.vstack", "3.0"),
    },
    "collections": {name: Gone(f"collections.abc.{name}", "3.10") for name in _ABSTRACT},
    "time": {"clock": Gone("time.perf_counter", "3.8")},
    "IPython.core.display": {"display": Gone("IPython.display.display", "9.0")},
}
"""By module and name. What is no path has its old meaning in `bridges`."""
