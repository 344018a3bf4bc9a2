"""What autogenerate proposes for encrypted columns: found by our own look at the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import DispatchPriority
from sqlalchemy import Column, Index, LargeBinary, MetaData, Table
from sqlalchemy.sql.elements import conv
from sqlalchemy.types import TypeDecorator, TypeEngine

from safeguards.sqlalchemy.alembic.catalogue import Found, search_indexes
from safeguards.sqlalchemy.alembic.encryption import binary, own_constraints, own_indexes
from safeguards.sqlalchemy.alembic.guards import is_binary
from safeguards.sqlalchemy.alembic.operations import (
    CreateSearchIndexOp,
    DropSearchIndexOp,
    EncryptColumnOp,
    GuardCiphertextsOp,
)
from safeguards.sqlalchemy.alembic.search import same
from safeguards.sqlalchemy.alembic.sqlite import be_quiet, ignore
from safeguards.sqlalchemy.ddl import database_name, search_slices
from safeguards.sqlalchemy.mapping import is_encrypted
from safeguards.sqlalchemy.tag import MARIADB, TagOf
from safeguards.sqlalchemy.types import Encrypted

_Key = tuple[str | None, str]


@comparators.dispatch_for("autogenerate", priority=DispatchPriority.FIRST)
def _before(context: AutogenContext, upgrade_ops: ops.UpgradeOps) -> None:
    connection: Any = context.connection
    if connection is None or connection.dialect.name != "sqlite":
        return
    for name in context.inspector.get_table_names():
        be_quiet(connection, name, None)
    for table in context.sorted_tables:
        for index, _ in search_slices(table):
            ignore(f"autogenerate skipping metadata-specified expression-based index {index.name!r}")


@comparators.dispatch_for("autogenerate", priority=DispatchPriority.LAST)
def _after(context: AutogenContext, upgrade_ops: ops.UpgradeOps) -> None:
    """Replace what Alembic proposed for encrypted columns and search indexes, once it has compared all."""
    if context.connection is not None:
        upgrade_ops.ops[:] = _Proposal(context, upgrade_ops).operations()


class _Proposal:
    def __init__(self, context: AutogenContext, upgrade_ops: ops.UpgradeOps) -> None:
        self.context = context
        self.given = list(upgrade_ops.ops)
        connection: Any = context.connection
        self.connection, self.dialect = connection, connection.dialect
        self.created = {
            self._key(op.schema, op.table_name) for op in self.given if isinstance(op, ops.CreateTableOp)
        }
        self.found: dict[_Key, list[Found]] = {}
        self.encrypts: list[EncryptColumnOp] = []
        self.guarded: dict[_Key, GuardCiphertextsOp] = {}

    def operations(self) -> list[ops.MigrateOperation]:
        """Return the operations, in an order in which each finds what it needs.

        What may refuse comes first: ``encrypt_column`` on the way up, guards on the way down.
        """
        tables = {self._key(table.schema, table.name): table for table in self.context.sorted_tables}
        drops: list[ops.MigrateOperation] = []
        creates: list[ops.MigrateOperation] = []
        for key in self._gone():
            drops += [self._drop(key, found) for found in self._in_database(key) if found.name is not None]
        for key, table in tables.items():
            if key in self.created:
                creates += list(self._wanted(table))
            elif self._is_compared(table):
                removed, added = self._difference(key, table)
                drops += removed
                creates += added
        kept = [op for op in map(self._rewritten, self.given) if op is not None]
        for op in creates:
            self._after_job(op)
        return [*self.encrypts, *drops, *kept, *creates, *self.guarded.values()]

    def _key(self, schema: str | None, table: str) -> _Key:
        return (None if schema == self.dialect.default_schema_name else schema, str(table))

    def _gone(self) -> Iterator[_Key]:
        for op in self.given:
            if isinstance(op, ops.DropTableOp):
                yield self._key(op.schema, op.table_name)

    def _in_database(self, key: _Key) -> list[Found]:
        if key not in self.found:
            there = key not in self.created
            self.found[key] = search_indexes(self.connection, key[1], key[0]) if there else []
        return self.found[key]

    def _is_compared(self, table: Table) -> bool:
        schema, name = self._key(table.schema, table.name)
        return (
            (schema is None or bool(self.context.opts.get("include_schemas")))
            and self.context.run_name_filters(name, "table", {"schema_name": schema})
            and self.context.run_object_filters(table, table.name, "table", False, None)
            and self.context.inspector.has_table(name, schema)
        )

    def _wanted(self, table: Table) -> Iterator[CreateSearchIndexOp]:
        schema = self._key(table.schema, table.name)[0]
        ordered = sorted(search_slices(table), key=lambda pair: str(pair[0].name))
        for index, part in ordered:
            if self.context.run_object_filters(index, index.name, "index", False, None):
                yield CreateSearchIndexOp(
                    conv(str(index.name)), table.name, part, unique=bool(index.unique), schema=schema
                )

    def _difference(
        self, key: _Key, table: Table
    ) -> tuple[list[DropSearchIndexOp], list[CreateSearchIndexOp]]:
        found, wanted = self._in_database(key), list(self._wanted(table))

        def matches(each: Found, op: CreateSearchIndexOp) -> bool:
            name = database_name(self.dialect, op.index_name)
            return same(each, name, op.slice, op.unique, self.dialect.name)

        removed = [
            self._drop(key, each)
            for each in found
            if each.name is not None and not any(matches(each, op) for op in wanted)
        ]
        removed = [op for op in removed if self._is_included(op)]
        added = [op for op in wanted if not any(matches(each, op) for each in found)]
        return removed, added

    def _is_included(self, op: DropSearchIndexOp) -> bool:
        column: Column[Any] = Column(op.slice.column, LargeBinary)
        Table(op.table_name, MetaData(), column, schema=op.schema)
        index = Index(conv(op.index_name), column, unique=op.unique)
        return self.context.run_object_filters(index, op.index_name, "index", True, None)

    def _drop(self, key: _Key, found: Found) -> DropSearchIndexOp:
        return DropSearchIndexOp(str(found.name), key[1], found.slice, unique=found.unique, schema=key[0])

    def _after_job(self, op: ops.MigrateOperation) -> None:
        """Let an index pass that ``safeguards encrypt`` has built before the migration came."""
        if isinstance(op, CreateSearchIndexOp):
            own = (op.schema, op.table_name, op.slice.column)
            op.maybe = own in {(each.schema, each.table_name, each.column_name) for each in self.encrypts}

    def _rewritten(self, op: ops.MigrateOperation) -> ops.MigrateOperation | None:
        if isinstance(op, ops.CreateTableOp):
            key = self._key(op.schema, op.table_name)
            op.columns = [self._column(key, item) for item in op.columns]
        elif isinstance(op, ops.DropTableOp) and op._reverse is not None:
            hidden = self._generated(self._key(op.schema, op.table_name))
            columns = op._reverse.columns
            op._reverse.columns = [c for c in columns if getattr(c, "name", None) not in hidden]
        elif isinstance(op, ops.ModifyTableOps):
            key = self._key(op.schema, op.table_name)
            op.ops = [each for each in op.ops if not self._is_ours(key, each)]
            op.ops = list(self._altered(key, op.ops))
            return op if op.ops else None
        return op

    def _generated(self, key: _Key) -> set[str]:
        if self.dialect.name not in MARIADB:
            return set()
        return {found.slice.generated for found in self._in_database(key)}

    def _is_ours(self, key: _Key, op: ops.MigrateOperation) -> bool:
        """Say whether a proposal is about a search index, which Alembic cannot compare."""
        if isinstance(op, ops.CreateIndexOp):
            return any(isinstance(part, TagOf) for part in op.columns)
        if isinstance(op, ops.DropIndexOp):
            return op.index_name in {found.name for found in self._in_database(key)}
        if isinstance(op, ops.DropConstraintOp):
            return op.constraint_name in {found.name for found in self._in_database(key)}
        return isinstance(op, ops.DropColumnOp) and op.column_name in self._generated(key)

    def _altered(self, key: _Key, given: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
        given = list(given)
        for op in given:
            if isinstance(op, ops.AddColumnOp):
                op.column = self._column(key, op.column)
            if isinstance(op, ops.AlterColumnOp) and _is_ours_type(op.modify_type):
                self._change_type(key, op)
        for op in given:
            if not self._is_replaced(op) and (not isinstance(op, ops.AlterColumnOp) or op.has_changes()):
                yield op

    def _is_replaced(self, op: ops.MigrateOperation) -> bool:
        """Say whether ``encrypt_column`` drops this index or constraint itself."""
        for each in self.encrypts:
            if isinstance(op, (ops.DropIndexOp, ops.DropConstraintOp)):
                name = op.index_name if isinstance(op, ops.DropIndexOp) else op.constraint_name
                own = (op.schema, op.table_name) == (each.schema, each.table_name)
                if own and name in {*each.indexes, *each.constraints}:
                    return True
        return False

    def _change_type(self, key: _Key, op: ops.AlterColumnOp) -> None:
        new: Any = op.modify_type
        if not is_encrypted(_Typed(new)) or is_binary(op.existing_type):
            op.modify_type = _plain_type(new)
            return
        encrypt = EncryptColumnOp(
            op.table_name,
            op.column_name,
            field=str(new.field),
            type_=op.existing_type,
            nullable=op.existing_nullable,
            schema=op.schema,
        )
        encrypt.indexes = own_indexes(self.context.inspector, encrypt)
        encrypt.constraints = own_constraints(self.context.inspector, encrypt)
        self.encrypts.append(encrypt)
        self._guard(key, op.column_name, str(new.field))
        op.modify_type = None
        op.existing_type = binary()  # by the time that what else changes is carried out

    def _column(self, key: _Key, item: Any) -> Any:
        """Return a column whose type a migration can write down; other items as they are."""
        if not isinstance(item, Column) or not _is_ours_type(item.type):
            return item
        if is_encrypted(item):
            self._guard(key, item.name, str(item.type.field))  # type: ignore[attr-defined]
        default: Any = item.server_default  # which only a column in state plaintext has
        return Column(
            item.name,
            _plain_type(item.type),
            nullable=item.nullable,
            comment=item.comment,
            primary_key=item.primary_key,
            server_default=None if default is None else getattr(default, "arg", None),
        )

    def _guard(self, key: _Key, column: str, field: str) -> None:
        """Let the way back stop first, before anything of the migration is undone."""
        schema, table = key
        guard = self.guarded.setdefault(key, GuardCiphertextsOp(table, {}, schema=schema, active=False))
        guard.fields[str(column)] = field


class _Typed:
    def __init__(self, type_: Any) -> None:
        self.type = type_


def _is_ours_type(type_: Any) -> bool:
    return isinstance(type_, TypeDecorator) and type(type_).__module__.startswith("safeguards.")


def _plain_type(type_: Any) -> TypeEngine[Any]:
    if is_encrypted(_Typed(type_)):
        return binary()
    plain: TypeEngine[Any] = type_.type if isinstance(type_, Encrypted) else type_.impl
    return plain
