"""UUID: personal where it stands for a user, a session or an account; the words beside it decide.

RFC 9562. Most UUIDs name orders, requests and rows, so that one without such a word is not reported.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import labels
from safeguards.items.text import plain, stars, words

_HEX = "[0-9A-Fa-f]"
PATTERN = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
FORM = re.compile(PATTERN)
_SPECIFIED = re.compile(r".{14}[1-8].{4}[89ab].*")


def canonical(text: str) -> str:
    """Return the UUID in lower case with hyphens, also from braces, ``urn:uuid:`` or 32 digits."""
    digits = re.sub(r"^urn:uuid:|[{}\-]", "", plain(text).lower())
    if not re.fullmatch(r"[0-9a-f]{32}", digits):
        return plain(text)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def mask(text: str) -> str:
    """Keep the first eight digits."""
    written = canonical(text)
    return f"{written[:8]}-****-****-****-************" if FORM.fullmatch(written) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by form, version and variant; the null and the full UUID are nobody's."""
    digits = set(value.lower()) - {"-"}
    if not FORM.fullmatch(value) or len(digits) == 1:
        return REJECTED
    if not _SPECIFIED.fullmatch(value.lower()):
        return Verdict(0.1, 0.6, "form of a UUID, of no known version")
    return Verdict(0.3, 0.9, "UUID")


ITEM = Item(
    id="uuid",
    entity="UUID",
    name_ko="범용 고유 식별자",
    name_en="universally unique identifier",
    legal_class=LegalClass.GENERAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        사용자, 회원, 고객, 이용자, 계정, 세션, 쿠키, 방문자, user, user id, userid, uid, user uuid, member,
        member id, customer, customer id, account, account id, session, session id, cookie,
        visitor, visitor id, client id, person, person id, patient, patient id, subject id
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="RFC 9562",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        사용자식별자, 회원식별자, 고유식별값, uuid, guid, user uuid, member uuid, customer uuid, visitor id
        """
    ),
    against=(
        *labels.CODES,
        *words(
            "요청, 배포, 빌드, 작업, 거래, request, request id, trace, job, build, deployment, commit, "
            "product, item"
        ),
    ),
    anchor=rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-",
)
