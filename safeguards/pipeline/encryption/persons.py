"""Whose the values of a batch are: ids from the column beside, and the persons' keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError, SubjectErased
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.keys.held import HeldKey, HeldKeys
from safeguards.pipeline.columns import require_columns
from safeguards.pseudonyms.column import as_text, require_flat
from safeguards.values import SubjectId


def require_ids(column: str, schema: pa.Schema) -> None:
    """Raise InputError unless the schema has a column of ids."""
    require_columns([column], schema)
    try:
        require_flat(schema.field(column).type)
    except InputError as error:
        raise InputError(f"column {column!r}, which holds ids, {error}") from None


def ids_of(values: Any) -> list[str | None]:
    """Return ids as text, whatever type of column holds them, floats beside NULLs too."""
    found: list[str | None] = as_text(values).to_pylist()
    return found


class KnownOwner:
    """An owner whose key was looked up with those of the whole batch; the repr shows neither."""

    __slots__ = ("_key",)

    def __init__(self, key: HeldKey) -> None:
        self._key = key

    def held(self, keys: HeldKeys, kind: str) -> HeldKey:
        """Return their key."""
        return self._key

    @classmethod
    def of(cls, cipher: SubjectCipher, ids: Iterable[str | None]) -> Callable[[str], KnownOwner]:
        """Look up the keys of these persons in one go, who has none gets one; return who owns by id.

        What is returned raises SubjectErased for a person whose key was destroyed.
        """
        subjects = {one: SubjectId(cipher.kind, one) for one in ids if one}
        keys = cipher.current().ring.subjects
        try:
            held = keys.to_write(subjects.values())
        except SubjectErased:
            # One by one then, for the row of whom it is.
            return lambda one: cls(keys.to_write([subjects[one]])[subjects[one]])
        return lambda one: cls(held[subjects[one]])

    def __repr__(self) -> str:
        return "KnownOwner(***)"
