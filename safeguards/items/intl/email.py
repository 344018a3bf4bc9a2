"""E-mail address.

RFC 5321 and 5322 in the part that people use: no quoted local parts, no address literals, ASCII local part,
a domain of at least two labels (RFC 5890 labels and Hangul ones).
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, settle, stars, words

SHOWN = 2
_LOCAL = r"[A-Za-z0-9_][A-Za-z0-9._%+'-]{0,63}"
_LABEL = r"[A-Za-z0-9가-힣](?:[A-Za-z0-9가-힣-]{0,61}[A-Za-z0-9가-힣])?"
_TOP = r"(?:xn--[A-Za-z0-9-]{2,58}|[A-Za-z]{2,24}|한국)"
PATTERN = rf"{_LOCAL}@(?:{_LABEL}\.){{1,8}}{_TOP}"
_MACHINES = frozenset({"noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster"})


def canonical(text: str) -> str:
    """Return the address in NFKC, casefolded; a provider's own rules (dots, ``+tag``) are not guessed."""
    return settle(lambda address: plain(address).casefold(), text)


def mask(text: str) -> str:
    """Keep two characters and the domain: ``te***@example.com``; one character of a short local part."""
    local, at, domain = canonical(text).rpartition("@")
    if not at or not local or not domain:
        return stars(text)
    return f"{local[: SHOWN if len(local) > SHOWN else 1]}***@{domain}"


def validate(value: str) -> Verdict:
    """Judge by form; dots stand alone and inside."""
    local = value.rpartition("@")[0]
    if not re.fullmatch(PATTERN, value) or ".." in local or local.endswith("."):
        return REJECTED
    if local.casefold() in _MACHINES:
        return Verdict(0.3, 0.3, "address of a machine that sends only")
    return Verdict(0.95, 0.99, "e-mail address")


ITEM = Item(
    id="email",
    entity="EMAIL_ADDRESS",
    name_ko="이메일 주소",
    name_en="e-mail address",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        이메일, 전자우편, 메일, 메일주소, 이메일주소, email, e-mail, mail
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="RFC 5321, RFC 5322, RFC 5890",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        이메일, 이메일주소, 전자우편, 전자우편주소, 메일, 메일주소, email, e mail, mail, email address
        """
    ),
    glue="",
    anchor="@",
    ladders={1: "intl.email_ranks"},
)
