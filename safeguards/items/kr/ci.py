"""Connecting information (연계정보, CI): 88 base64 characters that stand for one resident registration
number.

Network Act 23-5 and 23-6: identity verification agencies derive 64 bytes from the number, the same for
every service, so that it links a person across services like the number itself. Whether Notice 7 reaches
it could not be read at the source; Network Act 23-6 asks for safety measures, and the strict reading
rules here: encrypted.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, spaceless, stars, words

_CI = re.compile(r"[A-Za-z0-9+/]{86}==")
_WHOLE_BYTES = "AQgw"
"""The last character of 64 encoded bytes: its four lowest bits are zero (RFC 4648, 3.5)."""
_SHOWN = 4


def canonical(text: str) -> str:
    """Return the 88 characters without white space; other text as it is, folded."""
    value = spaceless(text)
    return value if _CI.fullmatch(value) else plain(text)


def mask(text: str) -> str:
    """Keep the first four characters."""
    value = canonical(text)
    return value[:_SHOWN] + "*" * (len(value) - _SHOWN) if _CI.fullmatch(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form; other digests of 64 bytes look the same, so a label decides."""
    if not _CI.fullmatch(value):
        return REJECTED
    varied = len(set(value)) > len(value) // 4 and any(c.isdigit() for c in value)
    if not varied:
        return REJECTED
    if value[-3] in _WHOLE_BYTES:
        return Verdict(0.4, 0.98, "64 bytes in base64, as connecting information is")
    return Verdict(0.2, 0.95, "88 characters of base64, as connecting information has")


ITEM = Item(
    id="kr_ci",
    entity="KR_CI",
    name_ko="연계정보",
    name_en="connecting information",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        연계정보, 본인확인값, 개인식별값, 실명인증값, ci, ci value, ci_value, conn info, conninfo,
        connecting information
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Network Act 23-5, 23-6; RFC 4648",
    validate=validate,
    pattern=r"[A-Za-z0-9+/]{86}==",
    column_names=words(
        """
        연계정보, 개인식별값, ci, ci value, conn info, conninfo, connecting information
        """
    ),
    against=words(
        "서명값, 해시, 토큰, 비밀번호, signature, hash, digest, token, password, secret, sha512, nonce"
    ),
    glue="-+/=",
    anchor="[A-Za-z0-9+/]{22}==",
)
