"""A permit to go back: who reverses or relinks pseudonyms and why, written down before it is done."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn

from safeguards.audit import Event, Sink
from safeguards.errors import InputError, SafeguardsError, Unrecorded
from safeguards.items.text import says
from safeguards.keys import Keyring

_TEXT_LIMIT = 500
KEYRING = "pseudonyms.keyring"

Ground = Literal["recall"]
RECALL: Ground = "recall"
GROUNDS = (RECALL,)


class Permit:
    """What going back takes: the keyring itself, an actor, a purpose, a reason and a sink of events.

    A name in the registry is not enough: whoever goes back holds the keyring in hand. Each use is recorded
    before a value is shown, and even taking the keyring out of the permit is; a sink that cannot record
    raises, and nothing is shown.

    Args:
        keyring: the keyring of the domain's keys.
        actor: who goes back, one account a person.
        purpose: what for.
        reason: why now, such as a case's number. Name no person: it goes into the record as it is.
        sink: takes the events, such as an audit log.
        ground: what opens pseudonyms of research, which are closed by law (PIPA 28-5(1)): ``recall``, where
            somebody has become identifiable, to stop, recall and destroy (28-5(2)).

    Raises:
        InputError: one of them is missing, or no line of printable text.
    """

    __slots__ = ("_keyring", "actor", "ground", "purpose", "reason", "sink")

    def __init__(
        self,
        keyring: Keyring,
        actor: str,
        purpose: str,
        reason: str,
        sink: Sink,
        ground: Ground | None = None,
    ) -> None:
        if not isinstance(keyring, Keyring):
            raise InputError("going back needs the reversing keyring: keyring=Keyring.open(store, provider)")
        for name, text in (("actor", actor), ("purpose", purpose), ("reason", reason)):
            # Printable: a line break would make two lines of a record, the second in the writer's own words.
            if not _said(text):
                raise InputError(
                    f"going back needs {name}=, one line of words, of at most {_TEXT_LIMIT} characters"
                )
        if isinstance(sink, type) or not callable(getattr(sink, "record", None)):
            raise InputError("going back needs sink=, which records each use: no record, no plaintext")
        if ground is not None and ground not in GROUNDS:
            raise InputError(f"ground= is one of {', '.join(GROUNDS)}, or left out")
        self._keyring = keyring
        self.actor, self.purpose, self.reason = actor, purpose, reason
        self.sink, self.ground = sink, ground

    @property
    def keyring(self) -> Keyring:
        """The keyring, after the record says that it was taken.

        Raises:
            Unrecorded: the sink could not record it.
        """
        self.record(KEYRING, {"keyring": self._keyring.id})
        return self._keyring

    @property
    def keyring_id(self) -> str:
        """The id of the keyring, which is no secret."""
        return self._keyring.id

    def refuse_file(self, path: str | os.PathLike[str] | None) -> None:
        """Raise InputError for a file that the sink records in: it is read or written for nothing else."""
        log = getattr(self.sink, "path", None)
        if path is None or not isinstance(log, str | os.PathLike):
            return
        if Path(log).resolve() == Path(path).resolve():
            raise InputError(f"{path}: uses are recorded in this file; name another one")

    def record(self, action: str, details: Mapping[str, Any]) -> None:
        """Write down a use of the permit.

        Raises:
            Unrecorded: the sink raised, returned False, or promised to record it later; show nothing then.
        """
        if self.ground is not None:
            details = {**details, "ground": self.ground}
        event = Event(action, self.actor, self.purpose, self.reason, details)
        try:
            answer = self.sink.record(event)
        except SafeguardsError as error:
            raise Unrecorded(f"{error}; nothing is shown without a record") from error
        except Exception as error:
            # What a sink of others says may hold anything.
            raise Unrecorded(
                f"the sink of events failed ({type(error).__name__}); nothing is shown without a record"
            ) from error
        if answer is False or _promised(answer):
            raise Unrecorded(
                "the sink of events answers False or with a promise: record() keeps the event before it "
                "returns, or raises; nothing is shown without a record"
            )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(actor={self.actor!r}, purpose={self.purpose!r}, reason={self.reason!r})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a permit holds a keyring and stays in its process")


def _said(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _TEXT_LIMIT and text.isprintable() and says(text)


def _promised(answer: object) -> bool:
    """Say whether a sink's answer is a promise to record later."""
    if inspect.iscoroutine(answer):
        answer.close()  # nobody will wait for it
        return True
    if inspect.isgenerator(answer) or inspect.isasyncgen(answer):
        return True  # a record() that yields has not begun
    return inspect.isawaitable(answer) or callable(getattr(answer, "add_done_callback", None))
