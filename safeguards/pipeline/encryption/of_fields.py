"""What the steps that encrypt and decrypt have in common: columns, and the field of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from safeguards.keys.registry import DEFAULT
from safeguards.pipeline.encryption.field import EncryptedField, fields_of


@dataclass(frozen=True)
class OfFields:
    """A step on columns, each of an encrypted field.

    Raises:
        InputError: a field is declared wrongly, or twice.
    """

    name: ClassVar[str]

    columns: Mapping[str, str | EncryptedField | Mapping[str, Any]]
    keyring: str = DEFAULT

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", fields_of(self.columns, self.keyring, self.name))

    @property
    def fields(self) -> Mapping[str, EncryptedField]:
        """The field of each column."""
        return self.columns  # type: ignore[return-value]  # __post_init__ made fields of them all

    @property
    def keyrings(self) -> frozenset[str]:
        """The names of the keyrings that it asks for."""
        return frozenset(field.keyring or self.keyring for field in self.fields.values())
