"""Surrogates: realistic values that stand for the true ones, the same for the same value inside a domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.errors import InputError
from safeguards.items.placeholders import is_placeholder
from safeguards.items.ranks import LONGEST_VALUE, Ladder
from safeguards.pseudonyms.column import Unfit, fitting, plain, require_text
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.surrogates.exchange import (
    FOREIGN,
    KEEP,
    NULL,
    OTHER,
    PLACEHOLDERS,
    Exchange,
    width,
)
from safeguards.pseudonyms.surrogates.fakes import Fakes
from safeguards.pseudonyms.tokens.token import Token
from safeguards.pseudonyms.tokens.tokeniser import PATTERN
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain
from safeguards.values import Secret

OTHERS = ("refuse", "token", "null")
_PURPOSE = "surrogate"
_OF_FORM = frozenset({"credit_card", "kr_bank_account"})


@dataclass(frozen=True)
class Surrogate(Transform):
    """A value of the same kind: a name for a name, a telephone number for a telephone number.

    By ``item``, different values get different surrogates and the key leads back: the item numbers its
    values, FF1 (NIST SP 800-38G) encrypts the number, and the value of that number is the surrogate. The
    lists behind the numbers are frozen; their version is part of the key and of the manifest.

    By ``faker``, Faker invents a value, seeded by a keyed digest. Different values may then share one, and
    nobody can go back. Faker changes its lists, so its version is stated, and another one is refused.

    Blank text becomes empty. A value is its own surrogate by chance alone: one in as many as its space has.
    Placeholders (미상, 주소없음, N/A, ``-``: ``items.placeholders``) stand for nobody. They stay,
    in canonical form, and no value's surrogate is one of them.

    Args:
        item: the kind of personal data: ``person_name``, ``person_name_en``, ``kr_phone``, ``kr_landline``,
            ``kr_safe_number``, ``phone``, ``email`` or ``kr_address``. Spellings of one value get one
            surrogate.
        version: of the item's lists; with ``faker``, the version of Faker, such as ``"40.63.0"``.
        form: ``keep_domain`` of e-mail addresses, ``keep_region`` of addresses, or ``unreachable`` mobile
            numbers, under a prefix that went out of service; None for the usual one. An address whose region
            cannot be read has no surrogate that keeps it.
        other: what becomes of a value that no surrogate is made for: ``refuse`` the table, telling the row,
            write the ``token`` that :class:`Token` makes of it, or ``null``.
        placeholders: ``keep`` them, make them ``null``, do what ``other`` says, or ``exchange`` them like
            values.
        faker: a method of Faker that returns text, such as ``company``.
        locale: Faker's locale, such as ``ko_KR``.

    Raises:
        InputError: a setting is none of these.
    """

    name: ClassVar[str] = "surrogate"
    keyed: ClassVar[bool] = True

    version: int | str = 1
    form: str | None = None
    other: str = "refuse"
    placeholders: str = KEEP
    faker: str | None = None
    locale: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.other not in OTHERS:
            raise InputError(f"other= is one of {', '.join(OTHERS)}")
        if self.placeholders not in PLACEHOLDERS:
            raise InputError(f"placeholders= is one of {', '.join(PLACEHOLDERS)}")
        if self.faker is not None:
            if self.form is not None or self.other != OTHERS[0]:
                raise InputError("form= and other= are settings of item=, not of faker=")
            if self.placeholders == OTHER:
                raise InputError('placeholders="other" goes with other=, which is a setting of item=')
            self._fakes.check()
        elif self.locale is not None:
            raise InputError("locale= is a setting of faker=")
        else:
            _ladder(self.item, self.version, self.form)

    @property
    def traits(self) -> Traits:
        """By item, different values stay different and the key leads back; not so by Faker."""
        told_apart = self.faker is None and not self.makes_null
        back = told_apart and self.other == OTHERS[0]
        return Traits(injective=told_apart, reversible=back, type_preserving=True)

    @property
    def makes_null(self) -> bool:
        """Say so where a value that has no surrogate, or a placeholder, becomes NULL."""
        return NULL in {self.other, self.placeholders}

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest surrogate, or token; None by Faker, whose texts have no bound."""
        if self.faker is not None:
            return None
        # Longer values have no surrogates, but may have shorter canonical forms.
        value = LONGEST_VALUE if longest is None else min(longest, LONGEST_VALUE)
        made = width(_ladder(self.item, self.version, self.form), self.placeholders, value)
        return made if self.other != "token" else max(made, Token(item=self.item).width(longest) or 0)

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return text."""
        require_text(kind)
        return pa.string()

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain, the item and the version."""
        scope = require_domain(domain, "Surrogate")
        key_id, secret = scope.key(self.item, self._key_purpose)
        if self.faker is not None:
            fakes = self._fakes
            fakes.check()
            return Bound(
                lambda values: _by_unique(
                    values, lambda text: fakes.apply(text, secret, self.item, self.placeholders)
                ),
                key_id,
            )
        exchange = self._exchange(secret)
        tokens = Token(item=self.item).bind(scope).apply if self.other == "token" else None
        return Bound(
            lambda values: _by_unique(values, lambda text: self._made(text, exchange, tokens)), key_id
        )

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Go back to values in their usual spelling; tokens of ``other="token"`` stay what they are."""
        if self.faker is not None:
            raise InputError("surrogates by Faker are one-way: nobody can go back from them")
        scope = require_domain(domain, "Surrogate")
        key_id, secret = scope.key(self.item, self._key_purpose, permit.keyring)
        exchange = self._exchange(secret, back=True)
        return Bound(lambda values: _by_unique(values, lambda text: self._back(text, exchange)), key_id)

    def holds(self, values: Any) -> Any | None:
        """Say which are values of the item in their usual spelling; of those by Faker nothing is promised."""
        if self.faker is not None:
            return None
        ladder = _ladder(self.item, self.version, self.form)
        kept = self.placeholders == KEEP
        found: Any = fitting(values, lambda text: not text or _is_made(text, ladder, kept))
        tokens: Any = Token(item=self.item).holds(values) if self.other == "token" else None
        return found if tokens is None else pc.or_(found, tokens)

    @classmethod
    def recalled(cls, item: str | None, parameters: Mapping[str, Any]) -> Self | None:
        """Recall those by item; Faker, or its version, need not be there where an output is read."""
        return None if parameters.get("faker") is not None else super().recalled(item, parameters)

    def parameters(self) -> Mapping[str, object]:
        """Return the settings without those that do not count."""
        settings = dict(super().parameters())
        if self.faker is not None:
            del settings["other"]
        return settings

    @property
    def _fakes(self) -> Fakes:
        return Fakes(self.faker, self.locale, self.version)

    def _exchange(self, key: Secret, *, back: bool = False) -> Exchange:
        return Exchange(_ladder(self.item, self.version, self.form), key, back, self.placeholders)

    @property
    def _key_purpose(self) -> str:
        if self.faker is not None:
            return f"{_PURPOSE}/{self._fakes.purpose}"
        return f"{_PURPOSE}/{self.version}" + (f"/{self.form}" if self.form else "")

    def _made(self, text: Any, exchange: Exchange, tokens: Callable[[Any], Any] | None) -> Any:
        found, left = exchange.apply(text)
        if left and self.other == OTHERS[0]:
            row = min(left)
            raise Unfit(f'{left[row]}; other="token" or "null" says what becomes of such values', row + 1)
        if not left or tokens is None:
            return found
        unfit = pa.array([row in left for row in range(len(text))])
        return pc.replace_with_mask(found, unfit, tokens(text.filter(unfit)))

    def _back(self, text: Any, exchange: Exchange) -> Any:
        """Lead surrogates back; ``text`` has no NULL."""
        tokens = (
            pc.match_substring_regex(text, PATTERN) if self.other == "token" else pa.repeat(False, len(text))
        )
        others = pc.invert(tokens)
        found, left = exchange.apply(text.filter(others))
        if left:
            rows = np.flatnonzero(others.to_numpy(zero_copy_only=False))
            raise Unfit(FOREIGN, int(rows[min(left)]) + 1)
        return pc.replace_with_mask(text, others, found)


def _ladder(item: str | None, version: int | str, form: str | None) -> Ladder:
    if item is None:
        raise InputError('Surrogate needs item=, such as "person_name", or faker=, such as "company"')
    if isinstance(version, bool) or not isinstance(version, int):
        raise InputError("version= is the number of a version of the item's lists, such as 1")
    found = items.get(item)
    if not found.ladders:
        known = ", ".join(one.id for one in items.all_items() if one.ladders)
        raise InputError(f"there are no surrogates for {item} {_instead(item)}; there are for: {known}")
    return found.ladder(version, form)


def _is_made(text: str, ladder: Ladder, kept: bool) -> bool:
    if kept and is_placeholder(text):
        return ladder.canonical(text) == text
    place = ladder.found(text)
    return (
        place is not None and place.space.size >= place.space.fewest and place.space.spell(place.rank) == text
    )


def _instead(item: str) -> str:
    found = items.get(item)
    if item == "kr_rrn":
        return "(it may only be dropped: use Drop())"
    if found.legal_class != items.LegalClass.UNIQUE_IDENTIFIER and (found.check_digit or item in _OF_FORM):
        return f'(FormatPreserving(item="{item}") changes its digits)'
    if found.role == items.Role.QUASI_IDENTIFIER:
        return "(use Generalise(), which keeps what is counted)"
    return f'(use Token(item="{item}"))'


def _by_unique(values: Any, convert: Callable[[Any], Any]) -> Any:
    """Convert the distinct values; a row that does not fit is told as the column counts it."""
    encoded = plain(values).cast(pa.string()).dictionary_encode()
    try:
        return convert(encoded.dictionary).take(encoded.indices)
    except Unfit as unfit:
        unfit.row = pc.index(encoded.indices, unfit.row - 1).as_py() + 1
        raise
