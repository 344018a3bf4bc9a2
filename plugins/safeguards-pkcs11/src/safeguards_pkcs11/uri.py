"""The part of RFC 7512 that names one secret key: where the token is, which key, and where its PIN lies."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from safeguards.errors import InputError, KeyringError

SCHEME = "pkcs11:"
_PATH = {"token", "serial", "object", "id", "type"}
_QUERY = {"module-path", "pin-source"}
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A parsed provider URI, ``text``. It names the place of the PIN and never holds it."""

    text: str
    module: str
    token: str | None
    serial: bytes | None
    label: str | None
    id: bytes | None
    pin_source: str

    def pin(self) -> str:
        """Read the PIN from the variable or file that ``pin-source`` names.

        Raises:
            KeyringError: the variable is unset, the file is unreadable, or the PIN is empty.
        """
        kind, _, place = self.pin_source.partition(":")
        pin = os.environ.get(place, "") if kind == "env" else _first_line(Path(place))
        if not pin:
            raise KeyringError(f"pkcs11: pin-source={self.pin_source} holds no PIN")
        return pin


def parse(text: str) -> KeyUri:
    """Parse ``pkcs11:token=..;object=..?module-path=..&pin-source=env:NAME`` (RFC 7512, section 2.3).

    The token is named by ``token`` or ``serial``, the key by ``object`` or ``id``. ``pin-source`` is
    ``env:NAME``, ``file:PATH`` or an absolute path.

    Raises:
        InputError: the text is malformed, names too little, or carries the PIN itself.
    """
    if not text.startswith(SCHEME) or _MALFORMED.search(text):
        raise InputError(
            "pkcs11: the URI is malformed; percent-encode everything but printable ASCII (RFC 7512)"
        )
    path, _, query = text.removeprefix(SCHEME).partition("?")
    at = _attributes(path, ";", _PATH) | _attributes(query, "&", _QUERY)
    _require(at)
    return KeyUri(
        text=text,
        module=_decoded(at, "module-path") or "",
        token=_decoded(at, "token"),
        serial=at.get("serial"),
        label=_decoded(at, "object"),
        id=at.get("id"),
        pin_source=_pin_source(_decoded(at, "pin-source") or ""),
    )


def _attributes(part: str, separator: str, known: set[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for attribute in part.split(separator) if part else ():
        name, equals, value = attribute.partition("=")
        if name == "pin-value":
            raise InputError("pkcs11: pin-value would store the PIN beside the keys; use pin-source=env:NAME")
        if not equals or name not in known or name in found:
            choice = ", ".join(sorted(known))
            raise InputError(
                f"pkcs11: {name or 'an empty attribute'} is unknown or repeated; choose from {choice}"
            )
        found[name] = _PERCENT.sub(lambda pair: bytes([int(pair[1], 16)]), value.encode("ascii"))
    return found


def _require(at: dict[str, bytes]) -> None:
    for names in (("token", "serial"), ("object", "id"), ("module-path",), ("pin-source",)):
        if not any(at.get(name) for name in names):
            raise InputError(f"pkcs11: the URI lacks {' or '.join(names)}")
    if at.get("type", b"secret-key") != b"secret-key":
        raise InputError("pkcs11: type must be secret-key")


def _decoded(at: dict[str, bytes], name: str) -> str | None:
    try:
        return at[name].decode("utf-8") if name in at else None
    except UnicodeDecodeError as error:
        raise InputError(f"pkcs11: {name} is not UTF-8") from error


def _pin_source(place: str) -> str:
    if place.startswith(("env:", "file:")) and not place.endswith(":"):
        return place
    if place.startswith("/"):
        return f"file:{place}"
    raise InputError("pkcs11: pin-source is env:NAME, file:PATH or an absolute path")


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringError(f"pkcs11: the PIN file {path} cannot be read") from error
