"""The operations that a migration may call; each can be reversed and holds names and numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from alembic.operations import Operations
from alembic.operations.ops import MigrateOperation
from sqlalchemy.types import TypeEngine

from safeguards.sqlalchemy.ddl import SearchSlice


class _SearchIndexOp(MigrateOperation):
    def __init__(
        self,
        index_name: str,
        table_name: str,
        part: SearchSlice,
        *,
        unique: bool = False,
        schema: str | None = None,
        maybe: bool = False,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.slice = part
        self.unique = unique
        self.schema = schema
        self.maybe = maybe  # a job of `safeguards encrypt` may have been here before

    def _as(self, kind: type[Any]) -> Any:
        names = (self.index_name, self.table_name, self.slice)
        return kind(*names, unique=self.unique, schema=self.schema, maybe=self.maybe)


@Operations.register_operation("create_search_index")
class CreateSearchIndexOp(_SearchIndexOp):
    """Build the index on a slice of an encrypted column's values."""

    @classmethod
    def create_search_index(
        cls,
        operations: Operations,
        index_name: str,
        table_name: str,
        column_name: str,
        *,
        offset: int,
        width: int,
        generated: str,
        unique: bool = False,
        schema: str | None = None,
        if_not_exists: bool = False,
    ) -> None:
        """Build the index on ``width`` bytes of an encrypted column, from byte ``offset``, counted from 1.

        MariaDB gets them in an invisible generated column, named ``generated``. ``if_not_exists`` takes an
        index that is there for done where its name and definition are the same.
        """
        part = SearchSlice(column_name, generated, offset, width)
        operations.invoke(
            cls(index_name, table_name, part, unique=unique, schema=schema, maybe=if_not_exists)
        )

    def reverse(self) -> DropSearchIndexOp:
        """Return the operation that drops the index."""
        dropped: DropSearchIndexOp = self._as(DropSearchIndexOp)
        return dropped

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Say in Alembic's form what is to change."""
        return ("add_search_index", self.schema, self.table_name, self.index_name)


@Operations.register_operation("drop_search_index")
class DropSearchIndexOp(_SearchIndexOp):
    """Drop a search index and, on MariaDB, its generated column."""

    @classmethod
    def drop_search_index(
        cls,
        operations: Operations,
        index_name: str,
        table_name: str,
        column_name: str,
        *,
        offset: int,
        width: int,
        generated: str,
        unique: bool = False,
        schema: str | None = None,
        if_exists: bool = False,
    ) -> None:
        """Drop the index of a search slice and, on MariaDB, the generated column that it is on.

        ``if_exists`` takes an index that is not there for dropped.
        """
        part = SearchSlice(column_name, generated, offset, width)
        operations.invoke(cls(index_name, table_name, part, unique=unique, schema=schema, maybe=if_exists))

    def reverse(self) -> CreateSearchIndexOp:
        """Return the operation that builds the index again."""
        created: CreateSearchIndexOp = self._as(CreateSearchIndexOp)
        return created

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Say in Alembic's form what is to change."""
        return ("remove_search_index", self.schema, self.table_name, self.index_name)


class _RetypeOp(MigrateOperation):
    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        field: str,
        type_: TypeEngine[Any] | None = None,
        nullable: bool | None = None,
        schema: str | None = None,
        indexes: Mapping[str, bool] | None = None,
        constraints: Sequence[str] = (),
        discard: bool = False,
    ) -> None:
        self.table_name = table_name
        self.column_name = column_name
        self.field = field
        self.type_ = type_
        self.nullable = nullable
        self.schema = schema
        self.indexes = dict(indexes or {})
        self.constraints = list(constraints)
        self.discard = discard

    @property
    def label(self) -> str:
        """The column's name for people."""
        return ".".join(part for part in (self.schema, self.table_name, self.column_name) if part)

    def _as(self, kind: type[Any]) -> Any:
        names = (self.table_name, self.column_name)
        options = {"field": self.field, "type_": self.type_, "nullable": self.nullable, "schema": self.schema}
        return kind(*names, **options, indexes=self.indexes, constraints=self.constraints)


