"""The provider's URI: which server, which mount, which key. It has no place for a token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from safeguards.errors import InputError

SCHEME = "vault:"
TIMEOUT_SECONDS = 10.0
LONGEST_TIMEOUT_SECONDS = 120.0
_OPTIONS = ("address", "namespace", "timeout")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")
# What Vault accepts as the name of a key (framework.GenericNameRegex); mounts are held to the same.
_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_PATH = re.compile(rf"((?:{_NAME}/)*{_NAME})/({_NAME})", re.ASCII)
_NAMESPACE = re.compile(rf"(?:{_NAME}/)*{_NAME}/?", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A parsed provider URI, ``text``. ``timeout`` is in seconds; an absent ``address`` means VAULT_ADDR."""

    text: str
    mount: str
    key: str
    address: str | None
    namespace: str | None
    timeout: float


def parse(text: str) -> KeyUri:
    """Parse ``vault:MOUNT/KEY?address=https://HOST:PORT&namespace=NAME&timeout=SECONDS``.

    Raises:
        InputError: the text is malformed, carries a token, or its address would send keys in the clear.
    """
    if not text.startswith(SCHEME) or _MALFORMED.search(text):
        raise InputError("vault: the URI is malformed; percent-encode everything but printable ASCII")
    path, _, query = text.removeprefix(SCHEME).partition("?")
    place = _PATH.fullmatch(path)
    if place is None:
        raise InputError("vault: the URI starts vault:MOUNT/KEY, for instance vault:transit/members")
    options = _options(query)
    return KeyUri(
        text=text,
        mount=place[1],
        key=place[2],
        address=_address(options.get("address")),
        namespace=_namespace(options.get("namespace")),
        timeout=_timeout(options.get("timeout")),
    )


def address_fault(address: str) -> str | None:
    """Say why ``address`` cannot be used, without repeating it; ``None`` when it can."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL such as https://vault.example:8200"
    if "@" in address:
        return "must not hold a user name or password; the token comes from VAULT_TOKEN or ~/.vault-token"
    if parts.scheme not in ("https", "http") or not host or re.search(r"[^\x21-\x7e]|[?#\\]", address):
        return "is no URL such as https://vault.example:8200"
    if parts.scheme == "http" and not _is_loopback(host):
        return "must be https: data keys would cross the network in the clear"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in query.split("&") if query else ():
        name, equals, value = option.partition("=")
        if "token" in name.lower():
            raise InputError(
                "vault: a token in the URI would be stored beside the keys; use VAULT_TOKEN or ~/.vault-token"
            )
        if not equals or name not in _OPTIONS or name in found:
            choice = ", ".join(_OPTIONS)
            raise InputError(f"vault: an option of the URI is unknown or repeated; choose from {choice}")
        found[name] = unquote(value)
    return found


def _address(address: str | None) -> str | None:
    if address is None:
        return None
    fault = address_fault(address)
    if fault:
        raise InputError(f"vault: the URI's address {fault}")
    return address.rstrip("/")


def _namespace(namespace: str | None) -> str | None:
    if namespace is not None and not _NAMESPACE.fullmatch(namespace):
        raise InputError("vault: the URI's namespace is written NAME or NAME/NAME")
    return namespace


def _timeout(seconds: str | None) -> float:
    if seconds is None:
        return TIMEOUT_SECONDS
    value = float(seconds) if _SECONDS.fullmatch(seconds) else 0.0
    if not 0 < value <= LONGEST_TIMEOUT_SECONDS:
        raise InputError(f"vault: the URI's timeout is seconds, up to {LONGEST_TIMEOUT_SECONDS:g}")
    return value
