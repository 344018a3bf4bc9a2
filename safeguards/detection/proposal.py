"""What to declare for a column: an encrypted one in a model, or a transform in a pipeline file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from safeguards.detection.verdict import ColumnVerdict
from safeguards.items.item import Item, Role

_NOT_IN_A_FIELD_ID = re.compile(r"[\s\x00-\x1f\x7f\"\\]+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TYPES = (
    ("Date", re.compile(r"(?i)date$")),
    ("DateTime", re.compile(r"(?i)datetime|timestamp")),
    ("BigInteger", re.compile(r"(?i)bigint")),
    ("Integer", re.compile(r"(?i)(?:small|medium|tiny)?int(?!erval)")),
    ("Numeric", re.compile(r"(?i)numeric|decimal")),
)
"""SQLAlchemy's types that are no text, and the SQL types whose values they are."""
_RRN = "kr_rrn"
_BIRTH_DATE = "birth_date"
_PASSWORD = "password"  # noqa: S105  an item's id


def encrypted_column(table: str, verdict: ColumnVerdict, items: Sequence[Item], sql_type: str) -> str:
    """Return the declaration that would encrypt a column of a database.

    A column of one item is searchable; one of text that holds what must be encrypted is not. A column of
    structures is encrypted whole, and passwords are hashed.
    """
    field = field_id(table, verdict.table_column)
    if verdict.item == _PASSWORD:
        return "PasswordHash()"
    if verdict.within is not None:
        return f'Encrypted("{field}", JSON)'
    within = any(item.must_encrypt for item in items[1:]) and not items[0].must_encrypt
    if verdict.item is None or within:
        return f'Encrypted("{field}", Text)'
    kind = next((f"{name}, " for name, declared in _TYPES if declared.match(sql_type)), "")
    return f'Encrypted("{field}", {kind}item="{verdict.item}", search=Exact())'


def pseudonymised_column(table: str, verdict: ColumnVerdict, items: Sequence[Item]) -> str | None:
    """Return the declaration that would keep a keyed pseudonym, where a column is one identifier.

    Resident registration numbers and passwords are none: the law wants them gone, or hashed.
    """
    whole = verdict.item is not None and verdict.within is None and len(items) == 1
    if not whole or items[0].role is not Role.IDENTIFIER or verdict.item in {_RRN, _PASSWORD}:
        return None
    return f'Pseudonymised({json.dumps(table, ensure_ascii=False)}, item="{verdict.item}")'


def transformed_column(verdict: ColumnVerdict, items: Sequence[Item]) -> str:
    """Return the line of a pipeline file for a column of a file, which no model declares.

    A resident registration number may only be dropped, and running text hides what it may.
    """
    name = verdict.table_column
    key = name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{key} = {_transform(verdict, items)}"


def field_id(table: str, column: str) -> str:
    """Return a rename-proof field id made of a table's and a column's name."""
    return _NOT_IN_A_FIELD_ID.sub("_", f"{table}.{column.replace('.', '_')}")


def _transform(verdict: ColumnVerdict, items: Sequence[Item]) -> str:
    if verdict.item == _BIRTH_DATE:
        return '{ transform = "generalise", years = 10 }'
    identifies = verdict.item is not None and verdict.within is None and items[0].role is Role.IDENTIFIER
    if not identifies or any(item.id == _RRN for item in items):
        return '"drop"'
    return f'{{ transform = "token", item = "{verdict.item}" }}'
