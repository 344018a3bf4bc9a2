"""The local provider: a key file that only its owner can read."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag

from safeguards.crypto.framing import frame
from safeguards.crypto.xaes import KEY_BYTES, Xaes256Gcm
from safeguards.errors import KeyringError
from safeguards.values import Secret

_HEADER = "safeguards-key-1:"
_OWNER_ONLY = 0o600
_FILE_LIMIT = 4096


class LocalProvider:
    """Wraps data keys with XAES-256-GCM under the key in a file of mode 0600."""

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        """Read the key file; with ``create``, make it first where there is none.

        Raises:
            KeyringError: the file is missing, unreadable, readable by others, or no key file.
        """
        self.path = Path(path)
        self.uri = f"local:{self.path}"
        if create and not self.path.exists():
            _make(self.path)
        self._cipher: Xaes256Gcm | None = Xaes256Gcm(_read(self.path))

    @classmethod
    def from_uri(cls, uri: str, *, create: bool = False) -> LocalProvider:
        """Open ``local:PATH``."""
        path = uri.removeprefix("local:")
        if not path:
            raise KeyringError('the local provider needs a path: "local:master.key"')
        return cls(path, create=create)

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        """Return nonce, ciphertext and tag of ``key``, bound to ``context``."""
        return self._opened().seal(key, _bind(context))

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Return the wrapped key.

        Raises:
            KeyringError: another key file or context wrapped it, or it was altered.
        """
        cipher = self._opened()
        try:
            return cipher.open(wrapped, _bind(context))
        except (InvalidTag, ValueError):
            raise KeyringError(
                f"the key file {self.path} does not open this keyring's keys: "
                "use the file that the keyring was made with"
            ) from None

    def forget(self) -> None:
        """Drop the key; the next call reads its file again, and fails where that is gone."""
        self._cipher = None

    def _opened(self) -> Xaes256Gcm:
        cipher = self._cipher
        if cipher is None:
            cipher = self._cipher = Xaes256Gcm(_read(self.path))
        return cipher

    def __repr__(self) -> str:
        return f"LocalProvider({str(self.path)!r})"


def _bind(context: Mapping[str, str]) -> bytes:
    return frame(*(text.encode() for pair in sorted(context.items()) for text in pair))


def _make(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise KeyringError(f"cannot make the key file {path}: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(_HEADER + base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Secret:
    try:
        # Not blocking: a pipe in the key file's place would wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyringError(f"there is no key file at {path}") from None
    except OSError as error:
        raise KeyringError(f"cannot read the key file {path}: {error.strerror}") from None
    try:
        _check(os.fstat(handle), path)
        secret = _decode(os.read(handle, _FILE_LIMIT))
    finally:
        os.close(handle)
    if secret is None:
        raise KeyringError(f"{path} is not a key file of safeguards")
    return secret


def _check(status: os.stat_result, path: Path) -> None:
    """Refuse what others can read, before anything of it is read."""
    if not stat.S_ISREG(status.st_mode):
        raise KeyringError(f"the key file {path} is not a regular file")
    if status.st_mode & 0o077:
        raise KeyringError(f"others can read the key file {path}: run chmod 600 {path}")
    if status.st_uid != os.geteuid():
        raise KeyringError(f"the key file {path} belongs to another user: only its owner may read it")


def _decode(text: bytes) -> Secret | None:
    """Return the key, or None: an error raised from here would carry the file's text in its frame."""
    try:
        encoded = text.decode("ascii").strip().removeprefix(_HEADER)
        key = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, binascii.Error):
        return None
    return Secret(key) if len(key) == KEY_BYTES and text.startswith(_HEADER.encode()) else None
