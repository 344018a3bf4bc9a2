"""The column type of pseudonyms: a value goes in, and only its keyed pseudonym is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, String, event
from sqlalchemy.types import TypeDecorator, TypeEngine

from safeguards.errors import AlreadyProtected, InputError
from safeguards.items import get
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.tokens.tokeniser import LENGTH, TokenForm, Tokeniser, check_shape, head_of
from safeguards.sqlalchemy.pseudonym import Pseudonym
from safeguards.sqlalchemy.pseudonym_comparator import PseudonymComparator

_RRN = "kr_rrn"


class Pseudonymised(TypeDecorator[Any]):
    """A column that keeps a keyed pseudonym of each value, never the value.

    ``Pseudonymised("crm-2026", item="kr_phone")``. It equals what ``Token(item="kr_phone")`` gives in a
    pipeline of the same domain, so that tables and exports can be joined. A mapped attribute holds the
    pseudonym as soon as a value is assigned; Core and bulk statements bind it. Reading gives a ``Pseudonym``,
    a str that is bound as it is; a plain str, number, date, UUID or bytes is always pseudonymised. NULL stays
    NULL.

    ``==``, ``!=``, ``in_``, joins, UNIQUE, keys, ORDER BY, GROUP BY and counts work: plain values are
    pseudonymised first, and columns compare where domain, item and length are the same. ``<`` and ``between``
    take pseudonyms only; what looks into the text, such as LIKE, raises.

    Args:
        domain: the scope of the pseudonyms, by name or as a ``Domain``.
        item: the kind of personal data, whose canonical form makes one value of its spellings.
        prefix: what stands for the item in the pseudonym; lower-case letters, digits and ``_``.
        length: characters after the prefix, 5 bits each.
        keyring: the name given to ``safeguards.use``; None takes ``pseudonyms`` where there is such a
            keyring, and the default one elsewhere. The type never holds a key.
        epoch: a number; the next one starts over with pseudonyms that cannot be linked to earlier ones.

    Raises:
        InputError: a setting is none of these, or the item is a resident registration number.
    """

    impl = String
    cache_ok = True
    comparator_factory = PseudonymComparator

    def __init__(
        self,
        domain: str | Domain,
        # Not keyword-only: SQLAlchemy makes its cache key of positional names, and these belong in it.
        item: str | None = None,
        prefix: str | None = None,
        length: int = LENGTH,
        keyring: str | None = None,
        epoch: int = 0,
    ) -> None:
        self.domain = _domain(domain, keyring, epoch)
        self.item, self.prefix, self.length = item, prefix, length
        _check_item(item)
        check_shape(prefix, length)
        self.form = TokenForm(self.domain, item, head_of(item, prefix), length)
        super().__init__(self.form.width)
        self._tokeniser = Tokeniser(self.form)
        self.places: list[str] = []  # the columns that share this object, for messages

    @property
    def python_type(self) -> type[Pseudonym]:
        """What reading the column gives."""
        return Pseudonym

    def pseudonym(self, value: Any) -> Pseudonym:
        """Return what the column keeps of a value; a Pseudonym of this column's kind stays as it is.

        Raises:
            AlreadyProtected: it is the text of a token, a ciphertext, or a pseudonym of another kind.
            InputError: no text can be made of the value.
            KeyringError: the domain's keyring is not there.
        """
        if isinstance(value, Pseudonym):
            return self._own(value)
        try:
            return Pseudonym(self._tokeniser.token(value), self.form)
        except InputError as error:
            problem = type(error)(f"{self.place} {error}")
        raise problem

    def from_token(self, text: str) -> Pseudonym:
        """Take the text of a token for a pseudonym of this column, as an export or a URL holds it.

        Nothing in a token proves its domain: one of another domain of the same item would find no row.

        Raises:
            InputError: the text is no token of the column's item and length.
        """
        if isinstance(text, Pseudonym):
            return self._own(text)
        if not isinstance(text, str) or not self.form.pattern.fullmatch(text):
            raise InputError(f"{self.place} is given no token of {self.form}")
        return Pseudonym(text, self.form)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Pseudonymise on the way into the database."""
        return None if value is None else str(self.pseudonym(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Pseudonym | None]:
        """Give what is stored as a Pseudonym."""
        fits, form = self.form.pattern.fullmatch, self.form

        def process(value: Any) -> Pseudonym | None:
            if value is None:
                return None
            if not isinstance(value, str) or not fits(value):
                raise InputError(f"{self.place}: a stored value is no pseudonym of {form}")
            return Pseudonym(value, form)

        return process

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Treat the other side of an assignment as a value of this column."""
        return self

    @property
    def place(self) -> str:
        """The column or columns of this type, for messages."""
        return f"column {' or '.join(self.places)}" if self.places else f"Pseudonymised {self.domain.name!r}"

    def _own(self, pseudonym: Pseudonym) -> Pseudonym:
        if pseudonym.form == self.form:
            return pseudonym
        raise AlreadyProtected(
            f"{self.place} keeps pseudonyms of {self.form}, and is given one of {pseudonym.form}: "
            "no key leads from one to the other"
        )

    def _set_parent(self, parent: Any, outer: bool = False, **kw: Any) -> None:
        from safeguards.sqlalchemy.pseudonym_mapping import join

        super()._set_parent(parent, outer=outer, **kw)
        if getattr(parent, "type", self) is not self:
            raise InputError(
                f"{self.place}: Pseudonymised is a column's own type, not a variant or an element of one"
            )
        event.listen(parent, "after_parent_attach", join)

    def __repr__(self) -> str:
        options = {
            "item": (self.item, None),
            "prefix": (self.prefix, None),
            "length": (self.length, LENGTH),
            "keyring": (self.domain.keyring, None),
            "epoch": (self.domain.epoch, 0),
        }
        shown = "".join(f", {name}={value!r}" for name, (value, usual) in options.items() if value != usual)
        return f"Pseudonymised({self.domain.name!r}{shown})"


def _domain(domain: str | Domain, keyring: str | None, epoch: int) -> Domain:
    if not isinstance(domain, Domain):
        return Domain(domain, keyring, epoch)
    if keyring is not None or epoch != 0:
        raise InputError("Pseudonymised: a Domain has its own keyring= and epoch=; give them there")
    return domain


def _check_item(item: object) -> None:
    if item is None:
        return
    if not isinstance(item, str):
        raise InputError('Pseudonymised: item= is the id of an item, such as "kr_phone"')
    get(item)
    if item == _RRN:
        raise InputError(
            f"Pseudonymised: {_RRN} is encrypted, never derived: "
            f"use Encrypted(..., item={_RRN!r}, search=Exact())"
        )
