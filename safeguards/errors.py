"""One error tree for the whole toolkit.

Every error a user can meet derives from :class:`SafeguardsError`. Messages name the column, option or
key id that is at fault and what to do about it; they never contain a plaintext value or key material.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar

from sqlalchemy.exc import DontWrapMixin

_LISTED = 100


class SafeguardsError(DontWrapMixin, Exception):
    """Root of the tree. SQLAlchemy passes it on unwrapped, so that no wrapper prints bound parameters.

    ``exit_code`` is what the command line ends with: 3, the engine failed, unless a subclass says otherwise.
    """

    exit_code: ClassVar[int] = 3


class InputError(SafeguardsError):
    """An option, a file, a column or a declaration that the caller can put right."""

    exit_code: ClassVar[int] = 64


class MissingExtra(SafeguardsError):
    """A room was used without the optional packages it needs; the message is the install command."""

    exit_code: ClassVar[int] = 64


class KeyringError(SafeguardsError):
    """Anything about keys: a missing keyring, key store, key file or provider."""


class KeyUnavailable(KeyringError):
    """The key that a value names cannot be had; without a key there is no plaintext."""


class SubjectErased(KeyUnavailable):
    """The key of the person concerned was destroyed on purpose: their values are gone for good.

    ``when`` (ISO 8601, UTC) and the ``owner``, as the keyed tag in the key store, are set where they are
    known.
    """

    when: str = ""
    owner: str | None = None


class DecryptionFailed(SafeguardsError):
    """A stored value is not an intact ciphertext of this field under this keyring."""


class OperatorRefused(SafeguardsError):
    """An SQL expression that would silently give wrong answers on an encrypted column."""

    exit_code: ClassVar[int] = 64


class GateRefused(SafeguardsError):
    """A result that a gate judged unfit to leave; nothing appeared under its name."""

    exit_code: ClassVar[int] = 1


class Unrecorded(SafeguardsError):
    """The sink of events could not record a use; what was to be recorded was not done, or not shown."""


class AlreadyProtected(InputError):
    """The value or column is already a ciphertext or a pseudonym; nothing was changed."""


def offer(unknown: object, known: Iterable[object]) -> str:
    """Return the known names, for the end of a message on an unknown one, and which is most like it."""
    names = [str(name) for name in known]
    return f"{listed(names)}{meant(unknown, names)}"


def listed(names: Sequence[str]) -> str:
    """Return names for a message, the first of them where they are many."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED]) or 'none'}{more}"


def meant(unknown: object, known: Iterable[str]) -> str:
    """Return the question whether the known name most like an unknown one was meant, empty for none."""
    names = {name.casefold(): name for name in known}
    near = get_close_matches(unknown.casefold(), names, 1) if isinstance(unknown, str) else []
    return f"; did you mean {names[near[0]]!r}?" if near else ""


def misspelt(name: str, given: Iterable[str]) -> str:
    """Return which of the keys given was likely meant as ``name``, which is missing, empty for none."""
    return next((f"; {key!r} stands there{hint}" for key in given if (hint := meant(key, [name]))), "")
