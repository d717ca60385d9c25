"""What cells show: results, displays and their rich forms."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import (
    all_ok,
    error,
    outputs,
    result,
    scalar,
    statuses,
    streams,
    text,
    traceback,
)

shown = partial(behaviour, together="outputs")
first = partial(behaviour, together="results")  # cells are numbered from 1 here


@first("1 + 1", "_ + 1", "__, _", "Out[1], In[1], _1, _i2", "Out == _oh, In is _ih, len(In)", "Out", captures={5: "_"})
def results_and_inputs_are_remembered_under_their_numbers(execution: Execution) -> None:
    all_ok(execution)
    shown = ["2", "3", "(2, 3)", "(2, '1 + 1', 2, '_ + 1')", "(True, True, 6)"]
    assert [result(execution, at) for at in range(5)] == shown
    assert (result(execution, 5) or "").startswith("{1: 2,")


@first(
    "'the last'\n'expression'",
    "quiet = 3;",
    "3;",
    "assigned = 4",
    "None",
    "if True:\n    5",
    "for i in range(2): i",
    "# a comment",
    "",
    "first = second = 6\nfirst, second",
    "print('printed'); 7",
)
def a_cell_shows_its_last_expression_unless_there_is_none(execution: Execution) -> None:
    all_ok(execution)
    results = [result(execution, at) for at in range(11)]
    assert results == ["'expression'", *[None] * 8, "(6, 6)", "7"]
    assert [output.kind for output in execution.cells[10].outputs] == ["stream", "result"]


@shown(
    "get_ipython().ast_node_interactivity = 'all'",
    "1\n2",
    "get_ipython().ast_node_interactivity = 'last_expr'",
    "1\n2",
)
def all_expressions_of_a_cell_are_shown_where_it_asks_for_that(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 1) == "12"
    assert text(execution, 3) == "2"


@shown(
    "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\nHTML('<i>result</i>')",
    "display(1, 'two', [3])",
    "display()\ndisplay(None)",
)
def displays_come_in_order_and_apart_from_the_result(execution: Execution) -> None:
    all_ok(execution)
    display, result_ = execution.cells[0].outputs
    assert (display.kind, display.data["text/html"]) == ("display", "<b>bold</b>")
    assert (result_.kind, result_.data["text/html"]) == ("result", "<i>result</i>")
    assert [(output.kind, output.text) for output in execution.cells[1].outputs] == [
        ("display", "1"),
        ("display", "'two'"),
        ("display", "[3]"),
    ]
    assert [output.text for output in execution.cells[2].outputs] == ["None"]


@shown(
    "class Rich:\n"
    "    def _repr_html_(self): return '<i>rich</i>'\n"
    "    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n'\n"
    "    def __repr__(self): return 'Rich!'\n"
    "Rich()",
    "class Bundle:\n"
    "    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/plain': 'b', 'text/html': '<b>'}\n"
    "display(Bundle())",
    "display({'text/plain': 'raw', 'text/html': '<raw>'}, raw=True)",
)
def objects_are_shown_in_all_forms_that_they_have(execution: Execution) -> None:
    all_ok(execution)
    (rich,) = outputs(execution, 0, "result")
    assert (rich.text, dict(rich.data)) == ("Rich!", {"text/html": "<i>rich</i>", "image/png": "iVBORw0KGgo="})
    assert [(output.text, output.data["text/html"]) for output in outputs(execution, 1, "display")] == [("b", "<b>")]
    assert [(output.text, output.data["text/html"]) for output in outputs(execution, 2, "display")] == [
        ("raw", "<raw>")
    ]


@shown(
    "from IPython.display import JSON, SVG, Image, Latex, Markdown, Math\n"
    "display(Markdown('*x*'), Latex('$x$'), Math('x'), JSON({'a': 1}))",
    "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>'))",
    "Image(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png')",
)
def ipythons_display_classes_have_their_own_forms(execution: Execution) -> None:
    all_ok(execution)
    forms = [dict(output.data) for output in execution.cells[0].outputs]
    assert forms == [
        {"text/markdown": "*x*"},
        {"text/latex": "$x$"},
        {"text/latex": "$\\displaystyle x$"},
        {"application/json": '{"a": 1}'},
    ]
    assert "<svg" in execution.cells[1].outputs[0].data["image/svg+xml"]
    assert execution.cells[2].outputs[0].data == {"image/png": "iVBORw0KGgo="}


@shown("%%html\n<b>x</b>", "%%javascript\nalert(1)", "%%latex\n$x$", "%%markdown\n*x*", "%%svg\n<svg/>")
def cells_of_markup_are_displayed(execution: Execution) -> None:
    all_ok(execution)
    forms = [form for at in range(5) for output in outputs(execution, at, "display") for form in output.data]
    assert forms == ["text/html", "application/javascript", "text/latex", "text/markdown", "image/svg+xml"]
    assert execution.cells[0].outputs[0].data["text/html"] == "<b>x</b>\n"


@shown(
    "handle = display('before', display_id=True)\nhandle.update('after')",
    "from IPython.display import update_display\ndisplay('one', display_id='here'); print('between')\n"
    "update_display(HTML('<u>two</u>'), display_id='here')",
    "handle.update('later')\nupdate_display('lost', display_id='nowhere')",
)
def a_display_can_be_updated(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) in ("'after'", "'later'")
    display, printed = execution.cells[1].outputs
    assert (display.kind, dict(display.data)) == ("display", {"text/html": "<u>two</u>"})
    assert printed.text == "between\n"
    assert execution.cells[2].outputs == ()


@shown(
    "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
    "for step in range(3):\n    clear_output(wait=True)\n    print('step', step)",
    "print('kept')\nclear_output(wait=True)",
    "import sys\nprint('a', file=sys.stderr); display(1); clear_output(); display(2)",
)
def cleared_outputs_are_gone(execution: Execution) -> None:
    all_ok(execution)
    assert [text(execution, at) for at in range(4)] == ["stays\n", "step 2\n", "kept\n", "2"]


@shown(
    "class Broken:\n    def __repr__(self): raise ValueError('no repr')",
    "Broken()",
    "class Half:\n    def _repr_html_(self): raise ValueError('no HTML')\n"
    "    def __repr__(self): return 'half'\nHalf()",
    "after = 1",
    captures={3: "after"},
)
def what_cannot_be_shown_shows_why_and_takes_no_later_cell(execution: Execution) -> None:
    assert "ValueError: no repr" in traceback(execution, 1)
    assert "ValueError: no HTML" in traceback(execution, 2)
    assert result(execution, 1) is None
    assert result(execution, 2) == "half"
    assert statuses(execution)[3] == "ok"
    assert scalar(execution, "after") == 1


@shown(
    "get_ipython().display_formatter.formatters['text/plain'].for_type(complex, lambda n, p, c: p.text('complex!'));",
    "1j",
    "import sys\nsys.displayhook(5)",
    "from IPython.display import publish_display_data\npublish_display_data({'text/plain': 'published'})",
)
def formatters_and_hooks_can_be_used_directly(execution: Execution) -> None:
    all_ok(execution)
    assert result(execution, 1) == "complex!"
    assert result(execution, 2) == "5"
    assert [output.text for output in outputs(execution, 3, "display")] == ["published"]


@shown(
    "class Bundle:\n"
    "    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/plain': 'b', 'text/html': '<b>'}\n"
    "Bundle()",
    "get_ipython().display_formatter.formatters['text/html'].for_type(range, lambda r: '<i>r</i>');",
    "range(2)",
    "get_ipython().display_formatter.formatters['text/html'].pop(range)\n"
    "get_ipython().display_formatter.mimebundle_formatter.for_type(set, lambda s: {'text/latex': '$s$'});",
    "{1}",
    "get_ipython().display_formatter.mimebundle_formatter.pop(set)\n"
    "class Eager:\n"
    "    def __getattr__(self, name): return lambda *_: 'all'\n"
    "    def __repr__(self): return 'eager'\n"
    "Eager()",
    "class Late:\n    def __repr__(self): return 'late'\nlate = Late()\nlate._repr_html_ = lambda: '<u>'\nlate",
    "class Handled:\n    def _ipython_display_(self): print('handled')\nHandled()",
    "class Sour:\n"
    "    def __getattr__(self, name): raise ValueError(name)\n"
    "    def __repr__(self): return 'sour'\n"
    "Sour()",
)
def results_have_every_form_that_is_registered_or_offered(execution: Execution) -> None:
    all_ok(execution)

    def forms(cell: int) -> tuple[str, dict[str, str]]:
        (shown,) = outputs(execution, cell, "result")
        return shown.text, dict(shown.data)

    assert forms(0) == ("b", {"text/html": "<b>"})
    assert forms(2) == ("range(0, 2)", {"text/html": "<i>r</i>"})
    assert forms(4) == ("{1}", {"text/latex": "$s$"})
    assert forms(5) == ("eager", {})
    assert forms(6) == ("late", {"text/html": "<u>"})
    assert not outputs(execution, 7, "result")
    assert text(execution, 7) == "handled\n"
    assert forms(8) == ("sour", {})


@shown("len?", "len??", "%pdoc len", "?print", "help(len)", "print?\nasked = 1", captures={5: "asked"})
def help_is_printed_and_questions_are_no_failure(execution: Execution) -> None:
    all_ok(execution)
    assert [execution.cells[at].outputs for at in range(4)] == [()] * 4  # a pager's, which frontends show apart
    assert "Return the number of items" in text(execution, 4)
    assert scalar(execution, "asked") == 1


@shown("'x' * 100_000", "list(range(3000))", "{'a': [1, 2], 'b': {'c': None}}", "'line\\nbreak'", "print")
def results_are_pretty_printed(execution: Execution) -> None:
    all_ok(execution)
    assert len(result(execution, 0) or "") == 100_002
    assert (result(execution, 1) or "").endswith("...]")
    assert [result(execution, at) for at in (2, 3)] == ["{'a': [1, 2], 'b': {'c': None}}", "'line\\nbreak'"]
    assert "function print" in (result(execution, 4) or "")


@shown(
    "import sys\nprint('out'); print('err', file=sys.stderr)\nshown = 1\nshown",
    "raise ValueError('after showing')\n",
    "print('before'); 1/0",
    captures={2: "shown"},
)
def what_was_shown_before_an_error_stays(execution: Execution) -> None:
    assert streams(execution, 0) == {"stdout": "out\n", "stderr": "err\n"}
    assert error(execution, 1) == ("ValueError", "after showing")
    assert [output.kind for output in execution.cells[2].outputs] == ["stream", "error"]
