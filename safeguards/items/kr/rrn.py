"""Resident registration number (주민등록번호): YYMMDD-SXXXXXC.

Resident Registration Act 7-2 and its Enforcement Rule 2; processing: Personal Information Protection Act
24-2 (always encrypted). S is 1-4 (male and female, born in the 1900s and 2000s), 9 and 0 for the 1800s.
Numbers given since October 2020 have six random digits after S, so the check digit confirms but never
rejects.
"""

from __future__ import annotations

from safeguards.items.checkdigit import CheckDigit
from safeguards.items.item import Item, LegalClass, Role
from safeguards.items.kr import labels, registration
from safeguards.items.text import words

CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "9": 1800, "0": 1800}
CHECK = CheckDigit(registration.WEIGHTS, 11, 11)

ITEM = Item(
    id="kr_rrn",
    entity="KR_RRN",
    name_ko="주민등록번호",
    name_en="resident registration number",
    legal_class=LegalClass.UNIQUE_IDENTIFIER,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        주민등록번호, 주민번호, 주민등록, 주민, 주번, 실명번호, 생년월일/성별, resident registration number,
        resident number, rrn, jumin, ssn
        """
    ),
    canonical=registration.canonical,
    masks={"finance": registration.mask, "netact": registration.mask},
    source="Resident Registration Act 7-2; Enforcement Rule 2; PIPA 24-2",
    validate=registration.validator(CENTURIES, CHECK, "resident registration number"),
    pattern=registration.PATTERN,
    column_names=words(
        """
        주민등록번호, 주민번호, 주민, 실명번호, rrn, rrno, jumin, juminno, ssn, resident registration,
        resident no, resident number
        """
    ),
    against=(*labels.CODES, *labels.CORPORATION, *labels.ACCOUNT, *labels.HEALTH_INSURANCE),
    check_digit=CHECK,
    check_digit_binding=False,
    judge_column=registration.judge_column,
    anchor=registration.ANCHOR,
    zero_first=True,
)
