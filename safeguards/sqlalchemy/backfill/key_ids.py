"""Which data key each stored value names: read from its header by the database; nothing is decrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, not_, or_, select
from sqlalchemy.types import NULLTYPE

from safeguards.crypto.envelope import (
    ADDRESS_BYTES,
    FLAG_SETS,
    KEY_ID_BYTES,
    MAGIC,
    PADDED,
    Suite,
    parse_address,
)
from safeguards.fields import Cipher
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.keys import resolve
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.statements import is_plain

_BEGINNING = 2  # 0xFE and the tag's length


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """How many values name each data key, how many are still plain, and how many are no ciphertext at all.

    Ciphertexts of another declaration, with a search tag where this one has none, count as ``other``.
    """

    by_key: Mapping[int, int]
    plain: int
    other: int


def count_by_key(rows: ColumnRows) -> KeyCounts:
    """Count a column's values by the key id in their headers."""
    column, cipher, connection = rows.column, rows.cipher, rows.backend.session.connection
    named = _address(column, cipher)
    source = select(named, func.count()).select_from(rows.table).where(is_declared(column, cipher))
    by_key: dict[int, int] = {}
    other = 0
    for stored, count in connection.execute(source.group_by(named)):
        key_id = parse_address(bytes(stored))
        if key_id is None:
            other += count
        else:
            by_key[key_id] = by_key.get(key_id, 0) + count
    _, values = rows.count()
    plain = rows.count_plain()
    other += max(0, values - plain - other - sum(by_key.values()))
    return KeyCounts(dict(sorted(by_key.items())), plain, other)


def is_declared(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition that a value begins as ciphertexts of this declaration do."""
    beginning = bytes((MAGIC, cipher.prefix_length - _BEGINNING))
    return _part(column, 1, _BEGINNING) == _bytes(beginning)


def is_stale(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition that a value names an older data key of the keyring, or begins as no value does,
    or belongs to no person where all should.

    Plain values do not count. A key that is unknown here may be one to which another process has rotated
    meanwhile: values under it stay as they are.
    """
    *older, _ = resolve(cipher.keyring).data_key_ids
    # Only the key id is compared: the suite's byte before it differs from value to value by its flags.
    key_id = _part(column, cipher.prefix_length + 2, KEY_ID_BYTES)
    named = (key_id == _bytes(key.to_bytes(KEY_ID_BYTES, "big")) for key in older)
    unbound = [is_unbound(column, cipher)] if isinstance(cipher, SubjectCipher) else []
    stale = or_(not_(is_declared(column, cipher)), *named, *unbound)
    return and_(column.is_not(None), not_(is_plain(column)), stale)


def is_otherwise_tagged(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition that a value is no plain one, and begins as no ciphertext of this declaration."""
    return and_(column.is_not(None), not_(is_plain(column)), not_(is_declared(column, cipher)))


def is_unbound(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition that a value of this declaration was written before it had a subject."""
    suite = _part(column, cipher.prefix_length + 1, 1)
    bound = (bytes((Suite.SUBJECT_XAES_256_GCM | flags,)) for flags in FLAG_SETS)
    return and_(is_declared(column, cipher), *(suite != _bytes(each) for each in bound))


def is_padded(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition that a value of this declaration was padded when it was written."""
    suite = _part(column, cipher.prefix_length + 1, 1)
    padded = (bytes((Suite.XAES_256_GCM | flags,)) for flags in FLAG_SETS if flags & PADDED)
    return and_(is_declared(column, cipher), or_(*(suite == _bytes(each) for each in padded)))


def _address(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[Any]:
    return _part(column, cipher.prefix_length + 1, ADDRESS_BYTES)


def _bytes(value: bytes) -> ColumnElement[Any]:
    return bindparam(None, value, type_=NULLTYPE)


def _part(column: ColumnElement[Any], first: int, length: int) -> ColumnElement[Any]:
    # Literal numbers: PostgreSQL sees two parameters as two expressions, and GROUP BY would not match.
    return func.substr(column, literal_column(str(first)), literal_column(str(length)), type_=NULLTYPE)
