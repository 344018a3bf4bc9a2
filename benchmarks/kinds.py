"""The ways to store a string that the benchmarks compare, and the table that they stand in."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from advanced_alchemy.types import EncryptedString
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine, StringEncryptedType

from safeguards.sqlalchemy import Encrypted, Exact

Kinds = dict[str, Callable[[str], TypeEngine[Any]]]
COLUMNS = ("a", "b", "c", "d", "e")
VALUE = "member-0123456789@mail.com"
assert len(VALUE) == 26

_AEAD = AESGCM(bytes(range(32)))


class RawGcm(TypeDecorator[str]):
    """What a developer writes in a hurry: no key id, no associated data, no search."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        return nonce + _AEAD.encrypt(nonce, value.encode(), None)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else _AEAD.decrypt(value[:12], value[12:], None).decode()


def raw_calls(data: bytes) -> bytes:
    """The calls that AES-256-GCM takes with a fresh nonce, and nothing around them."""
    nonce = os.urandom(12)
    return _AEAD.decrypt(nonce, _AEAD.encrypt(nonce, data, None), None)


PLAIN: Kinds = {"plain": lambda name: String(64)}
OURS: Kinds = {"safeguards": lambda name: Encrypted(f"row.{name}")}
RAW: Kinds = {"raw GCM type": lambda name: RawGcm()}
PEERS: Kinds = {
    "sqlalchemy-utils GCM": lambda name: StringEncryptedType(String, "a key of some length", AesGcmEngine),
    "advanced-alchemy": lambda name: EncryptedString("a key of some length"),
}
SEARCHABLE: Kinds = PLAIN | {"safeguards": lambda name: Encrypted(f"row.{name}", search=Exact())}


def table(make: Callable[[str], TypeEngine[Any]], name: str = "row") -> Table:
    """A table of five columns of one kind."""
    columns = (Column(column, make(column)) for column in COLUMNS)
    return Table(name, MetaData(), Column("id", Integer, primary_key=True), *columns)


def mapped(of: Table) -> type[Any]:
    """A class that the ORM maps to the table."""
    row = type("Row", (), {})
    registry().map_imperatively(row, of)
    return row


def values(number: int) -> dict[str, str]:
    """The five values of one row, each 26 characters and unlike any other row's."""
    return {name: f"{name}-{number:08d}0123456789@m.com"[:26] for name in COLUMNS}
