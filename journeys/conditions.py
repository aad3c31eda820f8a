"""Conditions over slots and results: `visit.state in ['past', 'lost'] and not visit.paid`.

Comparisons, `in`, `and`, `or`, `not`, literals and dotted names, nothing else. A name that is not known
is nothing (`null`), and comparing what cannot be compared is false, so a condition never fails.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}
LITERALS = {"true": True, "false": False, "null": None, "none": None}
MAX_CHARACTERS = 500


class ConditionError(ValueError):
    """A condition that says more than conditions may say."""


def holds(condition: str, known: Mapping[str, Any]) -> bool:
    """Say whether a condition is true of what is known."""
    return bool(_value(_parsed(condition), known))


def names(condition: str) -> list[str]:
    """Give the first parts of the names that a condition uses.

    Raises:
        ConditionError: it is not a condition; the message says where.
    """
    tree = _parsed(condition)
    return [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id.lower() not in LITERALS
    ]


@lru_cache(maxsize=1024)
def _parsed(condition: str) -> ast.expr:
    if len(condition) > MAX_CHARACTERS:
        raise ConditionError(f"it is longer than {MAX_CHARACTERS} characters")
    try:
        tree = ast.parse(condition.replace("$", "").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"{condition!r} cannot be read: {error}") from error
    _allow(tree, condition)
    return tree


def _allow(tree: ast.expr, condition: str) -> None:
    """Refuse everything that is not on the list above."""
    match tree:
        case (
            ast.BoolOp(values=parts)
            | ast.List(elts=parts)
            | ast.Tuple(elts=parts)
            | ast.Set(elts=parts)
        ):
            for part in parts:
                _allow(part, condition)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=part) | ast.Attribute(value=part):
            _allow(part, condition)
        case ast.Compare(left=left, comparators=rights):
            for part in (left, *rights):
                _allow(part, condition)
        case ast.Name() | ast.Constant(value=str() | int() | float() | bool() | None):
            return
        case _:
            part = ast.unparse(tree)
            raise ConditionError(f"{part!r} in {condition!r} is more than a condition may say")


def _value(tree: ast.expr, known: Mapping[str, Any]) -> Any:
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return known[name] if name in known else LITERALS.get(name.lower())
        case ast.Attribute(value=owner, attr=field):
            found = _value(owner, known)
            return found.get(field) if isinstance(found, Mapping) else None
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, known) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, known) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _value(part, known)
        case ast.UnaryOp(operand=part):
            number = _value(part, known)
            return -number if isinstance(number, int | float) else None
        case ast.Compare(left=left, ops=ops, comparators=rights):
            return _compared(_value(left, known), ops, [_value(right, known) for right in rights])
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [_value(part, known) for part in parts]
    return None


def _compared(left: Any, ops: list[ast.cmpop], rights: list[Any]) -> bool:
    for op, right in zip(ops, rights, strict=True):
        try:
            if not COMPARISONS[type(op)](left, right):
                return False
        except TypeError:
            return False
        left = right
    return True
