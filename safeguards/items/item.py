"""What one kind of personal data is: the noun that every other room asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from safeguards.errors import InputError

if TYPE_CHECKING:
    from safeguards.items.checkdigit import CheckDigit
    from safeguards.items.ranks import Ladder


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


class Verdict(NamedTuple):
    """What a validator says of a candidate.

    ``score`` is the certainty in 0..1 without context; ``in_context`` the certainty when a context word
    stands near. ``reason`` is a phrase a person understands. A verdict of 0 and 0 rejects the candidate.
    """

    score: float
    in_context: float
    reason: str

    def __bool__(self) -> bool:
        return self.in_context > 0


REJECTED = Verdict(0.0, 0.0, "not such a value")


class Candidate(NamedTuple):
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
    ``validate`` always judges one whole value, so that columns can be classified by it. Text reaches all
    three folded as :func:`safeguards.items.text.fold` does. Attributes that are not plain:

    ``canonical``: maps every spelling of one value to one text, and any other text to itself, folded; search
        tags and pseudonyms are made of it, so ``canonical_version`` grows whenever its result changes.
    ``masks``: the profiles ``finance`` and ``netact``; text that is not the item becomes asterisks.
    ``context``: words that, standing near, raise a candidate to ``Verdict.in_context``.
    ``against``: labels that, standing nearer before a candidate, say it is something else.
    ``part_of``: an expression of what makes a candidate directly behind it part of something else, as a
        product's name makes its version, unless a label stands there.
    ``glue``: characters that make a candidate part of something longer if a letter or digit follows them. A
        run of digits is besides none behind a digit and a full stop, for there it is a fraction.
    ``column_names``: words of a header that name the item; Latin ones match whole words.
    ``check_digit``: its arithmetic as data, where there is one, for a vectorised validator.
    ``check_digit_binding``: false where genuine values may fail it.
    ``judge_column``: judges a column's distinct values together: None says nothing, REJECTED vetoes, any
        other verdict supports values that prove nothing alone.
    ``whole``: the form of a whole value in a column, where that is wider than ``pattern``.
    ``anchor``: an expression without which no text holds the item, by which most texts are passed over: by
        default its ``pattern``. It is read natively, so look-around in it counts for nothing.
    ``loose_anchor``: the same for whoever takes scores below 0.5; None where ``anchor`` serves them too.
    ``zero_first``: values may begin with a zero, which a column of numbers has lost.
    ``ladders``: by version, the module that numbers values for surrogates. A version never changes.
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
    validate: Callable[[str], Verdict]
    pattern: str | None = None
    candidates: Callable[[str], Iterable[Candidate]] | None = None
    canonical_version: int = 1
    column_names: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    part_of: str | None = None
    glue: str = "-"
    check_digit: CheckDigit | None = None
    check_digit_binding: bool = True
    judge_column: Callable[[Sequence[str]], Verdict | None] | None = None
    anchor: str | None = None
    whole: str | None = None
    loose_anchor: str | None = None
    zero_first: bool = False
    ladders: Mapping[int, str] = field(default_factory=dict)

    def ladder(self, version: int = 1, form: str | None = None) -> Ladder:
        """Return how values are numbered for surrogates, in one version and form.

        Raises:
            InputError: there is no such version, or no such form.
        """
        if version not in self.ladders:
            known = ", ".join(map(str, self.ladders))
            raise InputError(f"{self.id} has no surrogates of version {version!r}; it has: {known or 'none'}")
        module = import_module(f"safeguards.items.{self.ladders[version]}")
        forms: Mapping[str | None, Ladder] = {None: module.LADDER, **getattr(module, "FORMS", {})}
        if form not in forms:
            known = ", ".join(name for name in forms if name)
            raise InputError(f"surrogates of {self.id} have no form {form!r}; they have: {known or 'none'}")
        return forms[form]

    def mask(self, value: str, profile: str = "finance") -> str:
        """Mask ``value`` as the profile shows it.

        Raises:
            InputError: the profile is neither ``finance`` nor ``netact``.
        """
        if profile not in self.masks:
            raise InputError(f"unknown mask profile {profile!r}; use one of: {', '.join(self.masks)}")
        return self.masks[profile](value)
