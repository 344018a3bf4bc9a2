"""Password (비밀번호) as a column holds it: in plain text, or by a hash that is too fast to protect it.

Notice 7 (Standards of Personal Information Security Measures) has passwords stored by one-way encryption.
This item judges columns that are named so and finds nothing in running text. Hashes that are made to be slow
are no finding: bcrypt, scrypt, PBKDF2, Argon2 and yescrypt in the forms of crypt(5), of PHC strings and of
Django.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_SLOW = re.compile(
    r"\$(?:2[abxy]?|5|6|7|y|gy|md5,rounds=[0-9]+|scrypt|s0|s1|argon2(?:id|i|d)|pbkdf2(?:-sha(?:1|256|512))?)\$\S+"
    r"|\{(?:BCRYPT|ARGON2|PBKDF2[-A-Z0-9]*|SSHA512|CRYPT)\}\S+"
    r"|(?:pbkdf2_sha(?:1|256)|bcrypt(?:_sha256)?|argon2|scrypt|pbkdf2:sha(?:1|256|512)[:0-9]*|scrypt:[0-9:]+)\$\S+"
    r"|(?:SCRAM-SHA-256|SCRAM-SHA-1)\$\S+"
)
_FAST = re.compile(
    r"(?i)(?:0x|\*)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"
    r"|\{(?:S?SHA|S?MD5|MD5|SHA)\}\S+|\$1\$\S+|md5[0-9a-f]{32}"
)
_LONGEST = 128


def mask(text: str) -> str:
    """Show nothing, not even the length."""
    return "*" * 8 if plain(text) else stars(text)


def validate(value: str) -> Verdict:
    """Judge a cell of a column of passwords: plain, hashed fast, or hashed as it should be."""
    text = plain(value)
    if not text or len(text) > _LONGEST * 2 or _SLOW.fullmatch(text) or not text.strip("*"):
        return REJECTED
    if _FAST.fullmatch(text):
        return Verdict(0.0, 0.9, "hash too fast for passwords")
    return Verdict(0.0, 0.95, "password in plain text") if len(text) <= _LONGEST else REJECTED


ITEM = Item(
    id="password",
    entity="PASSWORD",
    name_ko="비밀번호",
    name_en="password",
    legal_class=LegalClass.AUTHENTICATION,
    role=Role.SENSITIVE,
    must_encrypt=True,
    context=words("비밀번호, 패스워드, password"),
    canonical=plain,
    masks={"finance": mask, "netact": mask},
    source="Notice 7; crypt(5); Password Hashing Competition string format",
    validate=validate,
    candidates=lambda text: (),
    column_names=words(
        """
        비밀번호, 패스워드, 비번, 암호, password, passwd, pwd, passphrase, user pw, login pw, member pw, pw,
        password hash, pw hash, hashed password, password digest, encrypted password, crypted password
        """
    ),
    anchor="(?!)",
)
