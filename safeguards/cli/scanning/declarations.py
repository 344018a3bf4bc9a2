"""Where a module's source declares columns, by its syntax tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass

CALLS = frozenset({"mapped_column", "Column", "column_property"})
"""Calls that declare a column."""

_NO_TYPES = frozenset({"ForeignKey", "Identity", "Computed", "Sequence", "CheckConstraint", "FetchedValue"})


@dataclass(frozen=True, slots=True)
class Declared:
    """A column's declaration: its attribute, its own name where one is given, the call where there is one."""

    attribute: str | None
    name: str | None
    call: ast.Call | None
    statement: ast.expr | ast.stmt

    def names(self, column: str) -> bool:
        """Say whether it declares the column; an attribute's name is the column's unless it has its own."""
        return column == (self.attribute if self.name is None else self.name)


def table_of(node: ast.ClassDef) -> str | None:
    """Return the table that a class maps, where its body says so."""
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__tablename__" for target in targets):
            return text_of(statement.value)  # type: ignore[attr-defined]
    return None


def declared_in(statement: ast.stmt) -> Declared | None:
    """Return the column that a statement of a class declares, if it does."""
    target: ast.expr
    value: ast.expr | None
    if isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    else:
        return None
    if not isinstance(target, ast.Name):
        return None
    if value is None and isinstance(statement, ast.AnnAssign) and _mapped(statement.annotation):
        return Declared(target.id, None, None, statement)
    if isinstance(value, ast.Call) and called(value) in CALLS:
        return Declared(target.id, text_at(value, 0), value, statement)
    return None


def _mapped(annotation: ast.expr) -> bool:
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return (base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")) == "Mapped"


def called(call: ast.Call) -> str:
    """Return the name of what is called, without its module."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def text_of(node: ast.expr | None) -> str | None:
    """Return the text that an expression is, if it is one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def text_at(call: ast.Call, place: int) -> str | None:
    """Return the text that a call has at a place among its arguments, if it has."""
    return text_of(call.args[place]) if len(call.args) > place else None


def type_of(call: ast.Call) -> ast.expr | None:
    """Return the argument that is the column's type."""
    for keyword in call.keywords:
        if keyword.arg == "type_":
            return keyword.value
    for argument in call.args:
        name = (
            called(argument)
            if isinstance(argument, ast.Call)
            else getattr(argument, "id", getattr(argument, "attr", ""))
        )
        if name and name not in _NO_TYPES and text_of(argument) is None:
            return argument
    return None
