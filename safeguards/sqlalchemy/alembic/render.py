"""The text of our operations in a migration: names and numbers, no model, no key."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type

from safeguards.sqlalchemy.alembic.operations import (
    CreateSearchIndexOp,
    DropSearchIndexOp,
    EncryptColumnOp,
    GuardCiphertextsOp,
    UnencryptColumnOp,
)

IMPORT = "import safeguards.sqlalchemy.alembic  # noqa: F401  op.create_search_index and others"


@renderers.dispatch_for(CreateSearchIndexOp)
def _create(context: AutogenContext, op: CreateSearchIndexOp) -> str:
    return _call(context, "create_search_index", *_search(context, op), if_not_exists=op.maybe)


@renderers.dispatch_for(DropSearchIndexOp)
def _drop(context: AutogenContext, op: DropSearchIndexOp) -> str:
    return _call(context, "drop_search_index", *_search(context, op), if_exists=op.maybe)


@renderers.dispatch_for(EncryptColumnOp)
def _encrypt(context: AutogenContext, op: EncryptColumnOp) -> str:
    return _call(context, "encrypt_column", *_column(op), **_standing(op))


@renderers.dispatch_for(UnencryptColumnOp)
def _unencrypt(context: AutogenContext, op: UnencryptColumnOp) -> str:
    arguments = _column(op)
    if op.type_ is not None:
        arguments.append(f"type_={_repr_type(op.type_, context)}")
    return _call(context, "unencrypt_column", *arguments, **_standing(op))


@renderers.dispatch_for(GuardCiphertextsOp)
def _guard(context: AutogenContext, op: GuardCiphertextsOp) -> list[str]:
    if not op.active:
        return []
    fields = {str(name): str(field) for name, field in op.fields.items()}
    return [_call(context, "guard_ciphertexts", repr(str(op.table_name)), repr(fields), schema=op.schema)]


def _column(op: EncryptColumnOp | UnencryptColumnOp) -> list[str]:
    arguments = [repr(str(op.table_name)), repr(str(op.column_name)), f"field={op.field!r}"]
    return arguments if op.nullable is None else [*arguments, f"nullable={op.nullable}"]


def _standing(op: EncryptColumnOp | UnencryptColumnOp) -> dict[str, Any]:
    return {"indexes": op.indexes, "constraints": op.constraints, "schema": op.schema}


def _search(context: AutogenContext, op: CreateSearchIndexOp | DropSearchIndexOp) -> list[str]:
    part = op.slice
    arguments = [
        f"{_prefix(context)}f({str(op.index_name)!r})",  # the name is final: no naming convention alters it
        repr(str(op.table_name)),
        repr(str(part.column)),
        f"offset={part.offset}",
        f"width={part.width}",
        f"generated={str(part.generated)!r}",
    ]
    if op.unique:
        arguments.append("unique=True")
    if op.schema:
        arguments.append(f"schema={str(op.schema)!r}")
    return arguments


def _call(context: AutogenContext, name: str, *arguments: str, **options: Any) -> str:
    context.imports.add(IMPORT)
    given = [*arguments, *(f"{key}={_plain(value)!r}" for key, value in options.items() if value)]
    return f"{_prefix(context)}{name}({', '.join(given)})"


def _plain(value: Any) -> Any:
    """Return names without SQLAlchemy's own string types, whose repr differs."""
    if isinstance(value, dict):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, list):
        return [str(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _prefix(context: AutogenContext) -> str:
    return context.opts["alembic_module_prefix"] or ""
