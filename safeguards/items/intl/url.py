"""URL (웹 주소): a web address with its scheme, or one that begins with ``www.``.

RFC 3986, RFC 5890; Hangul host labels, but no Hangul in the path, for a particle may stand behind
it. The full stop of a sentence and a bracket that was opened before the address do not belong to
it. A URL is personal as far as it leads to a person's page or carries parameters that tell people
apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from safeguards.items.item import REJECTED, Candidate, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, settle, stars, words

_SCHEMES = r"(?i:https?|ftps?|sftp|wss?)://"
_LABEL = r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?|[가-힣][가-힣0-9\-]{0,60})"
_TOP = r"(?:xn--[A-Za-z0-9\-]{2,58}|[A-Za-z]{2,24}|한국|삼성|닷컴|닷넷)"
_USER = r"(?:[A-Za-z0-9._~%!$&'*+,;=:\-]{1,80}@)?"
_HOST = (
    rf"(?:(?:{_LABEL}\.){{1,8}}{_TOP}\.?(?![A-Za-z0-9])|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}|"
    rf"\[[0-9A-Fa-f:.]{{2,45}}\]|localhost)"
)
_REST = r"(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%|\[\]\-]{0,2000})?"
_URL = re.compile(
    rf"(?<![A-Za-z0-9@._])(?:(?P<scheme>{_SCHEMES}){_USER}{_HOST}|(?i:www)\.(?:{_LABEL}\.){{1,7}}{_TOP}){_REST}"
)
_CLOSING = {")": "(", "]": "["}
_PUNCTUATION = ".,;:!?'*|"


def canonical(text: str) -> str:
    """Return the address with scheme and host in lower case and no lone final slash; other text folded."""
    return settle(_canonical, text)


def _canonical(text: str) -> str:
    address = plain(text)
    if not _URL.fullmatch(address):
        return address
    scheme, mark, rest = address.rpartition("://") if "://" in address[:8] else ("", "", address)
    cut = re.search(r"[/?#]", rest)
    host, path = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    user, at, server = host.rpartition("@")
    return f"{scheme.lower()}{mark}{user}{at}{server.lower()}{'' if path == '/' else path}"


def mask(text: str) -> str:
    """Keep scheme and host: ``https://blog.example.com/****``."""
    address = plain(text)
    if not _URL.fullmatch(address):
        return stars(text)
    parts = urlsplit(address if "://" in address else f"//{address}")
    prefix = f"{parts.scheme}://" if parts.scheme else ""
    return f"{prefix}{parts.netloc.rpartition('@')[2]}/****"


def validate(value: str) -> Verdict:
    """Judge by form."""
    found = _URL.fullmatch(value)
    if found is None or len(_settled(value)) != len(value):
        return REJECTED
    return (
        Verdict(0.95, 0.97, "web address") if found["scheme"] else Verdict(0.9, 0.95, "web address with www")
    )


def candidates(text: str) -> Iterator[Candidate]:
    """Yield web addresses, without what the sentence around them put behind."""
    for found in _URL.finditer(text):
        address = _settled(found.group())
        verdict = validate(address)
        if verdict:
            yield Candidate(found.start(), found.start() + len(address), verdict.score, verdict.reason)


def _settled(address: str) -> str:
    """Cut punctuation and brackets that do not belong to an address off its end."""
    surplus = {close: address.count(close) - address.count(opens) for close, opens in _CLOSING.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PUNCTUATION:
            end -= 1
        elif surplus.get(last, 0) > 0:
            surplus[last] -= 1
            end -= 1
        else:
            break
    return address[:end]


ITEM = Item(
    id="url",
    entity="URL",
    name_ko="웹 주소",
    name_en="web address",
    legal_class=LegalClass.GENERAL,
    role=Role.QUASI_IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        홈페이지, 누리집, 블로그, 웹사이트, 링크, 주소, url, website, homepage, link, web
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="RFC 3986, RFC 5890",
    validate=validate,
    candidates=candidates,
    column_names=words(
        """
        홈페이지, 누리집, 웹사이트, 블로그, 링크, url, website, homepage, web address, link, profile url
        """
    ),
    anchor=r"://|[wW]{3}\.",
)
