"""Named normal forms: what two texts have in common that a search takes for equal.

A name stands in the derivation of the tag's key, so that what a name means never changes: a better form is a
new name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from safeguards.errors import InputError

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Normaliser:
    """A normal form of one's own: ``Normaliser("part-number-1", function)``.

    ``function`` takes a text and returns one; it is the same in every release and on every machine, or
    values that were written before are not found any more. Change the name when it changes.

    Raises:
        InputError: the name is taken by a built-in form, or is not in lower case letters, digits and hyphens.
    """

    name: str
    function: Callable[[str], str] = field(repr=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name in FORMS:
            raise InputError(
                "a Normaliser has a name of its own in lower case letters, digits and hyphens, such as "
                '"part-number-1"'
            )

    def __call__(self, text: str) -> str:
        """Return the normal form.

        Raises:
            InputError: the function failed, or returned no text that UTF-8 can hold.
        """
        try:
            made = self.function(text)
            str.encode(made)
        except Exception:
            made = None
        if made is None:  # raised here, since the error caught above may show the value
            raise InputError(
                f"the function of Normaliser({self.name!r}) failed: it takes any text and returns one"
            )
        return made


def nfc(text: str) -> str:
    """Compose letters and syllables (Unicode NFC): decomposed Hangul equals composed."""
    return unicodedata.normalize("NFC", text)


def caseless(text: str) -> str:
    """Fold compatibility forms and case (Unicode's NFKC_Casefold, without its default-ignorable step)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def words(text: str) -> str:
    """As ``caseless``, with each run of white space as one blank and none at the ends."""
    return _SPACES.sub(" ", caseless(text)).strip()


def compact(text: str) -> str:
    """As ``caseless``, with letters and digits only: ``홍 길동`` equals ``홍길동``."""
    return "".join(filter(str.isalnum, caseless(text)))


def digits(text: str) -> str:
    """Keep decimal digits of any script, as 0-9."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


FORMS: Mapping[str, Callable[[str], str]] = {
    "nfc": nfc,
    "caseless": caseless,
    "words": words,
    "compact": compact,
    "digits": digits,
}


def form_of(normalise: str | Normaliser) -> Callable[[str], str]:
    """Return the function behind a name.

    Raises:
        InputError: no built-in form has that name.
    """
    if isinstance(normalise, Normaliser):
        return normalise
    found = FORMS.get(normalise) if isinstance(normalise, str) else None
    if found is None:
        raise InputError(f"normalise takes a Normaliser or one of: {', '.join(FORMS)}")
    return found
