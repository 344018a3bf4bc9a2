"""Changing a column's type where that needs no key: where it is empty, or where the job has been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alembic.operations import Operations
from sqlalchemy import Inspector, LargeBinary, column, inspect, table, update
from sqlalchemy.sql.elements import conv
from sqlalchemy.types import TypeEngine

from safeguards.sqlalchemy.alembic.guards import (
    MigrationRefused,
    check_empty,
    count,
    is_binary,
    may_discard,
    refuse_ciphertexts,
)
from safeguards.sqlalchemy.alembic.operations import EncryptColumnOp, UnencryptColumnOp
from safeguards.sqlalchemy.alembic.sqlite import be_quiet

MAX_BYTES = (1 << 32) - 1
_UNNAMED = {"uq": "uq_%(table_name)s_%(column_0_N_name)s"}


def binary() -> LargeBinary:
    """Return the type for ciphertexts in a migration: BLOB, BYTEA or, by its length, LONGBLOB."""
    return LargeBinary(MAX_BYTES)


@dataclass(frozen=True, slots=True)
class _Change:
    """What stands on the column and goes with its type."""

    type_: TypeEngine[Any]
    nullable: bool | None
    default: bool
    indexes: dict[str, bool]
    constraints: list[str]
    drop: bool
    comment: str | None = None
    from_text: bool = False


@Operations.implementation_for(EncryptColumnOp)
def _encrypt(operations: Operations, op: EncryptColumnOp) -> None:
    if operations.migration_context.as_sql:
        label = "plaintext_is_left_run_safeguards_encrypt"
        check_empty(operations, op.table_name, op.column_name, op.schema, label)
        _retype(operations, op, _Change(binary(), op.nullable, True, op.indexes, op.constraints, drop=True))
        return
    inspector = inspect(operations.get_bind())
    now = _reflected(inspector, op)
    if is_binary(now["type"]):
        return  # `safeguards encrypt` has been here, and took the old indexes with it
    held = count(operations, op.table_name, op.column_name, op.schema)
    if held:
        raise MigrationRefused(
            f"{op.label} holds {held} plaintext values, and a migration has no key to encrypt them: run "
            f"`safeguards encrypt URL --models MODULE:BASE` (or --table, --column, --field {op.field}), "
            "which changes the column too, and then this migration again; the column is as it was"
        )
    standing = own_indexes(inspector, op), own_constraints(inspector, op)
    default, comment = now.get("default") is not None, now.get("comment")
    change = _Change(binary(), bool(now["nullable"]), default, *standing, drop=True, comment=comment)
    _retype(operations, op, change)


@Operations.implementation_for(UnencryptColumnOp)
def _unencrypt(operations: Operations, op: UnencryptColumnOp) -> None:
    if op.type_ is None:
        raise MigrationRefused(f"{op.label}: say which plain type it gets (type_=)")
    nullable, comment, plain = op.nullable, None, False
    if not operations.migration_context.as_sql:
        now = _reflected(inspect(operations.get_bind()), op)
        nullable, comment = bool(now["nullable"]), now.get("comment")
        plain = not is_binary(now["type"])  # `safeguards encrypt --undo` has been here
    if plain:
        pass
    elif op.discard or may_discard(operations, op.label):
        if nullable is False:
            raise MigrationRefused(
                f"{op.label} is NOT NULL, so its ciphertexts cannot be discarded: delete the rows"
            )
        source = table(op.table_name, column(op.column_name), schema=op.schema)
        operations.execute(update(source).values({op.column_name: None}))
    else:
        refuse_ciphertexts(operations, op.table_name, op.column_name, op.schema, op.field)
    standing = op.indexes, op.constraints
    change = _Change(op.type_, nullable, False, *standing, drop=False, comment=comment, from_text=plain)
    _retype(operations, op, change)


def _retype(operations: Operations, op: EncryptColumnOp | UnencryptColumnOp, change: _Change) -> None:
    if change.drop:
        for name in change.indexes:
            operations.drop_index(conv(name), op.table_name, schema=op.schema)
    if operations.migration_context.dialect.name == "sqlite":
        _rebuild(operations, op, change)
    else:
        _alter(operations, op, change)
    if not change.drop:
        for name, unique in change.indexes.items():
            operations.create_index(
                conv(name), op.table_name, [op.column_name], schema=op.schema, unique=unique
            )


def _alter(operations: Operations, op: EncryptColumnOp | UnencryptColumnOp, change: _Change) -> None:
    if change.drop:
        for name in change.constraints:
            operations.drop_constraint(conv(name), op.table_name, type_="unique", schema=op.schema)
    if change.default:
        operations.alter_column(op.table_name, op.column_name, server_default=None, schema=op.schema)
    operations.alter_column(
        op.table_name,
        op.column_name,
        type_=change.type_,
        existing_nullable=change.nullable,
        existing_comment=change.comment,
        schema=op.schema,
        postgresql_using=_conversion(operations, op, change),
    )
    if not change.drop:
        for name in change.constraints:
            operations.create_unique_constraint(conv(name), op.table_name, [op.column_name], schema=op.schema)


def _conversion(operations: Operations, op: EncryptColumnOp | UnencryptColumnOp, change: _Change) -> str:
    """Return what PostgreSQL makes of a value that came after the look: its text, or an error; never NULL."""
    dialect = operations.migration_context.dialect
    name = dialect.identifier_preparer.quote(op.column_name)
    if change.drop:
        return f"convert_to(CAST({name} AS text), 'UTF8')"
    text = name if change.from_text else f"convert_from({name}, 'UTF8')"
    return f"CAST({text} AS {change.type_.compile(dialect=dialect)})"


def _rebuild(operations: Operations, op: EncryptColumnOp | UnencryptColumnOp, change: _Change) -> None:
    if not operations.migration_context.as_sql:
        be_quiet(operations.get_bind(), op.table_name, op.schema)
    with operations.batch_alter_table(
        op.table_name, schema=op.schema, recreate="always", naming_convention=_UNNAMED
    ) as batch:
        for name in change.constraints:
            if change.drop:
                batch.drop_constraint(conv(name), type_="unique")
            else:
                batch.create_unique_constraint(conv(name), [op.column_name])
        batch.alter_column(op.column_name, type_=change.type_, server_default=None)


def _reflected(inspector: Inspector, op: EncryptColumnOp | UnencryptColumnOp) -> Any:
    for each in inspector.get_columns(op.table_name, op.schema):
        if each["name"] == op.column_name:
            return each
    raise MigrationRefused(f"there is no column {op.label}")


def own_indexes(inspector: Inspector, op: EncryptColumnOp) -> dict[str, bool]:
    """Return the plain indexes on the column alone, each with whether it is unique."""
    return {
        str(index["name"]): bool(index["unique"])
        for index in inspector.get_indexes(op.table_name, op.schema)
        if index["column_names"] == [op.column_name] and "duplicates_constraint" not in index
    }


def own_constraints(inspector: Inspector, op: EncryptColumnOp) -> list[str]:
    """Return the UNIQUE constraints on the column alone; SQLite's may get their name here."""
    return [
        str(unique["name"] or f"uq_{op.table_name}_{op.column_name}")
        for unique in inspector.get_unique_constraints(op.table_name, op.schema)
        if unique["column_names"] == [op.column_name] and "duplicates_index" not in unique
    ]
