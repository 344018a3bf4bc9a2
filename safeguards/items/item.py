"""What one kind of personal data is: the noun that every other room asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class LegalClass(Enum):
    """How the law ranks an item (Personal Information Protection Act 23, 24, 24-2; Notice 7)."""

    AUTHENTICATION = "authentication"
    UNIQUE_IDENTIFIER = "unique identifier"
    FINANCIAL = "financial"
    SENSITIVE = "sensitive"
    GENERAL = "general"


class Role(Enum):
    """What an item means for re-identification."""

    IDENTIFIER = "identifier"
    QUASI_IDENTIFIER = "quasi-identifier"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validator says of a candidate.

    ``score`` is the certainty in 0..1 without context; ``in_context`` the certainty when a context word
    stands near. ``reason`` is a phrase a person understands. A score of 0 rejects the candidate.
    """

    score: float
    in_context: float
    reason: str

    def __bool__(self) -> bool:
        return self.in_context > 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of text, in code points of that text, that may be the item."""

    start: int
    end: int
    score: float
    reason: str


Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of personal data.

    An item finds itself in text either by ``pattern`` (a regular expression without look-around; boundaries
    are checked by the detector) and ``validate``, or by ``candidates`` where rules need more than a pattern.
    ``canonical`` maps every spelling of one value to one text; search tags and pseudonyms are made of it, so
    its ``canonical_version`` grows whenever its result changes. ``masks`` has the profiles ``finance`` and
    ``netact``.
    """

    id: str
    entity: str
    name_ko: str
    name_en: str
    legal_class: LegalClass
    role: Role
    must_encrypt: bool
    context: tuple[str, ...]
    canonical: Callable[[str], str]
    masks: Mapping[str, Mask]
    source: str
    pattern: str | None = None
    validate: Callable[[str], Verdict] | None = None
    candidates: Callable[[str], Iterable[Candidate]] | None = None
    canonical_version: int = 1
    column_names: tuple[str, ...] = field(default=())

    def mask(self, value: str, profile: str = "finance") -> str:
        """Mask ``value`` as the profile shows it.

        Raises:
            KeyError: the profile is neither ``finance`` nor ``netact``.
        """
        return self.masks[profile](value)
