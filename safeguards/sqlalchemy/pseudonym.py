"""The value that reading a pseudonymised column gives."""

from __future__ import annotations

from typing import Any

from safeguards.pseudonyms.tokens.tokeniser import TokenForm


class Pseudonym(str):
    """A pseudonym as text, which knows the domain and item that it is of and is bound as it is.

    Only columns make it: of a plain value when that is assigned, and of what the database holds. As a str it
    compares, hashes and serialises; ``str(pseudonym)`` is plain text, which no column takes for a pseudonym.
    """

    __slots__ = ("form",)

    form: TokenForm

    def __new__(cls, text: str, form: TokenForm) -> Pseudonym:
        """Wrap text that is known to be a token of ``form``."""
        made = super().__new__(cls, text)
        made.form = form
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Pseudonym, (str(self), self.form)
