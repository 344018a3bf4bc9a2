"""Foreigner registration number (외국인등록번호): YYMMDD-SXXXXXC with S in 5-8.

Immigration Act 31(5). Overseas Koreans' domestic residence numbers (국내거소신고번호) share the form. The
check digit is the resident's plus two, and since October 2020 it confirms but never rejects.
"""

from __future__ import annotations

from safeguards.items.checkdigit import CheckDigit
from safeguards.items.item import Item, LegalClass, Role
from safeguards.items.kr import labels, registration
from safeguards.items.text import words

CENTURIES = {"5": 1900, "6": 1900, "7": 2000, "8": 2000}
CHECK = CheckDigit(registration.WEIGHTS, 11, 13)

ITEM = Item(
    id="kr_frn",
    entity="KR_FRN",
    name_ko="외국인등록번호",
    name_en="foreigner registration number",
    legal_class=LegalClass.UNIQUE_IDENTIFIER,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        외국인등록번호, 외국인번호, 외국인등록, 외국인, 국내거소신고번호, 거소신고번호, 거소번호, 등록번호,
        alien registration number, alien registration no, foreigner registration number, arc, frn
        """
    ),
    canonical=registration.canonical,
    masks={"finance": registration.mask, "netact": registration.mask},
    source="Immigration Act 31(5); PIPA 24 and Decree 19",
    validate=registration.validator(CENTURIES, CHECK, "foreigner registration number"),
    pattern=registration.PATTERN,
    column_names=words(
        """
        외국인등록번호, 외국인번호, 거소신고번호, frn, arc no, alien registration, foreigner registration,
        foreigner no
        """
    ),
    against=(*labels.CODES, *labels.CORPORATION, *labels.ACCOUNT, *labels.HEALTH_INSURANCE, "형식", "예시"),
    check_digit=CHECK,
    check_digit_binding=False,
    judge_column=registration.judge_column,
    anchor=registration.ANCHOR,
    zero_first=True,
)
