"""The four ways to store a string that the column benchmarks compare."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine, StringEncryptedType

import safeguards
from safeguards.sqlalchemy import Encrypted, Exact

QUICK = os.environ.get("SAFEGUARDS_BENCH") == "quick"
ROWS = 2_000 if QUICK else 20_000
ROUNDS = 5
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


KINDS: dict[str, Callable[[str], TypeEngine[Any]]] = {
    "plain": lambda name: String(),
    "raw GCM": lambda name: RawGcm(),
    "safeguards": lambda name: Encrypted(f"row.{name}"),
    "sqlalchemy-utils GCM": lambda name: StringEncryptedType(String, "a key of some length", AesGcmEngine),
}
SEARCHABLE: dict[str, Callable[[str], TypeEngine[Any]]] = {
    "plain": KINDS["plain"],
    "safeguards": lambda name: Encrypted(f"row.{name}", search=Exact()),
}


def table(make: Callable[[str], TypeEngine[Any]], *, index: bool = False) -> Table:
    """A table of five columns of one kind, the first with an index where asked."""
    columns = (Column(name, make(name), index=index and name == "a") for name in COLUMNS)
    return Table("row", MetaData(), Column("id", Integer, primary_key=True), *columns)


def mapped(of: Table) -> type[Any]:
    """A class that the ORM maps to the table."""
    row = type("Row", (), {})
    registry().map_imperatively(row, of)
    return row


def values(number: int) -> dict[str, str]:
    """The five values of one row, each 26 characters and unlike any other row's."""
    return {name: f"{name}-{number:08d}0123456789@m.com"[:26] for name in COLUMNS}


@cache
def keyring() -> None:
    """Make a keyring for this process, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="safeguards-bench-"))
    safeguards.use(
        safeguards.Keyring.create(f"sqlite:///{folder / 'keys.db'}", f"local:{folder / 'master.key'}")
    )
