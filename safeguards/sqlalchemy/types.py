"""The column type of encrypted fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NoReturn

from sqlalchemy import ARRAY, JSON, Dialect, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from safeguards.errors import DecryptionFailed, InputError, OperatorRefused
from safeguards.fields import Bucket, Cipher, Json, ListOf, Names, Search, codec_for
from safeguards.keys.registry import DEFAULT
from safeguards.sqlalchemy.comparator import EncryptedComparator
from safeguards.sqlalchemy.lifecycle import (
    ENCRYPTED,
    PLAINTEXT,
    DualRead,
    State,
    binder,
    check_state,
    dual_result,
    plaintext_result,
)
from safeguards.sqlalchemy.tag import MARIADB, BucketNumbers, TagValue

Bind = Callable[[Any], bytes | None]
Result = Callable[[Any], Any]


class Encrypted(TypeDecorator[Any]):
    """A column that is encrypted in the database and plain in Python.

    ``Encrypted("member.rrn", item="kr_rrn", search=Exact())``. NULL stays NULL. With ``search``, the column
    answers ``==``, ``!=``, ``in_`` and joins over the item's canonical form, through an index that the table
    gets by itself; ``unique=True`` on the column makes that index unique. Every other operator raises.

    ``Enum`` stores names at one width; ``JSON`` and ``ARRAY`` of scalars work over every database, without
    search, and None is always SQL NULL. Changes inside a dict or list are seen when
    ``MutableDict.as_mutable(Encrypted(...))`` or ``MutableList`` tracks them.

    Args:
        field: the field's rename-proof id; one column of a schema has it.
        type: the SQLAlchemy type of the plain values.
        item: the kind of personal data; selects the canonical form and never rejects a write.
        search: ``Exact()`` for equality, ``Prefix``, ``LastDigits`` or ``Bucket`` for ``startswith``,
            ``endswith`` and ``between``, ``Ngram`` for ``contains``, several of them, or None for a column
            that is only stored and read.
        keyring: the name given to ``safeguards.use``; the type never holds a key.
        state: where the column is in its life. ``"plaintext"``: declared, and still an ordinary column.
            ``DualRead(until=...)``: values are written encrypted, and rows in plaintext can be read.
            ``"encrypted"``. ``"retiring"``: readable, and only NULL may be written.
        reencrypt: when the ORM updates a row for any reason, write its loaded value of this column anew, so
            that it comes under the newest data key; the mapper needs a ``version_id_col``.

    Raises:
        InputError: the field id, type, item or state is unknown.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = EncryptedComparator

    def __init__(
        self,
        field: str,
        type: type[TypeEngine[Any]] | TypeEngine[Any] = String,  # noqa: A002  the field's word
        # Not keyword-only: SQLAlchemy makes its cache key of positional names, and these belong in it.
        item: str | None = None,
        search: Search | Sequence[Search] | None = None,
        keyring: str = DEFAULT,
        state: State = ENCRYPTED,
        reencrypt: bool = False,
    ) -> None:
        super().__init__()
        self.type = to_instance(type)
        self.item = item
        # A tuple, for SQLAlchemy's cache key.
        self.search = tuple(search) if isinstance(search, list) else search
        self.keyring = keyring
        self.state = state
        self.reencrypt = reencrypt
        codec = codec_for(_kind(self.type, field))
        self._cipher = Cipher(field, codec, item=item, search=search, keyring=keyring)
        self.field = self._cipher.field
        check_state(self)

    @property
    def cipher(self) -> Cipher:
        """The field's cipher, for code below the ORM."""
        return self._cipher

    @cached_property
    def tag_values(self) -> tuple[TagValue, ...]:
        """The types that bind plain values as search tags, one for each slice."""
        return tuple(
            (BucketNumbers if isinstance(each.search, Bucket) else TagValue)(self, each)
            for each in self._cipher.slices
        )

    @property
    def hashable(self) -> bool:  # type: ignore[override]
        """Whether the ORM may hash plain values: dicts and lists have no hash."""
        return self.type.hashable

    @property
    def python_type(self) -> type[Any]:
        """The Python type of plain values."""
        return self._cipher.codec.python_type

    def bind_processor(self, dialect: Dialect) -> Bind:
        """Encrypt on the way into the database."""
        if self.state != ENCRYPTED:
            return binder(self, dialect)
        encrypt = self._cipher.encrypt
        return lambda value: None if value is None else encrypt(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Result:
        """Decrypt on the way out of it."""
        if self.state == PLAINTEXT:
            return plaintext_result(self, dialect, coltype)
        if isinstance(self.state, DualRead):
            return dual_result(self, self.state)
        decrypt, field = self._cipher.decrypt, self.field

        def process(value: Any) -> Any:
            if type(value) is bytes:
                return decrypt(value)
            if value is None:
                return None
            if isinstance(value, (memoryview, bytearray)):
                return decrypt(bytes(value))
            raise DecryptionFailed(
                f"field {field}: a stored value is not encrypted; run `safeguards encrypt` on this column"
            )

        return process

    def literal_processor(self, dialect: Dialect) -> NoReturn:
        """Refuse to print a value into SQL text."""
        raise OperatorRefused(f"field {self.field}: literal_binds would print the value into the statement")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose BLOB, BYTEA or, on MariaDB and MySQL, LONGBLOB; the plain type while it is plaintext."""
        if self.state == PLAINTEXT:
            return dialect.type_descriptor(self.type)
        return binary_type(dialect)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Treat the other side of an assignment as a plain value of this field."""
        return self

    def _set_parent(self, parent: Any, outer: bool = False, **kw: Any) -> None:
        from safeguards.sqlalchemy.mapping import watch

        super()._set_parent(parent, outer=outer, **kw)
        if getattr(parent, "type", self) is not self:
            raise InputError(
                f"field {self.field}: Encrypted is a column's own type, not a variant or an element of one"
            )
        watch(parent)

    def __repr__(self) -> str:
        options: dict[str, object] = {"item": self.item, "search": self.search}
        if self.state != ENCRYPTED:
            options["state"] = self.state
        if self.keyring != DEFAULT:
            options["keyring"] = self.keyring
        shown = "".join(f", {name}={value!r}" for name, value in options.items() if value is not None)
        return f"Encrypted({str(self.field)!r}, {self.type!r}{shown})"


def binary_type(dialect: Dialect) -> TypeEngine[Any]:
    """Return the type that holds ciphertexts of any length in a database."""
    if dialect.name not in MARIADB:
        return LargeBinary()
    from sqlalchemy.dialects.mysql import LONGBLOB  # here, where it is loaded already

    return LONGBLOB()


def _kind(plain: TypeEngine[Any], field: str) -> Any:
    """Say in the fields' own words which values a SQLAlchemy type holds."""
    if isinstance(plain, Enum):
        return plain.enum_class or Names(tuple(plain.enums))
    if isinstance(plain, JSON):
        return Json
    if isinstance(plain, ARRAY):
        if plain.as_tuple or plain.dimensions not in {None, 1}:
            raise InputError(f"field {field}: an encrypted ARRAY has one dimension and gives lists")
        return ListOf(_kind(plain.item_type, field))
    try:
        return plain.python_type
    except NotImplementedError:
        raise InputError(f"field {field}: values of type {plain!r} cannot be encrypted") from None
