"""Changes of the axis that a function goes along, and of what a reduction makes of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.assignment.mutation.calls import called, is_method, method, named, operand_of, with_
from grader.assignment.mutation.change import Changed, made

_ANYWHERE = 99
# Where the axis stands among the arguments of a function; a method has one argument less before it.
_AXIS_PLACE: Mapping[str, int] = {
    **dict.fromkeys(
        ("sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "median", "all", "any"), 1
    ),
    **dict.fromkeys(("softmax", "log_softmax", "logsumexp", "cumsum", "cumprod", "std", "var", "norm", "argsort"), 1),
    **dict.fromkeys(("sort", "flip", "squeeze", "unsqueeze", "cat", "stack", "concat", "concatenate", "nansum"), 1),
    **dict.fromkeys(("diff", "roll", "normalize"), _ANYWHERE),
}
_AXIS_WORDS = ("dim", "axis")
_KEEPING = ("keepdim", "keepdims")
_REDUCING = frozenset(
    (
        "sum",
        "mean",
        "prod",
        "max",
        "min",
        "amax",
        "amin",
        "argmax",
        "argmin",
        "median",
        "std",
        "var",
        "norm",
        "logsumexp",
    )
)
_SPREADING = frozenset(("softmax", "log_softmax"))


def axes(node: ast.expr) -> Iterator[Changed]:
    """Another axis, none where there is one, and one where there is none."""
    name = called(node)
    if not isinstance(node, ast.Call) or name not in _AXIS_PLACE:
        return
    for at, keyword in enumerate(node.keywords):
        if keyword.arg in _AXIS_WORDS:
            before, after = node.keywords[:at], node.keywords[at + 1 :]
            for axis in _other_axes(keyword.value):
                new = ast.keyword(arg=keyword.arg, value=ast.Constant(axis))
                was, now = ast.unparse(keyword.value), str(axis)
                yield (
                    with_(node, keywords=[*before, new, *after]),
                    made("other-axis", node, call=name, was=was, now=now),
                )
            if name in _REDUCING:
                kept = [each for each in (*before, *after) if each.arg not in _KEEPING]
                yield with_(node, keywords=kept), made("no-axis", node, call=name)
            return
    place = _AXIS_PLACE[name] - is_method(node)
    if place < len(node.args):
        for axis in _other_axes(node.args[place]):
            arguments = [*node.args[:place], ast.Constant(axis), *node.args[place + 1 :]]
            was, now = ast.unparse(node.args[place]), str(axis)
            yield with_(node, args=arguments), made("other-axis", node, call=name, was=was, now=now)
        if name in _REDUCING:
            yield with_(node, args=node.args[:place], keywords=[]), made("no-axis", node, call=name)
    elif name in _REDUCING and place == len(node.args):
        for axis in (0, 1):
            new = ast.keyword(arg="dim", value=ast.Constant(axis))
            yield (
                with_(node, keywords=[*node.keywords, new]),
                made("kept-axis", node, call=name, now=str(axis)),
            )


def without_axis(node: ast.expr) -> Iterator[Changed]:
    """What spreads one over each row, over all elements; and without its exponential."""
    name = called(node)
    operand = operand_of(node) if isinstance(node, ast.Call) and name in _SPREADING else None
    if operand is None:
        return
    assert isinstance(node, ast.Call)
    flat = method(operand, "reshape", ast.Constant(-1))
    if is_method(node):
        spread: ast.expr = method(flat, name, ast.Constant(0))
    else:
        spread = ast.Call(func=node.func, args=[flat, ast.Constant(0)], keywords=[])
    shape = ast.Attribute(value=operand, attr="shape", ctx=ast.Load())
    yield method(spread, "reshape", shape), made("no-axis", node, call=name)
    axis = next((each.value for each in node.keywords if each.arg in _AXIS_WORDS), None)
    if name == "softmax":
        axis = axis or (node.args[-1] if len(node.args) + is_method(node) == 2 else ast.Constant(-1))
        total = method(operand, "sum", axis, ast.Constant(True))
        yield ast.BinOp(left=operand, op=ast.Div(), right=total), made("call-left-out", node, call="exp")


def _other_axes(node: ast.expr) -> Iterator[int]:
    try:
        axis = ast.literal_eval(node)
    except (ValueError, SyntaxError):
        return
    if isinstance(axis, int):
        yield from {0: (1,), 1: (0,), -1: (0,), 2: (1, 0), -2: (-1,)}.get(axis, (0,))


def reductions(node: ast.expr) -> Iterator[Changed]:
    """A mean for a sum and the other way round, over all or over the batch; another correction of a spread."""
    if not isinstance(node, ast.Call):
        return
    match called(node):
        case "sum":
            yield named(node, "mean"), made("mean-for-sum", node)
            if (
                (operand := operand_of(node)) is not None
                and not node.keywords
                and len(node.args) + is_method(node) == 1
            ):
                shape = ast.Attribute(value=operand, attr="shape", ctx=ast.Load())
                batch = ast.Subscript(value=shape, slice=ast.Constant(0), ctx=ast.Load())
                yield ast.BinOp(left=node, op=ast.Div(), right=batch), made("mean-for-sum", node)
        case "mean":
            yield named(node, "sum"), made("sum-for-mean", node)
        case "std" | "var" as name:
            given = {each.arg: each for each in node.keywords if each.arg in ("correction", "unbiased", "ddof")}
            rest = [each for each in node.keywords if each.arg not in given]
            for correction in (0, 1):
                word = "ddof" if "ddof" in given else "correction"
                new = ast.keyword(arg=word, value=ast.Constant(correction))
                yield with_(node, keywords=[*rest, new]), made("other-correction", node, call=name)
