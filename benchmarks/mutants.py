"""Makes mutants of a module: copies of its source that differ in one place, so that a test should fail."""

from __future__ import annotations

import ast
import copy
import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import UnionType

__all__ = ["Mutant", "mutants"]

LONGEST_CHANGE = 90  # characters of the code that a change names

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}  # fmt: skip
_NAMED = {"any": "all", "all": "any", "min": "max", "max": "min", "setdefault": "get", "search": "match"}
_LOST = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.Continue, ast.Raise)
_PATTERN_FUNCTIONS = {"compile", "fullmatch", "match", "search"}
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!])|.", re.DOTALL)
_MOST = re.compile(r",(\d+)\}")


class Mutant(NamedTuple):
    """The source of a module with one change; ``line`` and ``change`` say where and which."""

    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield each mutant of a source once, in the order of its lines.

    Annotations, docstrings, ``__all__``, type aliases, the wording of f-strings and what only a type checker reads
    stay as they are.
    """
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    kept, patterns, rebound = _kept(nodes), _patterns(tree), _rebound(nodes)
    seen = {ast.unparse(tree)}
    found = []
    for number, node in enumerate(nodes):
        if id(node) in kept:
            continue
        for line, change, apply in _tokens(node) if id(node) in patterns else _changes(node, rebound):
            twin = copy.deepcopy(tree)
            apply(list(ast.walk(twin))[number])
            text = ast.unparse(ast.fix_missing_locations(twin))
            if text not in seen:
                seen.add(text)
                found.append(Mutant(line, change, text))
    yield from sorted(found, key=lambda one: one.line)


def _kept(nodes: list[ast.AST]) -> set[int]:
    """Return the nodes that are not mutated."""
    kept: set[int] = set()
    for node in nodes:
        whole: list[ast.AST | None] = []
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            whole.append(node.body[0])
        if isinstance(node, ast.FunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            whole += [node.returns, *node.decorator_list, *(one.annotation for one in arguments)]
        elif isinstance(node, ast.AnnAssign):
            whole.append(node.annotation)
        elif isinstance(node, ast.If | ast.Assign) and _is_declaration(node):
            whole.append(node)
        elif isinstance(node, ast.JoinedStr):
            whole += [one for one in node.values if isinstance(one, ast.Constant)]
            whole += [one.format_spec for one in node.values if isinstance(one, ast.FormattedValue)]
        kept.update(id(inner) for one in whole if one is not None for inner in ast.walk(one))
    return kept


def _is_declaration(node: ast.If | ast.Assign) -> bool:
    """Return whether a statement is of types alone, or ``__all__``, ``__slots__``."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    names = {one.id for one in node.targets if isinstance(one, ast.Name)}
    value = ast.unparse(node.value)
    return bool(names & {"__all__", "__slots__"}) or value.startswith("Literal[") or value == "Decimal | datetime.date"


def _patterns(tree: ast.Module) -> set[int]:
    """Return the texts that are regular expressions: arguments of ``re``, or constants that are."""
    found: set[int] = set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if ast.unparse(node.func.value) != "re" or node.func.attr not in _PATTERN_FUNCTIONS:
                continue
            first = node.args[0]
            found |= {id(first)} if isinstance(first, ast.Constant) else set()
            names |= {first.id} if isinstance(first, ast.Name) else set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and names & {one.id for one in node.targets if isinstance(one, ast.Name)}:
            found.add(id(node.value))
    return found


class _Change(NamedTuple):
    line: int
    words: str
    apply: Callable[[Any], object]  # to a copy of the node


def _changes(node: ast.AST, rebound: set[int]) -> Iterator[_Change]:
    """Yield what can be changed in one node, statements that it can lose included."""
    for kind, changes in _CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node, _short(node))
    yield from _losses(node, rebound)


def _short(node: ast.AST) -> str:
    words = " ".join(ast.unparse(node).split()) if isinstance(node, ast.expr | ast.stmt) else ""
    return words if len(words) <= LONGEST_CHANGE else f"{words[:LONGEST_CHANGE]}…"


def _comparisons(node: ast.Compare, shown: str) -> Iterator[_Change]:
    for place, compared in enumerate(node.ops):
        if type(compared) in _COMPARED:
            other = _COMPARED[type(compared)]()
            yield _Change(node.lineno, f"{shown}: {type(other).__name__}", partial(_put, "ops", place, other))


def _calculations(node: ast.BinOp | ast.AugAssign, shown: str) -> Iterator[_Change]:
    if type(node.op) in _CALCULATED:
        other = _CALCULATED[type(node.op)]()
        yield _Change(node.lineno, f"{shown}: {type(other).__name__}", partial(_set, "op", other))


def _connectives(node: ast.BoolOp, shown: str) -> Iterator[_Change]:
    is_and = isinstance(node.op, ast.And)
    opposite = ast.Or() if is_and else ast.And()
    yield _Change(node.lineno, f"{shown}: {type(opposite).__name__}", partial(_set, "op", opposite))
    for place, one in enumerate(node.values):
        without = partial(_put, "values", place, ast.Constant(is_and))
        yield _Change(node.lineno, f"{shown}: without {_short(one)}", without)


