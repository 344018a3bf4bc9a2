"""API key, token, password or private key (API 키, 인증 토큰, 비밀번호): what opens an account or a service.

Authentication data: Notice 7 has passwords hashed one-way and other credentials encrypted. Found by
the forms that vendors document (`key_forms`), as signed tokens (RFC 7519), private key blocks (RFC
7468), in connection strings (RFC 3986, 3.2.1), and behind a name such as ``password =`` where the
value looks secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator

from safeguards.items.coin import base58check
from safeguards.items.intl import secrets
from safeguards.items.intl.key_forms import FORMS
from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_VENDORS = re.compile(
    "(?<![A-Za-z0-9_])(?:"
    + "|".join(f"(?P<f{place}>{form})" for place, form in enumerate(FORMS.values()))
    + ")"
    r"(?![A-Za-z0-9_])"
)
_DIGITS_FIRST = r":AA[A-Za-z0-9_\-]{16}|[0-9a-f]{20}|1//0|[59][1-9A-HJ-NP-Za-km-z]{20}"
"""What the keys hold that need not begin with a letter."""

_KEYLIKE = re.compile(rf"[A-Za-z_][A-Za-z0-9_\-.:/+=]{{15}}|{_DIGITS_FIRST}|PRIVATE KEY")
"""Without this, a text holds no key of a known form; quicker to look for than all of them."""

_NAMES = tuple(FORMS)
_JWT = re.compile(
    r"(?<![A-Za-z0-9_\-.])eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{4,12000}\.[A-Za-z0-9_\-]{0,2000}"
)
_BLOCK = re.compile(r"-----BEGIN (?P<kind>[A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?)-----")
_LONGEST_BLOCK = 12_000
_WALLET = re.compile(
    r"(?<![A-Za-z0-9])(?:[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}|[xt]prv[1-9A-HJ-NP-Za-km-z]{107})(?![A-Za-z0-9])"
)
_WALLET_VERSIONS = (b"\x80", b"\xef", b"\x04\x88\xad\xe4", b"\x04\x35\x83\x94")
_SHOWN = 4
_LONG_ENOUGH = 12


def canonical(text: str) -> str:
    """Return the text folded: every character of a secret counts."""
    return plain(text)


def mask(text: str) -> str:
    """Keep the last four of a long secret."""
    value = plain(text)
    if len(value) < _LONG_ENOUGH or not value[-_SHOWN:].strip("*"):
        return stars(text)
    return "*" * (len(value) - _SHOWN) + value[-_SHOWN:]


def validate(value: str) -> Verdict:
    """Judge a whole value: a known form, or what only a column of secrets would hold."""
    found = next((one for one in _by_form(value) if (one.start, one.end) == (0, len(value))), None)
    if found:
        return Verdict(found.score, 0.99, found.reason)
    return Verdict(0.0, 0.8, "value that looks secret") if secrets.is_secret(value, quoted=True) else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield keys of known forms, and values that a name before them makes secret."""
    yield from _by_form(text)
    yield from secrets.assigned(text)


def _by_form(text: str) -> Iterator[Candidate]:
    if not _KEYLIKE.search(text):
        return
    for found in _VENDORS.finditer(text):
        yield Candidate(*found.span(), 0.97, f"form of a key: {_NAMES[int((found.lastgroup or 'f0')[1:])]}")
    for found in _JWT.finditer(text):
        if _is_signed(found.group()):
            yield Candidate(*found.span(), 0.97, "signed token (JWT)")
    for found in _BLOCK.finditer(text):
        end = text.find(f"-----END {found['kind']}-----", found.end(), found.end() + _LONGEST_BLOCK)
        upto = found.end() if end < 0 else end + len(f"-----END {found['kind']}-----")
        yield Candidate(found.start(), upto, 0.99, "private key block")
    for found in _WALLET.finditer(text):
        if (base58check(found.group()) or b"").startswith(_WALLET_VERSIONS):
            yield Candidate(*found.span(), 0.98, "private key of a wallet, checksum holds")


def _is_signed(token: str) -> bool:
    """Say whether the first part is the header of a signed or encrypted token (RFC 7515, 4.1)."""
    head = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


ITEM = Item(
    id="api_key",
    entity="API_KEY",
    name_ko="API 키와 비밀번호",
    name_en="API key, token or password",
    legal_class=LegalClass.AUTHENTICATION,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        비밀번호, 패스워드, 인증키, 서비스키, 시크릿키, 액세스키, 토큰, api key,
        secret, token, password, credential
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Notice 7; RFC 7519; RFC 7468; vendors' documentation",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        비밀번호, 패스워드, 비번, 인증키, 서비스키, 시크릿키, 액세스키, 토큰, password, passwd, pwd,
        api key, apikey, secret, secret key, client secret, access key, access token, refresh token,
        auth token, private key
        """
    ),
    anchor=f"{_KEYLIKE.pattern}|{secrets.ANCHOR}",
)
