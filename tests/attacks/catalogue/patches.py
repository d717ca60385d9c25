"""Python itself, changed so that a wrong answer is taken for a right one. Only a judge outside isn't fooled."""

from __future__ import annotations

from tests.attacks.attack import ALL_ENGINES, Attack, Engines, code, passes

_WRONG = "import numpy\nanswer = 0.25\n"


def _fools(name: str, text: str, judge: str, *, shown_on: Engines = ALL_ENGINES, why: str = "") -> Attack:
    return Attack(
        name=name,
        cells=(_WRONG, code(text)),
        judge=code(judge),
        succeeded=passes,
        shown="judged-inside",
        shown_on=shown_on,
        why=why,
    )


ATTACKS = (
    _fools(
        "patches_the_builtins",
        """
        import builtins
        builtins.abs = builtins.round = lambda *_: 0.0
        builtins.all = builtins.any = lambda *_: True
        """,
        "passed = bool(all([abs(answer - RIGHT) < 1e-6]))",
    ),
    _fools(
        "patches_numpys_comparisons",
        """
        for name in ("allclose", "isclose", "array_equal", "array_equiv"):
            setattr(numpy, name, lambda *_, **__: True)
        numpy.testing.assert_allclose = numpy.testing.assert_equal = lambda *_, **__: None
        """,
        "numpy.testing.assert_allclose(answer, RIGHT)\npassed = bool(numpy.allclose(answer, RIGHT))",
    ),
    _fools(
        "patches_the_methods_of_arrays",
        """
        import gc
        methods = gc.get_referents(numpy.ndarray.__dict__)[0]
        for name in ("all", "any", "tobytes", "tolist", "item", "astype"):
            methods[name] = lambda *_, **__: True
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(numpy.ndarray))
        """,
        "passed = (numpy.abs(numpy.array([answer]) - RIGHT) < 1e-6).all() is True",
    ),
    _fools(
        "patches_the_shell",
        """
        shell = get_ipython()
        success = types.SimpleNamespace(success=True, error_in_exec=None, error_before_exec=None, result=True)
        real = type(shell).run_cell
        def run_cell(self, text, *rest, **named):
            return success if text.startswith("assert") else real(self, text, *rest, **named)
        type(shell).run_cell = run_cell
        shell.showtraceback = lambda *_, **__: None
        """,
        "passed = get_ipython().run_cell('assert abs(answer - RIGHT) < 1e-6').success",
    ),
    _fools(
        "patches_what_writes_and_reads_values",
        """
        class Right(float):
            __eq__ = lambda self, other: True
            __hash__ = float.__hash__
        loads, dumps = json.loads, json.dumps
        def forged(text, **named):
            return {"answer": Right()} if str(text).startswith('{"answer"') else loads(text, **named)
        json.loads = forged
        json.dumps = lambda value, **named: dumps(value, **named)
        """,
        "passed = json.loads(json.dumps({'answer': answer}))['answer'] == RIGHT",
    ),
    _fools(
        "replaces_modules",
        """
        class Agreeable(types.ModuleType):
            def __getattr__(self, name):
                return lambda *_, **__: True
        for name in ("numpy", "numpy.testing", "math", "json", "struct", "unittest", "torch"):
            sys.modules[name] = Agreeable(name)
        """,
        "import numpy\npassed = numpy.allclose(answer, RIGHT)",
    ),
    _fools(
        "patches_every_function_that_captures",
        """
        import gc
        forged = (lambda *_, **__: True).__code__
        def captures(function):
            module = function.__globals__.get("__name__", "")
            return "guest" in module or function.__name__ in ("check_answer", "_value", "_dispatch", "read")
        def check_answer(value):
            return abs(value - RIGHT) < 1e-6
        for each in gc.get_objects():
            with ignored:
                if isinstance(each, types.FunctionType) and not each.__closure__ and captures(each):
                    each.__code__ = forged
        """,
        "passed = check_answer(answer)",
        shown_on=frozenset({"warm"}),
        why="in a kernel, what tells of its success breaks with the rest",
    ),
    _fools(
        "reads_the_expected_value_from_the_judges_frame",
        """
        class Spy(float):
            def __eq__(self, other):
                frame = sys._getframe(1)
                self.seen = frame.f_locals.get("expected", other)
                return self.seen == other
            __hash__ = float.__hash__
        answer = Spy(0.25)
        """,
        "expected = RIGHT\npassed = answer == expected",
    ),
    _fools(
        "rewrites_the_judges_constants",
        """
        def agree(*_):
            get_ipython().user_ns["RIGHT"] = answer
        get_ipython().ast_transformers.append(types.SimpleNamespace(visit=lambda tree: agree() or tree))
        """,
        "passed = abs(answer - RIGHT) < 1e-6",
    ),
)