def _signs(node: ast.UnaryOp, shown: str) -> Iterator[_Change]:
    yield _Change(node.lineno, f"{shown}: without its sign", _take_operand)


def _branches(node: ast.If | ast.IfExp | ast.While, _shown: str) -> Iterator[_Change]:
    for value in (False,) if isinstance(node, ast.While) else (True, False):  # a loop without an end proves nothing
        yield _Change(node.lineno, f"if {_short(node.test)} → {value}", partial(_set, "test", ast.Constant(value)))


def _filters(node: ast.comprehension, _shown: str) -> Iterator[_Change]:
    for place, one in enumerate(node.ifs):
        kept = partial(_put, "ifs", place, ast.Constant(value=True))
        yield _Change(one.lineno, f"without the filter {_short(one)}", kept)


def _results(node: ast.Return, shown: str) -> Iterator[_Change]:
    if node.value is not None:
        yield _Change(node.lineno, f"{shown} → None", partial(_set, "value", ast.Constant(None)))


def _values(node: ast.Constant, _shown: str) -> Iterator[_Change]:
    for new in _other_values(node.value):
        yield _Change(node.lineno, f"{node.value!r} → {new!r}", partial(_set, "value", new))


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, float):
        yield value * 2 or 1.0
    elif isinstance(value, str):
        yield "" if value else "mutated"


def _tokens(node: Any) -> Iterator[_Change]:
    """Yield a regular expression without one of its tokens, or with one repetition more."""
    pattern = str(node.value)
    for token in _TOKEN.finditer(pattern):
        shorter = pattern[: token.start()] + pattern[token.end() :]
        with suppress(re.error):
            re.compile(shorter)
            words = f"{pattern!r} without {token[0]!r} at {token.start()}"
            yield _Change(node.lineno, words, partial(_set, "value", shorter))
    for most in _MOST.finditer(pattern):
        more = f"{pattern[: most.start()]},{int(most[1]) + 1}}}{pattern[most.end() :]}"
        yield _Change(node.lineno, f"{pattern!r} with one more at {most.start()}", partial(_set, "value", more))


def _calls(node: ast.Call, shown: str) -> Iterator[_Change]:
    for place, word in enumerate(node.keywords):
        yield _Change(word.lineno, f"{shown}: without {word.arg}", partial(_drop, "keywords", place))
    if isinstance(node.func, ast.Name) and node.func.id in _NAMED:
        function = ast.Name(_NAMED[node.func.id], ast.Load())
        yield _Change(node.lineno, f"{shown}: {function.id}", partial(_set, "func", function))
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _NAMED:
        method = ast.Attribute(node.func.value, _NAMED[node.func.attr], ast.Load())
        yield _Change(node.lineno, f"{shown}: {method.attr}", partial(_set, "func", method))


def _losses(node: ast.AST, rebound: set[int]) -> Iterator[_Change]:
    if isinstance(node, ast.Module | ast.ClassDef):
        return
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        for place, one in enumerate(block if isinstance(block, list) else []):
            is_docstring = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            is_only_name = isinstance(one, ast.Assign) and all(isinstance(to, ast.Name) for to in one.targets)
            if isinstance(one, _LOST) and not is_docstring and (not is_only_name or id(one) in rebound):
                yield _Change(one.lineno, f"lost: {_short(one)}", partial(_put, field, place, ast.Pass()))


def _rebound(nodes: list[ast.AST]) -> set[int]:
    """Return the assignments to names that have a value without them: the loss of others is a mere NameError."""
    found: set[int] = set()
    for function in nodes:
        if isinstance(function, ast.FunctionDef):
            names = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            for one in ast.walk(function):
                if isinstance(one, ast.Assign):
                    bound = {to.id for to in one.targets if isinstance(to, ast.Name)}
                    found |= {id(one)} if bound & names else set()
                    names |= bound
    return found


def _set(field: str, value: object, twin: Any) -> None:
    setattr(twin, field, value)


def _put(field: str, place: int, value: object, twin: Any) -> None:
    getattr(twin, field)[place] = value


def _drop(field: str, place: int, twin: Any) -> None:
    del getattr(twin, field)[place]


def _take_operand(twin: Any) -> None:
    twin.__class__, twin.__dict__ = twin.operand.__class__, twin.operand.__dict__


_CHANGES: dict[type[ast.AST] | UnionType, Callable[[Any, str], Iterator[_Change]]] = {
    ast.Compare: _comparisons,
    ast.BinOp | ast.AugAssign: _calculations,
    ast.BoolOp: _connectives,
    ast.UnaryOp: _signs,
    ast.If | ast.IfExp | ast.While: _branches,
    ast.comprehension: _filters,
    ast.Return: _results,
    ast.Constant: _values,
    ast.Call: _calls,
}
