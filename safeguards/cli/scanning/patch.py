"""The source of a model with the types of some columns replaced: by its syntax tree, byte by byte.

Nothing but a type's own characters is touched, so that comments and layout stay; an import line is added for
names that the module lacks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from safeguards.cli.scanning.declarations import (
    CALLS,
    Declared,
    called,
    declared_in,
    table_of,
    text_at,
    text_of,
    type_of,
)

_LENGTHS = frozenset({"String", "VARCHAR", "Unicode", "CHAR", "NVARCHAR"})
_OWN = "safeguards.sqlalchemy"
_HOMES = {
    "Encrypted": _OWN, "Exact": _OWN, "PasswordHash": _OWN, "Pseudonymised": _OWN, "Date": "sqlalchemy",
    "JSON": "sqlalchemy", "Text": "sqlalchemy", "DateTime": "sqlalchemy", "BigInteger": "sqlalchemy",
    "Integer": "sqlalchemy", "Numeric": "sqlalchemy", "mapped_column": "sqlalchemy.orm",
}  # fmt: skip
"""Names that a declaration may need, and where they are imported from."""

_MARK = "\ufeff"
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes ``start`` to ``end`` of a source become ``text``."""

    start: int
    end: int
    text: str


class Source:
    """A module's source, and where its columns are declared."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._tree = ast.parse(text.removeprefix(_MARK))
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._starts = [len(_MARK.encode()) if text.startswith(_MARK) else 0]
        for line in self._bytes[self._starts[0] :].splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[_Edit] = []
        self._needed: set[str] = set()

    def declare(self, table: str, column: str, proposal: str) -> bool:
        """Replace the type of a column by what is proposed; False where the source does not show it."""
        for declared in self._columns(table):
            if declared.names(column):
                self._change(declared, proposal)
                return True
        return False

    def patched(self) -> str:
        """Return the source with all declarations, and the imports that they need."""
        edits = sorted([*self._edits, *self._imports()], key=lambda edit: edit.start, reverse=True)
        text = self._bytes
        for edit in edits:
            text = text[: edit.start] + edit.text.encode() + text[edit.end :]
        return text.decode()

    def _change(self, declared: Declared, proposal: str) -> None:
        call = declared.call
        if call is None:
            end = self._at(declared.statement.end_lineno, declared.statement.end_col_offset)
            self._edit(end, end, f" = mapped_column({proposal})")
        elif (found := type_of(call)) is not None:
            start, end = self._span(found)
            self._edit(start, end, _typed(proposal, self._bytes[start:end].decode()))
        elif call.args and text_of(call.args[0]) is not None:
            end = self._span(call.args[0])[1]
            self._edit(end, end, f", {proposal}")
        else:
            start = self._bytes.index(b"(", self._span(call.func)[1]) + 1
            self._edit(start, start, f"{proposal}{', ' if call.args or call.keywords else ''}")

    def _edit(self, start: int, end: int, text: str) -> None:
        self._edits.append(_Edit(start, end, text))
        self._needed |= set(_WORD.findall(re.sub(r'"[^"]*"', "", text))) & _HOMES.keys()

    def _columns(self, table: str) -> Iterator[Declared]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef) and table_of(node) == table:
                yield from filter(None, map(declared_in, node.body))
            elif isinstance(node, ast.Call) and called(node) == "Table" and text_at(node, 0) == table:
                for argument in node.args:
                    if isinstance(argument, ast.Call) and called(argument) in CALLS:
                        yield Declared(None, text_at(argument, 0), argument, argument)

    def _imports(self) -> Iterator[_Edit]:
        present = {
            alias.asname or alias.name
            for node in self._tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        homes: dict[str, list[str]] = {}
        for name in sorted(self._needed - present):
            homes.setdefault(_HOMES[name], []).append(name)
        lines = [f"from {home} import {', '.join(homes[home])}" for home in sorted(homes, reverse=True)]
        if lines:
            at = self._after_imports()
            yield _Edit(at, at, "".join(f"{line}{self._end}" for line in lines))

    def _after_imports(self) -> int:
        """Return the start of the line behind the last import of the module, or behind its docstring."""
        last = 0
        for place, node in enumerate(self._tree.body):
            docstring = place == 0 and isinstance(node, ast.Expr) and text_of(node.value) is not None
            if docstring or isinstance(node, ast.Import | ast.ImportFrom):
                last = node.end_lineno or 0
        return self._starts[last] if last < len(self._starts) else len(self._bytes)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _at(self, line: int | None, column: int | None) -> int:
        return self._starts[(line or 1) - 1] + (column or 0)


def _typed(proposal: str, declared: str) -> str:
    """Return the proposal with the plain type that was declared, where that is no text of some length."""
    name = declared.split("(")[0].rpartition(".")[2]
    if not proposal.startswith("Encrypted(") or name in _LENGTHS:
        return proposal
    field, comma, rest = proposal.removeprefix("Encrypted(").removesuffix(")").partition(", ")
    options = [word for word in rest.split(", ") if "=" in word]
    return f"Encrypted({', '.join([field, declared, *options])})" if comma or declared else proposal
