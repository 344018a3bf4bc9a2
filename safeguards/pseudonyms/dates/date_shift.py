"""Date shifting: each person's dates move together, so that what lies between them stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.errors import InputError
from safeguards.keys import Keyring
from safeguards.pseudonyms.canonical import canonical_bytes
from safeguards.pseudonyms.column import (
    all_of,
    as_text,
    by_unique,
    is_text,
    plain,
    refuse_unfit,
    require_flat,
)
from safeguards.pseudonyms.dates import moments
from safeguards.pseudonyms.dates.shifting import shifted
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.tokens.digests import DIGEST_BYTES, keyed
from safeguards.pseudonyms.transform import Bound, Traits, Transform, require_domain
from safeguards.values import Secret

MOST_DAYS = 36_500
_PURPOSE = "date-shift"
_TEXT_GROWTH = 2
"""A month and a day that had one digit each may have two."""


@dataclass(frozen=True)
class DateShift(Transform):
    """Move each date by a number of days that belongs to a subject: from ``-days`` to ``days``, and not 0.

    Intervals between one subject's dates and their order stay exactly, also across columns and tables that
    name the same subject; those between subjects do not. 0 is left out, so that nobody's dates leave as they
    are; a guesser then has one candidate of ``2 * days`` instead of ``2 * days + 1``. Moments move by whole
    days of 24 hours. Dates written as text keep their spelling.

    Somebody who knows one true date of a subject knows all of them, and patterns that everybody shares, such
    as closed Sundays, tell a shift modulo 7: dates of many events need more than this.

    Args:
        subject: the column that says whose date it is, as it comes in.
        days: how far at most.
        subject_item: the kind of personal data that ``subject`` holds, whose canonical form makes one person
            of its spellings.
        without_subject: ``refuse`` the table where a date has no subject, or make such a date NULL.
        other: ``refuse`` the table where a text is no date, or make it NULL.
        item: the kind of personal data that the dates are.

    Raises:
        InputError: a setting is none of these.
    """

    name: ClassVar[str] = "date_shift"
    keyed: ClassVar[bool] = True

    subject: str = ""
    days: int = 30
    subject_item: str | None = None
    without_subject: Literal["refuse", "null"] = "refuse"
    other: Literal["refuse", "null"] = "refuse"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.subject, str) or not self.subject:
            raise InputError('subject= is the name of the column of persons, such as "member_id"')
        if not isinstance(self.days, int) or isinstance(self.days, bool) or not 1 <= self.days <= MOST_DAYS:
            raise InputError(f"days= is a whole number from 1 to {MOST_DAYS}")
        if self.subject_item is not None:
            if not isinstance(self.subject_item, str):
                raise InputError('subject_item= is the id of an item, such as "email"')
            items.get(self.subject_item)
        for name in ("without_subject", "other"):
            if getattr(self, name) not in {"refuse", "null"}:
                raise InputError(f'{name}= is "refuse" or "null"')

    @property
    def traits(self) -> Traits:
        """Two persons' different dates may become one."""
        return Traits(reversible=True, type_preserving=True)

    @property
    def makes_null(self) -> bool:
        """Say so where a date without a subject, or what is no date, becomes NULL."""
        return "null" in {self.without_subject, self.other}

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the column of subjects."""
        return (self.subject,)

    def holds(self, values: Any) -> Any | None:
        """Say which are dates of the calendar."""
        flat = plain(values)
        if not is_text(flat.type):
            return all_of(flat, pa.types.is_date(flat.type) or pa.types.is_timestamp(flat.type))
        found = pc.is_valid(moments.dates(moments.without_zone(as_text(flat))))
        return pc.if_else(pc.is_valid(flat), found, None)

    def width(self, longest: int | None) -> int | None:
        """Return the length of the longest text with two digits for each month and day."""
        return None if longest is None else longest + _TEXT_GROWTH

    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the same type; text as plain strings."""
        require_flat(kind)
        held = kind.value_type if pa.types.is_dictionary(kind) else kind
        if is_text(held) or pa.types.is_null(held):
            return pa.string()
        if pa.types.is_date(held) or pa.types.is_timestamp(held):
            return held
        raise InputError(f"is {kind}, which holds no dates")

    def bind(self, domain: Domain | None) -> Bound:
        """Derive the key of the domain and the subject's item."""
        return self._moving(require_domain(domain, "DateShift"), 1)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Move dates back; it takes the column of subjects beside them, as it came in."""
        return self._moving(require_domain(domain, "DateShift"), -1, permit.keyring)

    def _moving(self, domain: Domain, sign: int, keyring: Keyring | None = None) -> Bound:
        key_id, secret = domain.key(self.subject_item, _PURPOSE, keyring)

        def moved(values: Any, subjects: Any) -> Any:
            flat, persons = plain(values), _persons(subjects)
            orphans = pc.and_(pc.is_valid(flat), pc.is_null(persons))
            if self.without_subject == "refuse":
                refuse_unfit(orphans, f"has a date whose {self.subject!r} is NULL or blank; {_HINT}")
            flat = pc.if_else(orphans, pa.scalar(None, flat.type), flat)
            days = by_unique(persons, self._shifts(secret)).fill_null(0)
            return shifted(flat, sign * days.to_numpy(zero_copy_only=False), other=self.other)

        return Bound(moved, key_id)

    def _shifts(self, secret: Secret) -> Callable[[Any], Any]:
        def shifts(unique: Any) -> Any:
            digests = b"".join(keyed(secret, canonical_bytes(self.subject_item, unique)))
            # 64 bits modulo at most 73,000: no number is likelier than another by more than 2 to the -47.
            drawn = np.frombuffer(digests, ">u8")[:: DIGEST_BYTES // 8] % np.uint64(2 * self.days)
            days = drawn.astype(np.int64) - self.days
            return pa.array(days + (days >= 0))

        return shifts


def _persons(subjects: Any) -> Any:
    """Return the subjects, NULL where a blank or NaN names nobody: all of those would share one shift."""
    flat = plain(subjects)
    if is_text(flat.type):
        nobody = pc.equal(pc.utf8_trim_whitespace(flat), pa.scalar("", flat.type))
    elif pa.types.is_floating(flat.type):
        nobody = pc.is_nan(flat)
    else:
        return flat
    return pc.if_else(nobody, pa.scalar(None, flat.type), flat)


_HINT = 'say whose it is, or make such dates NULL with without_subject="null"'
