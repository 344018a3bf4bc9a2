"""Duplicate-join information (중복가입확인정보, DI): who a person is within one service; a field of 66
characters.

Network Act 23-5 and the agencies' interface: HMAC-SHA-256 over the resident registration number and the
site's code, in DER, then base64. That makes 64 characters, which all begin alike, in a field of 66.
Whether it must be encrypted could not be read at the source: the strict default, as for connecting
information.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, spaceless, stars, words

HEADER = "MC0GCCqGSIb3DQIJAyEA"
"""SEQUENCE, OID 1.2.840.113549.2.9 (hmacWithSHA256) and the start of a BIT STRING, as base64 begins with
them.
"""

_DI = re.compile(r"[A-Za-z0-9+/]{62,66}={0,2}")
_LENGTHS = (64, 66)
_SHOWN = 4


def canonical(text: str) -> str:
    """Return the characters without white space; other text as it is, folded."""
    value = spaceless(text)
    return value if _shaped(value) else plain(text)


def mask(text: str) -> str:
    """Keep the first four characters."""
    value = canonical(text)
    return value[:_SHOWN] + "*" * (len(value) - _SHOWN) if _shaped(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form and, where it is genuine, by the DER header."""
    if not _shaped(value) or len(set(value)) <= len(value) // 4:
        return REJECTED
    if value.startswith(HEADER):
        return Verdict(0.95, 0.99, "duplicate-join information: HMAC-SHA-256 in DER")
    if re.fullmatch(r"[0-9A-Fa-f]+", value):
        return Verdict(0.0, 0.3, "hexadecimal digest")
    return Verdict(0.1, 0.95, "length and alphabet of duplicate-join information")


def _shaped(value: str) -> bool:
    return len(value) in _LENGTHS and _DI.fullmatch(value) is not None


ITEM = Item(
    id="kr_di",
    entity="KR_DI",
    name_ko="중복가입확인정보",
    name_en="duplicate-join information",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        중복가입확인정보, 중복가입정보, 중복가입확인값, 중복확인정보, di, di value, di_value, dup info,
        dupinfo, duplicated joining verification information
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Network Act 23-5; RFC 4231 and 4648",
    validate=validate,
    pattern=r"[A-Za-z0-9+/]{62,66}={0,2}",
    column_names=words(
        """
        중복가입확인정보, 중복가입정보, di, di value, dup info, dupinfo
        """
    ),
    against=words(
        "서명값, 해시, 토큰, 비밀번호, signature, hash, digest, token, password, secret, sha256, nonce"
    ),
    glue="-+/=",
    anchor="[A-Za-z0-9+/]{62}",
)
