"""Stopping before a migration destroys values, online by counting them, with ``--sql`` by a CHECK."""

from __future__ import annotations

from alembic.operations import Operations
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, column, func, inspect, select, table
from sqlalchemy.sql.sqltypes import _Binary

from safeguards.errors import InputError
from safeguards.sqlalchemy.alembic.operations import GuardCiphertextsOp

ARGUMENT = "discard_ciphertexts"


class MigrationRefused(InputError, CommandError):
    """A migration would destroy values or cannot work; the ``alembic`` command prints it in one line."""


@Operations.implementation_for(GuardCiphertextsOp)
def _guard(operations: Operations, op: GuardCiphertextsOp) -> None:
    if not op.active:
        return
    for name, field in op.fields.items():
        label = ".".join(part for part in (op.schema, op.table_name, name) if part)
        if not (op.discard or may_discard(operations, label) or _is_plain(operations, op, name)):
            refuse_ciphertexts(operations, op.table_name, name, op.schema, field)


def _is_plain(operations: Operations, op: GuardCiphertextsOp, name: str) -> bool:
    """Say whether ``safeguards encrypt --undo`` has made a column plain before."""
    if operations.migration_context.as_sql:
        return False
    columns = inspect(operations.get_bind()).get_columns(op.table_name, op.schema)
    return any(each["name"] == name and not is_binary(each["type"]) for each in columns)


def refuse_ciphertexts(
    operations: Operations, table_name: str, name: str, schema: str | None, field: str
) -> None:
    """Raise MigrationRefused where a column holds values, which a person must agree to lose."""
    if operations.migration_context.as_sql:
        check_empty(operations, table_name, name, schema, "ciphertexts_would_be_destroyed")
        return
    held = count(operations, table_name, name, schema)
    if held:
        label = ".".join(part for part in (schema, table_name, name) if part)
        raise MigrationRefused(
            f"{label} holds {held} ciphertexts of field {field}, which this migration would destroy; nothing "
            "was changed. Decrypt them first (`safeguards encrypt --undo`), or give them up: "
            f"`alembic -x {ARGUMENT}={label} ...`"
        )


def is_binary(type_: object) -> bool:
    """Say whether a reflected type holds bytes; MariaDB's are no LargeBinary."""
    return isinstance(type_, _Binary)


def may_discard(operations: Operations, label: str) -> bool:
    """Say whether the command line gave a column, its table or ``all`` up."""
    environment = operations.migration_context.environment_context
    arguments = environment.get_x_argument() if environment is not None else []
    told = {
        name.strip()
        for argument in arguments
        if argument.startswith(f"{ARGUMENT}=")
        for name in argument.partition("=")[2].split(",")
    }
    return bool(told & {label, label.rpartition(".")[0], "all"})


def count(operations: Operations, table_name: str, name: str, schema: str | None) -> int:
    """Count the values of a column that are not NULL."""
    source = table(table_name, column(name), schema=schema)
    return int(operations.get_bind().scalar(select(func.count(source.c[name]))) or 0)


def check_empty(
    operations: Operations, table_name: str, name: str, schema: str | None, constraint: str
) -> None:
    """Write SQL that fails, by a CHECK of the given name, where the column holds a value."""
    source = table(table_name, column(name), schema=schema)
    held: Column[int] = Column("held", Integer)
    guard = Table(
        "safeguards_guard",
        MetaData(),
        held,
        CheckConstraint(held == 0, name=constraint),
        prefixes=["TEMPORARY"],
    )
    operations.impl.create_table(guard)
    operations.execute(guard.insert().from_select([held], select(func.count(source.c[name]))))
    operations.impl.drop_table(guard)
