"""A new model class for a table that no model declares, with what is proposed for its columns."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

_NO_IDENTIFIER = re.compile(r"\W+")
_OWN = ("Encrypted", "Exact", "PasswordHash")
_RESERVED = frozenset({"metadata", "registry", "Base"})
_PYTHON = {
    "int": "int", "str": "str", "float": "float", "bool": "bool", "bytes": "bytes", "date": "date",
    "datetime": "datetime", "Decimal": "Decimal",
}  # fmt: skip
_IMPORTS = {"date": "datetime", "datetime": "datetime", "Decimal": "decimal", "Any": "typing"}


@dataclass(frozen=True, slots=True)
class TableModel:
    """A table as it is reflected, and proposals by column."""

    schema: str | None
    table: str
    columns: Sequence[Mapping[str, Any]]
    keys: Sequence[str]
    proposals: Mapping[str, str]


def reflected(engine: Engine, schema: str | None, table: str, proposals: Mapping[str, str]) -> TableModel:
    """Reflect a table, from the database itself."""
    inspector = sa.inspect(engine)
    keys = inspector.get_pk_constraint(table, schema)["constrained_columns"]
    return TableModel(schema, table, inspector.get_columns(table, schema), keys, proposals)


def module(models: Sequence[TableModel], name: str) -> str:
    """Return the source of a module that declares the tables."""
    classes = [_class(model) for model in models]
    body = "\n\n\n".join(classes)
    kinds = sorted(kind for kind in _generic_names(models) if re.search(rf"\b{kind}\b", body))
    own = sorted(each for each in _OWN if re.search(rf"\b{each}\(", body))
    python = [
        f"from {home} import {kind}"
        for kind, home in _IMPORTS.items()
        if re.search(rf"Mapped\[{kind}\b", body)
    ]
    lines = [
        f'"""Models that `safeguards scan` proposes for {_quoted(name)}: review them before use."""',
        "",
        *python,
        *([""] if python else []),
        *([f"from sqlalchemy import {', '.join(kinds)}"] if kinds else []),
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column",
        "",
        *([f"from safeguards.sqlalchemy import {', '.join(own)}", ""] if own else []),
        "",
        "class Base(DeclarativeBase):",
        '    """The tables."""',
        "",
        "",
        body,
    ]
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return name.replace("\\", "/").replace('"', "'")


def _class(model: TableModel) -> str:
    lines = [f"class {_class_name(model.table)}(Base):", f"    __tablename__ = {_repr(model.table)}"]
    if model.schema is not None:
        lines.append(f'    __table_args__ = {{"schema": {_repr(model.schema)}}}')
    lines.append("")
    lines += [_line(model, column) for column in model.columns]
    if not model.keys and model.columns:
        names = ", ".join(_attribute(column["name"]) for column in model.columns)
        lines += ["", "    # The table has no primary key; the ORM needs columns that tell rows apart.",
                  f"    __mapper_args__ = {{\"primary_key\": [{names}]}}"]  # fmt: skip
    return "\n".join(lines)


def _line(model: TableModel, column: Mapping[str, Any]) -> str:
    name, kind = column["name"], _generic(column["type"])
    proposal = model.proposals.get(name) if name not in model.keys else None
    attribute = _attribute(name)
    arguments = [_repr(name)] if attribute != name else []
    arguments.append(_with_type(proposal, kind) if proposal else _source(kind))
    if name in model.keys:
        arguments.append("primary_key=True")
    null = " | None" if column.get("nullable") and name not in model.keys else ""
    python = _python(kind, proposal)
    return f"    {attribute}: Mapped[{python}{null}] = mapped_column({', '.join(arguments)})"


def _with_type(proposal: str, kind: sa.types.TypeEngine[Any]) -> str:
    """Return the proposal with the column's type, where that is no text."""
    if isinstance(kind, sa.String) or not proposal.startswith("Encrypted("):
        return proposal
    field, _, rest = proposal.removeprefix("Encrypted(").removesuffix(")").partition(", ")
    options = [word for word in rest.split(", ") if "=" in word]
    return f"Encrypted({', '.join([field, _source(kind), *options])})"


def _generic(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    try:
        generic = kind.as_generic()
    except NotImplementedError:
        return sa.Text()
    return sa.Text() if isinstance(generic, sa.types.NullType) else generic


def _source(kind: sa.types.TypeEngine[Any]) -> str:
    name = type(kind).__name__
    if isinstance(kind, sa.String) and kind.length and name != "Text":
        return f"{name}({kind.length})"
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float) and kind.precision:
        return f"{name}({kind.precision}, {kind.scale or 0})"
    return "DateTime(timezone=True)" if name == "DateTime" and getattr(kind, "timezone", False) else name


def _python(kind: sa.types.TypeEngine[Any], proposal: str | None) -> str:
    if proposal and "JSON" in proposal:
        return "Any"
    try:
        return _PYTHON.get(kind.python_type.__name__, "Any")
    except NotImplementedError:
        return "Any"


def _generic_names(models: Sequence[TableModel]) -> set[str]:
    found = {type(_generic(column["type"])).__name__ for model in models for column in model.columns}
    return found | {"JSON", "Text", "Date"}


def _class_name(table: str) -> str:
    words = [word for word in _NO_IDENTIFIER.split(table) for word in word.split("_") if word]
    name = "".join(word[:1].upper() + word[1:] for word in words) or "Table"
    return _safe(name)


def _attribute(column: str) -> str:
    name = _safe(_NO_IDENTIFIER.sub("_", column).strip("_") or "column")
    return f"{name}_" if name in _RESERVED else name


def _safe(name: str) -> str:
    name = f"t_{name}" if not name.isidentifier() else name
    return f"{name}_" if keyword.iskeyword(name) else name


def _repr(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # whose escapes are Python's too
