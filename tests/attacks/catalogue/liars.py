"""Objects that say they are what they aren't."""

from __future__ import annotations

from tests.attacks.attack import Attack, code, outruns_its_cell, passes


def _lies(name: str, text: str, judge: str = "passed = bool(numpy.allclose(answer, RIGHT))") -> Attack:
    cells = ("import numpy", code(text))
    return Attack(name=name, cells=cells, judge=judge, succeeded=passes, shown="judged-inside")


ATTACKS = (
    _lies(
        "is_equal_to_everything",
        """
        class Equal:
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __sub__ = __rsub__ = __abs__ = lambda self, *other: self
            __lt__ = __gt__ = __eq__
            __hash__ = object.__hash__
        answer = Equal()
        """,
        "passed = (abs(answer - RIGHT) < 1e-6) and (answer == RIGHT)",
    ),
    _lies(
        "is_a_float_that_compares_as_it_likes",
        """
        class Liar(float):
            __sub__ = __rsub__ = lambda self, other: 0.0
            __float__ = lambda self: 0.25
        answer = Liar(0.25)
        """,
        "passed = abs(answer - RIGHT) < 1e-6",
    ),
    _lies(
        "is_an_array_that_answers_for_numpy",
        """
        class Liar(numpy.ndarray):
            def __array_function__(self, *_):
                return True
            def __array_ufunc__(self, *_, **__):
                return numpy.True_
            shape = property(lambda self: ())
            dtype = property(lambda self: numpy.dtype("float64"))
            size = property(lambda self: 1)
            nbytes = property(lambda self: 8)
            __len__ = lambda self: 10**18
        answer = numpy.zeros(3).view(Liar)
        """,
    ),
    _lies(
        "becomes_another_array_each_time",
        """
        class Moody:
            def __array_function__(self, *_):
                return True
            def __array__(self, *_, **__):
                return numpy.zeros((1 << 12, 1 << 12))
            __array_interface__ = property(lambda self: {"shape": (1 << 40,), "typestr": "<f8", "data": (8, False),
                                                         "version": 3})
        answer = Moody()
        """,
    ),
    _lies(
        "says_it_is_of_another_class",
        """
        class Liar:
            __class__ = property(lambda self: float)
            __eq__ = lambda self, other: True
            __hash__ = object.__hash__
        answer = Liar()
        """,
        "passed = isinstance(answer, float) and answer == RIGHT",
    ),
    _lies(
        "is_a_list_without_end_that_agrees",
        """
        class Endless(list):
            __len__ = lambda self: 1
            __iter__ = lambda self: iter(int, 1)
            __getitem__ = lambda self, _: self
            __eq__ = lambda self, other: True
            __hash__ = object.__hash__
        answer = Endless([0.25])
        """,
        "passed = len(answer) == 1 and answer[0] == RIGHT",
    ),
    _lies(
        "has_a_type_that_lies",
        """
        class Type(type):
            __instancecheck__ = __subclasscheck__ = lambda *_: True
            __eq__ = lambda self, other: True
            __hash__ = type.__hash__
            mro = lambda self: [self, float, object]
            __name__ = property(lambda self: 1 / 0)
        class Liar(float, metaclass=Type):
            __sub__ = __rsub__ = lambda self, other: 0.0
        answer = Liar(0.25)
        """,
        "passed = type(answer) == float and abs(answer - RIGHT) < 1e-6",
    ),
    _lies(
        "is_a_dictionary_of_itself_that_agrees",
        """
        class Loop(dict):
            __eq__ = lambda self, other: True
            __hash__ = object.__hash__
            items = lambda self: iter([(self, self)] * (1 << 40))
        answer = Loop()
        for number in range(100_000):
            dict.__setitem__(answer, number, answer)
        """,
        "passed = answer == RIGHT",
    ),
    Attack(
        name="takes_for_ever_to_be_shown",
        cells=(
            code("""
                class Slow:
                    def __repr__(self):
                        time.sleep(bait.forever)
                        get_ipython().user_ns["granted"] = True
                        return "shown"
                Slow()
            """),
        ),
        succeeded=outruns_its_cell,
        shown="unlimited",
    ),
)
