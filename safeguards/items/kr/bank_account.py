"""Bank account number (계좌번호): 110-123-456789; the bank's name, or 계좌, tells it from other numbers.

Real Name Financial Transactions Act 4; Notice 7 wants account numbers encrypted at rest. Per-bank forms
stand in `banks`. The bank's name and the holder's do not belong to the value.
"""

from __future__ import annotations

import re

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.kr import account_rules, banks
from safeguards.items.text import compact, plain, stars, words

SHOWN = 6
_DIGITS = re.compile(r"[0-9]{10,16}")


def canonical(text: str) -> str:
    """Return the ten to sixteen ASCII digits without hyphens; other text as it is, folded."""
    digits = compact(text)
    return digits if _DIGITS.fullmatch(digits) else plain(text)


def mask(text: str) -> str:
    """Keep the first six digits, and hyphens where they were written: ``110-123-******``."""
    written = plain(text)
    if not _DIGITS.fullmatch(compact(text)):
        return stars(text)
    seen, shown = 0, []
    for character in written:
        seen += character.isdigit()
        shown.append("*" if character.isdigit() and seen > SHOWN else character)
    return "".join(shown)


def validate(value: str) -> Verdict:
    """Judge by the number of digits and the banks' forms; there is no common check digit."""
    if not re.fullmatch(r"[0-9][0-9 -]*[0-9]", value) or not _DIGITS.fullmatch(compact(value)):
        return REJECTED
    if account_rules.is_other_number(value):
        return Verdict(0.0, 0.55, "digits of an account, in the form of another number")
    if account_rules.form_of(value) in banks.ALL_FORMS:
        return Verdict(0.25, 0.95, "form of a bank's account numbers")
    return Verdict(0.05, 0.85, "ten to sixteen digits, as account numbers have")


ITEM = Item(
    id="kr_bank_account",
    entity="KR_BANK_ACCOUNT",
    name_ko="계좌번호",
    name_en="bank account number",
    legal_class=LegalClass.FINANCIAL,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        계좌번호, 계좌, 통장번호, 입금계좌, 환불계좌, 급여계좌, 예금주, bank account, account number
        account no
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Notice 7 (account numbers encrypted at rest); Real Name Financial Transactions Act 4",
    validate=validate,
    candidates=account_rules.candidates,
    column_names=words(
        """
        계좌번호, 계좌, 통장번호, 입금계좌, 환불계좌, 급여계좌, 출금계좌, 정산계좌, bank account, account no,
        account number, acct no, acct num, acct, acc no, bank acct
        """
    ),
    anchor=(
        "[0-9]{2,7}-[0-9]{1,9}-[0-9]{1,9}|[0-9]{3,8}-[0-9]{5,10}|[0-9]{8}-[0-9]{2,3}|[0-9]{10}"
        "|[0-9]{2,6} [0-9]{2,7} [0-9]{2,7}"
    ),
    zero_first=True,
)
