"""How a field's values can be found without being decrypted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exact:
    """Equality search by a keyed tag of 128 bits over the value's canonical form.

    Whoever reads the table sees which rows are equal, and nothing more. Columns that name the same ``group``
    share a tag key and can be joined; without one, the same value has unrelated tags in two fields.
    """

    group: str | None = None
