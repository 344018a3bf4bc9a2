"""Cookie identifier (쿠키 식별자): values by which analytics and sessions tell visitors apart.

Policy 8; formats as Google Analytics (``_ga``), Meta (``_fbp``, ``_fbc``) and common servers write
them. While a session lasts, its id also opens the account; as it ends with the session, the law's
rule on stored credentials is not applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_GOOGLE = r"GA1\.[1-9](?:-[0-9])?\.[0-9]{6,10}\.[0-9]{9,10}|GS[12]\.[1-9]\.[0-9A-Za-z.$]{16,80}"
_META = r"fb\.[0-9]\.[0-9]{13}\.(?:[0-9]{6,20}|[A-Za-z0-9_\-]{20,255})"
_VENDORS = re.compile(rf"(?<![0-9A-Za-z_])(?:{_GOOGLE}|{_META})(?![0-9A-Za-z_])")
_NAMES = (
    r"_ga(?:_[A-Z0-9]{4,12})?|_gid|_fbp|_fbc|__utma|_hjid|_clck|_pk_id[.0-9a-f]*|ajs_anonymous_id|"
    r"amplitude_id|mp_[0-9a-f]{32}_mixpanel|NNB|NID_SES|NID_AUT|_kau|_kawlt|WMONID|PCID|"
    r"JSESSIONID|PHPSESSID|ASP\.NET_SessionId|ASPSESSIONID[A-Z]{0,8}|CFID|CFTOKEN|connect\.sid|laravel_session|"
    r"ci_session|_session_id|session[_\-]?id|sessid|sid|session|visitor[_\-]?id|cookie[_\-]?id|쿠키|세션"
)
_BEHIND = r" ?[\"']?(?: ?[=:] ?|은 |는 | )[\"']?"
_NAMED = re.compile(rf"(?i:(?<![A-Za-z0-9])(?:{_NAMES})){_BEHIND}(?P<value>[A-Za-z0-9_%.+/\-]{{10,256}})")
_NAMES_END = (
    r"ga(?:_[A-Z0-9]{4,12})?|id[.0-9a-f]*|nid[A-Z]{0,8}|ession|fb[pc]|utma|clck|anel|NNB|_SES|_AUT|_kau|wlt|OKEN|"
    r"쿠키|세션"
)
"""How the names end; enough to select rows by, and much shorter than all of them."""

_FEWEST_KINDS = 8
_SHOWN = 4


def canonical(text: str) -> str:
    """Return the value folded; its letters' case tells visitors apart."""
    return plain(text)


def mask(text: str) -> str:
    """Hide all but the first four characters of a value that is long enough."""
    value = plain(text)
    return value[:_SHOWN] + "*" * (len(value) - _SHOWN) if validate(value) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the vendor's form; other values by looking drawn at random."""
    if _VENDORS.fullmatch(value):
        return Verdict(0.95, 0.98, "form of an analytics cookie")
    random = re.fullmatch(r"[A-Za-z0-9_%.+/\-]{10,256}", value) and _drawn(value)
    return Verdict(0.05, 0.85, "value that looks drawn at random") if random else REJECTED


def candidates(text: str) -> Iterator[Candidate]:
    """Yield analytics cookies by their form, and random values behind a cookie's name."""
    for found in _VENDORS.finditer(text):
        yield Candidate(*found.span(), 0.95, "form of an analytics cookie")
    for found in _NAMED.finditer(text):
        value = found["value"].rstrip(".")
        if _drawn(value):
            end = found.start("value") + len(value)
            yield Candidate(found.start("value"), end, 0.85, "random value behind the name of a cookie")


def _drawn(value: str) -> bool:
    """Say whether a value has digits and many kinds of characters, as identifiers have and words have not."""
    digits = sum(character.isdigit() for character in value)
    return len(set(value)) >= _FEWEST_KINDS and digits >= 3 and not re.fullmatch(r"[0-9.\-]{1,12}", value)


ITEM = Item(
    id="cookie_id",
    entity="COOKIE_ID",
    name_ko="쿠키 식별자",
    name_en="cookie identifier",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words("쿠키, 세션, cookie, session, session id, set-cookie"),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="RFC 6265; cookies as documented by Google Analytics and Meta",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        쿠키, 쿠키아이디, 세션아이디, 세션키, cookie, cookie id, session id, sessionid, jsessionid,
        phpsessid, ga id, fbp
        """
    ),
    anchor=rf"{_VENDORS.pattern}|(?i:{_NAMES_END}){_BEHIND}[A-Za-z0-9_%.+/\-]{{10}}",
)
