"""A logged-in session with a token, and every way in which that fails as one clear line."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import exceptions as failures

from safeguards.errors import KeyringError
from safeguards_pkcs11.uri import KeyUri

# A login belongs to the whole process (PKCS#11 v2.40, 5.6), so one session at a time logs in and out.
_turn = threading.Lock()
_initialised_in: dict[str, int] = {}

_PIN_REFUSED = (
    failures.PinIncorrect,
    failures.PinInvalid,
    failures.PinLenRange,
    failures.PinExpired,
    failures.UserPinNotInitialized,
)


def _after_fork() -> None:
    global _turn
    _turn = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def session(uri: KeyUri, *, writable: bool = False) -> Iterator[pkcs11.Session]:
    """Log in to the token that ``uri`` names, for the length of a ``with`` block.

    Raises:
        KeyringError: the module or token is absent, or the token refuses the PIN or the session.
    """
    with _turn:
        opened = _open(uri, _token(_module(uri.module), uri), writable)
        with opened:
            yield opened


def _module(path: str) -> Any:
    if not Path(path).is_file():
        raise KeyringError(f"pkcs11: module-path names no file: {path}")
    try:
        module = pkcs11.lib(path)
        # A child process must initialise the module anew (PKCS#11 v2.40, 6.7.1).
        if _initialised_in.setdefault(path, os.getpid()) != os.getpid():
            module.reinitialize()
            _initialised_in[path] = os.getpid()
    except failures.PKCS11Error as error:
        raise KeyringError(f"pkcs11: the module {path} cannot be loaded ({type(error).__name__})") from error
    return module


def _token(module: Any, uri: KeyUri) -> pkcs11.Token:
    name = uri.token or f"with serial {(uri.serial or b'').decode('ascii', 'replace')}"
    try:
        found: list[pkcs11.Token] = list(module.get_tokens(token_label=uri.token, token_serial=uri.serial))
    except failures.PKCS11Error as error:
        raise KeyringError(f"pkcs11: the tokens cannot be listed ({type(error).__name__})") from error
    if len(found) != 1:
        problem = "more than one token is called" if found else "there is no token"
        raise KeyringError(f"pkcs11: {problem} {name}")
    return found[0]


def _open(uri: KeyUri, token: pkcs11.Token, writable: bool) -> pkcs11.Session:
    try:
        return token.open(rw=writable, user_pin=uri.pin())
    except _PIN_REFUSED as error:
        raise KeyringError(
            f"pkcs11: token {token.label} refused the PIN of pin-source={uri.pin_source}"
        ) from error
    except failures.PinLocked as error:
        raise KeyringError(
            f"pkcs11: token {token.label} is locked after wrong PINs; unlock it first"
        ) from error
    except failures.PKCS11Error as error:
        raise KeyringError(
            f"pkcs11: token {token.label} opens no session ({type(error).__name__})"
        ) from error
