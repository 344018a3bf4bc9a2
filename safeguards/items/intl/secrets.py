"""Secrets that a name before them gives away: ``password = "…"``, ``secret_key: …``, ``Bearer …``,
``//user:…@``.

A value counts when it looks chosen or drawn: long enough, of several kinds of characters, no
placeholder and no expression of a programming language.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from safeguards.items.item import Candidate

_PASSWORDS = r"pass(?:word|wd|phrase|code)?|pwd|비밀번호|패스워드|비번|암호"
_TOKENS = (
    r"secret(?:[_\- ]?(?:access[_\- ]?)?key)?|token|api[_\- ]?key|access[_\- ]?key|"
    r"private[_\- ]?key|auth[_\- ]?key|service[_\- ]?key|encryption[_\- ]?key|signing[_\- ]?key|credentials?|"
    r"인증 ?키|서비스 ?키|시크릿 ?키|액세스 ?키|비밀 ?키|토큰"
)
ANCHOR = (
    r"(?i:passw|passp|passc|pass ?[\"']?[:=]|pwd|secret|token|[_\- ]?key|credential|bearer|basic )|://"
    r"|(?:비밀|패스|비번|암호|인증|서비스|시크릿|액세스|토큰)[가-힣A-Za-z \t:=>\"'`_\-]{0,40}[!-~]{6}"
)
_VALUE = r"[!#-&(-+\--:=?-_a-~]{4,400}"
_QUOTED = r"\"(?P<double>[^\"\s]{4,400})\"|'(?P<single>[^'\s]{4,400})'|`(?P<back>[^`\s]{4,400})`"
_ASSIGNED = re.compile(
    rf"(?i:(?:(?P<password>{_PASSWORDS})|{_TOKENS}))(?![A-Za-z0-9_가-힣](?<![은는이가]))[\"'`]?"
    rf"(?:(?:은|는|이|가)? ?(?::=|=>|==?|:| is |\t| (?=[\"'`]))|(?<=[가-힣])[은는] )"
    rf"[ \t]{{0,8}}(?:{_QUOTED}|(?P<bare>{_VALUE}))"
)
_HEADER = re.compile(r"(?i:(?<![A-Za-z])(?:bearer|basic)) (?P<token>[A-Za-z0-9._~+/=\-]{16,4000})")
_CONNECTION = re.compile(r"[a-z][a-z0-9+.\-]{1,30}://[^\s:/@\"'<>]{0,80}:(?P<password>[^\s/@\"'<>]{3,120})@")
_PLACEHOLDER = re.compile(
    r"(?i)\*{3,}|x{4,}|\.{3}|^[<\[{$%(]|[>\]})]$|\$\{|\{\{|example|placeholder|change_?me|your|dummy|sample|redacted|"
    r"^(?:password|passwd|secret|token|none|null|nil|true|false|undefined|string|required|optional|text|hidden|empty)[.,;]?$"
    r"|\(|^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+$|^(?:os|process|env|config|settings|self|request)[.\[]"
)
_RANDOM_BITS = 3.0
"""Bits a character from which a string of 16 looks drawn at random (hexadecimal digits have at most 4)."""

_SHORTEST_TOKEN = 16
_SHORTEST_PASSWORD = 6
_SHORTEST_BARE = 8


def assigned(text: str) -> Iterator[Candidate]:
    """Yield values behind a name, a scheme of authentication, or a user's name in a connection string."""
    for found in _ASSIGNED.finditer(text):
        group = next(name for name in ("double", "single", "back", "bare") if found[name] is not None)
        value = found[group].rstrip(".,;:") if group == "bare" else found[group]
        password, quoted = found["password"] is not None, group != "bare"
        if is_password(value, quoted=quoted) if password else is_secret(value, quoted=quoted):
            start = found.start(group)
            kind = "password" if password else "secret"
            yield Candidate(start, start + len(value), 0.88 if quoted else 0.82, f"{kind} behind its name")
    for found in _HEADER.finditer(text):
        if is_secret(found["token"], quoted=False):
            yield Candidate(*found.span("token"), 0.85, "token of an authorisation header")
    for found in _CONNECTION.finditer(text):
        if not _PLACEHOLDER.search(found["password"]):
            yield Candidate(*found.span("password"), 0.97, "password of a connection string")


def is_password(value: str, *, quoted: bool) -> bool:
    """Say whether a value may be a password: quoted ones need length, bare ones two kinds of characters."""
    if _PLACEHOLDER.search(value) or len(set(value)) < 4:
        return False
    letters, digits = re.search(r"[A-Za-z]", value), re.search(r"[0-9]", value)
    special = re.search(r"[^A-Za-z0-9_\-./:]", value)
    if quoted:
        return len(value) >= _SHORTEST_PASSWORD and bool(digits or special or len(value) > _SHORTEST_BARE)
    return len(value) >= _SHORTEST_BARE and bool(letters) and bool(digits or special)


def is_secret(value: str, *, quoted: bool) -> bool:
    """Say whether a value looks drawn at random."""
    if _PLACEHOLDER.search(value) or len(value) < _SHORTEST_TOKEN or re.search(r"[^!-~]|://|^/", value):
        return False
    mixed = re.search(r"[A-Za-z]", value) and re.search(r"[0-9]", value)
    return bool(mixed) and bits(value) >= (_RANDOM_BITS if quoted else _RANDOM_BITS + 0.2)


def bits(value: str) -> float:
    """Return the entropy of a text's characters, in bits each (Shannon 1948)."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())
