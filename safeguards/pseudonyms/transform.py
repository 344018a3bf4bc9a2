"""What a transform is: data that says what happens to a column, and what that does to its values."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import pyarrow as pa

from safeguards import items
from safeguards.errors import InputError
from safeguards.pseudonyms.column import NO_UTF_8
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.permit import Permit


@dataclass(frozen=True, slots=True)
class Traits:
    """What a transform does to values.

    ``injective``: different values (by their canonical form) stay different. ``reversible``: whoever holds
    the key can go back. ``lossy``: detail is gone for good, also for a key holder who tries all values.
    ``type_preserving``: the column keeps its type. ``length_preserving``: text is never longer than it was.
    """

    injective: bool = False
    reversible: bool = False
    lossy: bool = False
    type_preserving: bool = False
    length_preserving: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A transform with its key in hand, ready for arrays; it stays in the process that made it.

    ``apply`` takes the column, and after it those that the transform reads beside it. ``counted`` does the
    same where the transform has something to tell: it returns counts by name too, which add up over arrays.
    """

    apply: Callable[..., Any]
    key_id: int | None = None
    counted: Callable[..., tuple[Any, Mapping[str, int]]] | None = None


@dataclass(frozen=True)
class Transform(ABC):
    """What happens to one column. Subclasses are frozen dataclasses: data that can be pickled, and no keys.

    NULL stays NULL in each, and the input is never changed.
    """

    name: ClassVar[str]
    keyed: ClassVar[bool] = False

    item: str | None = None

    def __post_init__(self) -> None:
        if self.item is not None and not isinstance(self.item, str):
            raise InputError('item= is the id of an item, such as "email"')
        if self.item is not None:
            items.get(self.item)

    @property
    @abstractmethod
    def traits(self) -> Traits:
        """What the transform does to values."""

    @abstractmethod
    def output(self, kind: pa.DataType) -> pa.DataType | None:
        """Return the type of the result for a column of type ``kind``; None when the column goes.

        Raises:
            InputError: columns of that type cannot be transformed so.
        """

    @abstractmethod
    def bind(self, domain: Domain | None) -> Bound:
        """Take the key that the transform needs from ``domain``.

        Raises:
            InputError: it needs a domain and there is none.
            KeyringError: the domain's keyring is not there.
        """

    @property
    def beside(self) -> tuple[str, ...]:
        """Names of the columns that the transform reads beside its own, as they came in."""
        return ()

    @property
    def makes_null(self) -> bool:
        """Whether a value may become NULL, which a NOT NULL column cannot take."""
        return False

    def width(self, longest: int | None) -> int | None:
        """Return how many characters the longest result has where no value has more than ``longest``.

        None stands for no bound, both ways.
        """
        return longest if self.traits.length_preserving else None

    def apply(self, values: Any, domain: Domain | None = None, *beside: Any) -> Any:
        """Transform one Arrow array, chunked or not; ``beside`` holds those of the columns read beside it.

        Raises:
            InputError: arrays of that type, or a value in it, cannot be transformed so.
        """
        self.output(values.type)
        bound = self.bind(domain)
        try:
            return bound.apply(*map(_whole, (values, *beside)))
        except UnicodeDecodeError:
            pass  # which would carry the value
        raise InputError(NO_UTF_8)

    def reverse(self, domain: Domain | None, permit: Permit) -> Bound:
        """Take the key that leads back from the results to the values.

        Raises:
            InputError: nothing leads back.
            KeyringError: the permit's keyring lacks the key.
        """
        raise InputError(f"{self.name} is one-way: nobody can go back from its results")

    def holds(self, values: Any) -> Any | None:
        """Return, for an Arrow array, a Boolean array of which values may be results; NULL for NULL.

        What was written is read back so: values may have become text, as in a CSV file. None where nothing
        is promised of a result.
        """
        return None

    @classmethod
    def recalled(cls, item: str | None, parameters: Mapping[str, Any]) -> Self | None:
        """Return the transform that a manifest tells of, as far as :meth:`holds` needs it.

        None where the manifest tells too little for anything to be promised.

        Raises:
            InputError: the parameters are none of this transform.
        """
        known = {field.name for field in fields(cls)} & parameters.keys()
        return cls(item=item, **{name: parameters[name] for name in known})

    def collision_odds(self, values: int) -> float | None:
        """Return the chance that any two of ``values`` different values share a result by accident.

        None where the transform has no such accidents.
        """
        return None

    def parameters(self) -> Mapping[str, object]:
        """Return what the manifest tells of the settings: those that differ from what was not said."""
        own = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "item"}
        return {name: value for name, value in own.items() if value is not None}


def _whole(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def collision_odds(values: int, bits: int) -> float:
    """Return the chance that two of ``values`` random numbers of so many bits are equal (birthday bound)."""
    if values < 2:
        return 0.0
    return -math.expm1(-values * (values - 1) / 2 / 2.0**bits)


def require_domain(domain: Domain | None, name: str) -> Domain:
    """Return ``domain``, or raise InputError for a keyed transform without one."""
    if domain is None:
        raise InputError(f'{name} is keyed: name a domain, such as domain="ads-2026"')
    return domain