@Operations.register_operation("encrypt_column")
class EncryptColumnOp(_RetypeOp):
    """Make an empty plaintext column ready for ciphertexts."""

    @classmethod
    def encrypt_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        field: str,
        nullable: bool | None = None,
        indexes: Mapping[str, bool] | None = None,
        constraints: Sequence[str] = (),
        schema: str | None = None,
    ) -> None:
        """Make an empty plaintext column binary, and drop its own indexes and UNIQUE constraints.

        A migration has no key: values that are there must have been encrypted by ``safeguards encrypt``,
        which changes the type itself; then nothing is left to do. ``indexes`` (each with whether it is
        unique) and ``constraints`` are dropped where the database cannot be asked (``--sql``).

        Raises:
            MigrationRefused: the column holds plaintext; it was not changed.
        """
        operations.invoke(
            cls(
                table_name,
                column_name,
                field=field,
                nullable=nullable,
                indexes=indexes,
                constraints=constraints,
                schema=schema,
            )
        )

    def reverse(self) -> UnencryptColumnOp:
        """Return the operation that makes the column plain again."""
        reversed_: UnencryptColumnOp = self._as(UnencryptColumnOp)
        return reversed_

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Say in Alembic's form what is to change."""
        return ("encrypt_column", self.schema, self.table_name, self.column_name, self.field)


@Operations.register_operation("unencrypt_column")
class UnencryptColumnOp(_RetypeOp):
    """Give a column without ciphertexts its plain type again."""

    @classmethod
    def unencrypt_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        field: str,
        type_: TypeEngine[Any],
        nullable: bool | None = None,
        indexes: Mapping[str, bool] | None = None,
        constraints: Sequence[str] = (),
        schema: str | None = None,
        discard: bool = False,
    ) -> None:
        """Change an encrypted column back to a plain type. It decrypts nothing: a migration has no key.

        ``indexes`` (each with whether it is unique) and UNIQUE ``constraints`` are built on it again.
        Ciphertexts are set to NULL only with ``discard`` or ``alembic -x discard_ciphertexts=TABLE.COLUMN``.

        Raises:
            MigrationRefused: the column holds ciphertexts; it was not changed.
        """
        operations.invoke(
            cls(
                table_name,
                column_name,
                field=field,
                type_=type_,
                nullable=nullable,
                indexes=indexes,
                constraints=constraints,
                schema=schema,
                discard=discard,
            )
        )

    def reverse(self) -> EncryptColumnOp:
        """Return the operation that makes the column ready for ciphertexts."""
        reversed_: EncryptColumnOp = self._as(EncryptColumnOp)
        return reversed_

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Say in Alembic's form what is to change."""
        return ("unencrypt_column", self.schema, self.table_name, self.column_name, self.field)


@Operations.register_operation("guard_ciphertexts")
class GuardCiphertextsOp(MigrateOperation):
    """Stand before steps that would destroy ciphertexts; ``active`` in the one direction only."""

    def __init__(
        self,
        table_name: str,
        fields: Mapping[str, str],
        *,
        schema: str | None = None,
        discard: bool = False,
        active: bool = True,
    ) -> None:
        self.table_name = table_name
        self.fields = dict(fields)
        self.schema = schema
        self.discard = discard
        self.active = active

    @classmethod
    def guard_ciphertexts(
        cls,
        operations: Operations,
        table_name: str,
        fields: Mapping[str, str],
        *,
        schema: str | None = None,
        discard: bool = False,
    ) -> None:
        """Stop before ciphertexts are destroyed; ``fields`` has the field id of each column.

        ``discard``, or ``alembic -x discard_ciphertexts=TABLE.COLUMN``, lets it pass; the name of a table or
        ``all`` does too.

        Raises:
            MigrationRefused: a column holds ciphertexts; nothing was changed.
        """
        operations.invoke(cls(table_name, fields, schema=schema, discard=discard))

    def reverse(self) -> Self:
        """Return the guard of the other direction, where nothing is destroyed."""
        return type(self)(
            self.table_name, self.fields, schema=self.schema, discard=self.discard, active=not self.active
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Say in Alembic's form what is to change."""
        return ("guard_ciphertexts", self.schema, self.table_name, self.fields)
