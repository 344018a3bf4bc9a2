"""Finding a part of a text: each run of so many characters has a tag of its own, beside the column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from safeguards.errors import InputError
from safeguards.fields.codec import Codec
from safeguards.fields.normalise import Normaliser, form_of
from safeguards.fields.search import Search, check_text, normal_form

SIZES = range(2, 17)
QUERY_GRAMS = 4
"""How many grams of a query are looked up; the rows that have them all are checked again."""
_VERSION = "1"
_CASELESS = {"caseless", "words", "compact", "digits"}

_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


@dataclass(frozen=True, slots=True, repr=False)
class Ngram(Search):
    """``contains``: a tag of each different run of ``size`` characters, in a side table.

    ``Ngram(2)`` suits Korean, ``Ngram(3)`` languages in Latin letters: a query has at least so many
    characters, and a shorter one is refused. A query of exactly that length is answered by its tag; a longer
    one is checked again after decryption. Both texts are compared in the normal form that ``normalise``
    names, and so in any case just where that form folds case. ``%`` and ``_`` in a query mean themselves.

    A field has one Ngram. Its tags tell far more than those of other searches: which rows share which runs of
    letters, and how often each occurs.
    """

    size: int
    normalise: str | Normaliser | None = None

    verb = "contains"
    beside = True

    def __post_init__(self) -> None:
        Search.__post_init__(self)
        if type(self.size) is not int or self.size not in SIZES:
            raise InputError(f"Ngram: size is a whole number from {SIZES[0]} to {SIZES[-1]}")
        if self.normalise is not None:
            form_of(self.normalise)

    @property
    def name(self) -> str:
        """The search's name: it ends that of the side table."""
        return "ngram"

    @property
    def ignores_case(self) -> bool:
        """Whether the normal form is known to fold case."""
        return self.normalise in _CASELESS

    def _form_labels(self) -> tuple[str, ...]:
        return "ngram", _VERSION, str(self.size), *normal_form(self.normalise)

    def check(self, field: str, codec: Codec) -> None:
        """Raise InputError for what is no text."""
        check_text(field, self, codec)

    def text(self, value: str) -> str:
        """Return the text that is compared."""
        plain = str.__str__(value)
        return plain if self.normalise is None else form_of(self.normalise)(plain)

    def grams(self, value: str) -> list[str]:
        """Return the different grams of a text in their order; none where it is shorter than a gram."""
        text = self.text(value)
        return list(dict.fromkeys(text[at : at + self.size] for at in range(len(text) - self.size + 1)))

    def chosen(self, query: str) -> list[str]:
        """Return the grams by which a query is looked up: the first, the last, and some between."""
        found = self.grams(query)
        if len(found) <= QUERY_GRAMS:
            return found
        last = len(found) - 1
        return [found[at * last // (QUERY_GRAMS - 1)] for at in range(QUERY_GRAMS)]

    def judge(self, verb: str, query: str) -> Callable[[str], bool]:
        """Return what tells whether a plain value contains, starts with or ends with the query."""
        compare, wanted = _COMPARE[verb], self.text(query)
        return lambda value: compare(self.text(value), wanted)
