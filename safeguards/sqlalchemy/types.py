"""The column type of encrypted fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NoReturn

from sqlalchemy import ARRAY, JSON, ColumnElement, Dialect, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from safeguards.errors import DecryptionFailed, InputError, OperatorRefused
from safeguards.fields import Bucket, Cipher, Json, ListOf, Names, Pad, Search, codec_for
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.keys.registry import DEFAULT
from safeguards.sqlalchemy.comparator import EncryptedComparator
from safeguards.sqlalchemy.lifecycle import (
    ENCRYPTED,
    PLAINTEXT,
    RETIRING,
    DualRead,
    State,
    binder,
    check_state,
    dual_result,
    plaintext_result,
)
from safeguards.sqlalchemy.subjects.bound import plain
from safeguards.sqlalchemy.subjects.declaration import RAISE, declared
from safeguards.sqlalchemy.subjects.declaration import check as check_subject
from safeguards.sqlalchemy.subjects.reading import binder as subject_binder
from safeguards.sqlalchemy.subjects.reading import result as subject_result
from safeguards.sqlalchemy.subjects.reading import with_id
from safeguards.sqlalchemy.tag import MARIADB, BucketNumbers, TagValue

Bind = Callable[[Any], bytes | None]
Result = Callable[[Any], Any]
_SHOWN = {
    "item": None,
    "search": None,
    "state": ENCRYPTED,
    "keyring": DEFAULT,
    "reencrypt": False,
    "subject": None,
    "erased": RAISE,
    "tags_outlive_subject": False,
    "pad": None,
    "compress": None,
}


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
        subject: whose the values are, ``"member:id"``: a kind of person, and the attribute of the same row
            that holds their id. Each value is then encrypted under its person's own key, which ``ring.shred``
            destroys; a value that is moved to another person's row cannot be read. In ``DualRead``, values
            from before the column had a subject can be read too.
        erased: what reading gives when the person's key was destroyed: ``"raise"`` SubjectErased, or
            ``"value"``, the false object ``safeguards.values.ERASED``.
        tags_outlive_subject: allow ``search`` beside ``subject``, although tags in backups stay.
        pad: pad values to buckets, so that the length of a ciphertext says less: ``64`` for multiples of 64
            bytes; ``(32, 64, 256)`` for these sizes, and Padmé's above them; ``"padme"`` for at most 12 %
            more, which hides little of short values such as names. One byte of a bucket is the padding's own.
        compress: compress values (JSON, long texts) of at least this many bytes, where it makes them smaller.
            Off by default, because a compressed length tells about contents: whoever can put text of their
            own beside a secret into one value, and sees lengths, can guess the secret piece by piece (CRIME,
            BREACH). Never use it for such values; padding blunts that guess and does not end it.

    ``pad`` and ``compress`` may change at any time: an envelope records what was done to its value, and rows
    take the new form when they are written next.

    Raises:
        InputError: an option is unknown, or two of them do not go together.
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
        subject: str | None = None,
        erased: str = RAISE,
        tags_outlive_subject: bool = False,
        pad: Pad | list[int] | None = None,
        compress: int | None = None,
    ) -> None:
        super().__init__()
        self.type = to_instance(type)
        self.item = item
        # Tuples, for SQLAlchemy's cache key.
        self.search = tuple(search) if isinstance(search, list) else search
        self.pad = tuple(pad) if isinstance(pad, list) else pad
        self.compress = compress
        self.keyring = keyring
        self.state = state
        self.reencrypt = reencrypt
        self.subject = subject
        self.erased = erased
        self.tags_outlive_subject = tags_outlive_subject
        self.declared_subject = declared(subject, field)
        codec = codec_for(_kind(self.type, field))
        of = Cipher if self.declared_subject is None else partial(SubjectCipher, self.declared_subject.kind)
        self._cipher = of(field, codec, item=item, search=search, keyring=keyring, pad=pad, compress=compress)
        self.field = self._cipher.field
        check_state(self)
        check_subject(self)

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
        if self.declared_subject is not None and self.state not in {PLAINTEXT, RETIRING}:
            return subject_binder(self)
        if self.state != ENCRYPTED:
            return binder(self, dialect)
        return self._cipher.writing()

    def result_processor(self, dialect: Dialect, coltype: object) -> Result:
        """Decrypt on the way out of it."""
        if self.state == PLAINTEXT:
            return plaintext_result(self, dialect, coltype)
        if self.declared_subject is not None:
            return subject_result(self)
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

        return self._cipher.reading(process)

    @property
    def _has_column_expression(self) -> bool:
        return self.declared_subject is not None and self.state != PLAINTEXT

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Read the id of the person beside each value."""
        return with_id(column, self)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Say whether two attribute values are equal, whoever they are bound to."""
        return bool(super().compare_values(plain(x), plain(y)))

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
        values = ((name, getattr(self, name), default) for name, default in _SHOWN.items())
        shown = "".join(f", {name}={value!r}" for name, value, default in values if value != default)
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
