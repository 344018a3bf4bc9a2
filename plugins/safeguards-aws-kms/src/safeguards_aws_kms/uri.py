"""The provider's URI: which key, in which region, over which endpoint. It has no place for a credential."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from safeguards.errors import InputError

SCHEME = "aws-kms:"
_OPTIONS = ("region", "endpoint")
_CREDENTIAL = re.compile(r"access|secret|token|password|credential", re.ASCII | re.IGNORECASE)
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")
_REGION = r"[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}"
# The ids of the API reference (CreateKey, CreateAlias); mrk- is a multi-Region key. AWS keeps alias/aws/.
_KEY_ID = r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
_ALIAS = r"alias/(?!aws/)[A-Za-z0-9/_-]{1,250}"
_HEAD = rf"arn:aws(?:-[a-z]+)*:kms:(?P<region>{_REGION}):[0-9]{{12}}:"
_KEY_ARN = re.compile(rf"{_HEAD}key/{_KEY_ID}", re.ASCII)
_ANY_ARN = re.compile(rf"{_HEAD}(?:key/{_KEY_ID}|{_ALIAS})", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A parsed provider URI, ``text``.

    ``key`` is what KMS is asked for: the ARN of a key or of an alias, or ``alias/NAME``. An absent
    ``endpoint`` means the region's own.
    """

    text: str
    key: str
    region: str
    endpoint: str | None

    def may_be(self, arn: object) -> bool:
        """Say whether ``arn`` is a key's, and of the key, or of the account and region, that this names."""
        found = _KEY_ARN.fullmatch(arn) if isinstance(arn, str) else None
        if found is None or found["region"] != self.region:
            return False
        if self.key.startswith("alias/"):
            return True
        head, kind, _ = self.key.partition(":alias/")
        return found[0].startswith(f"{head}:key/") if kind else found[0] == self.key


def parse(text: str) -> KeyUri:
    """Parse ``aws-kms:ARN`` or ``aws-kms:alias/NAME?region=REGION``; both take ``endpoint=https://HOST``.

    Raises:
        InputError: the text is malformed, carries a credential, or its endpoint would send keys in the clear.
    """
    if not text.startswith(SCHEME) or _MALFORMED.search(text):
        raise InputError("aws-kms: the URI is malformed; percent-encode everything but printable ASCII")
    key, _, query = text.removeprefix(SCHEME).partition("?")
    options = _options(query)
    return KeyUri(text, key, _region(key, options.get("region")), _endpoint(options.get("endpoint")))


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in query.split("&") if query else ():
        name, equals, value = option.partition("=")
        if _CREDENTIAL.search(name):
            raise InputError(
                "aws-kms: a credential in the URI would be stored beside the keys; boto3 finds its own"
            )
        if not equals or name not in _OPTIONS or name in found:
            choice = ", ".join(_OPTIONS)
            raise InputError(f"aws-kms: an option of the URI is unknown or repeated; choose from {choice}")
        found[name] = unquote(value)
    return found


def _region(key: str, region: str | None) -> str:
    arn = _ANY_ARN.fullmatch(key)
    if arn is not None:
        if region is not None:
            raise InputError("aws-kms: the ARN in the URI names the region; leave region= out")
        return arn["region"]
    if not re.fullmatch(_ALIAS, key, re.ASCII):
        raise InputError("aws-kms: the URI names a key by its ARN, or by alias/NAME with ?region=REGION")
    # A region of the environment would let one URI name another key on another machine.
    if region is None or not re.fullmatch(_REGION, region, re.ASCII):
        raise InputError("aws-kms: the alias in the URI needs its region, such as ?region=ap-northeast-2")
    return region


def _endpoint(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if "@" in endpoint:
        raise InputError("aws-kms: the URI's endpoint must not hold a user name or password")
    plain = parts.scheme in ("https", "http") and parts.path in ("", "/")
    if not plain or not host or re.search(r"[^\x21-\x7e]|[?#\\]", endpoint):
        raise InputError("aws-kms: the URI's endpoint is no URL such as https://kms.example")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(
            "aws-kms: the URI's endpoint must be https: data keys would cross the network in the clear"
        )
    return endpoint.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
