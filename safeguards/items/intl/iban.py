"""International bank account number (IBAN, 국제 계좌번호): country, two check digits, the domestic number.

ISO 13616-1; check digits by ISO 7064 mod 97-10. Notice 7 wants account numbers encrypted at rest.
"""

from __future__ import annotations

from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import compact, plain, stars, words

LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
    33: "RU",
}  # fmt: skip
"""Length to the countries whose numbers have it (SWIFT's IBAN registry, release 99 of 2024)."""

_LENGTH_OF = {country: length for length, countries in LENGTHS.items() for country in countries.split()}
_SHOWN = 4


def _pattern() -> str:
    forms = (
        rf"(?:{countries.replace(' ', '|')})[0-9]{{2}}(?:[ \-]?[A-Z0-9]){{{length - 4}}}"
        for length, countries in LENGTHS.items()
    )
    return f"(?i:{'|'.join(forms)})"


PATTERN = _pattern()


def canonical(text: str) -> str:
    """Return capital letters and digits without spaces; other text as it is, folded."""
    number = compact(text).upper()
    return number if _formed(number) else plain(text)


def mask(text: str) -> str:
    """Keep country, check digits and the last four: ``GB82 **** **** **** **54 32``, without the spaces."""
    number = canonical(text)
    return number[:4] + "*" * (len(number) - 8) + number[-_SHOWN:] if _formed(number) else stars(text)


def validate(value: str) -> Verdict:
    """Judge by the country's length and the check digits; a mistyped number still counts in context."""
    number = compact(value).upper()
    if not _formed(number):
        return REJECTED
    if holds(number):
        return Verdict(0.97, 0.99, "country, length and check digits of an IBAN")
    return Verdict(0.15, 0.6, "country and length of an IBAN; its check digits fail")


def holds(number: str) -> bool:
    """Say whether the check digits of a number in canonical form hold."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _formed(number: str) -> bool:
    return (
        number.isascii()
        and number.isalnum()
        and number[2:4].isdigit()
        and _LENGTH_OF.get(number[:2]) == len(number)
    )


ITEM = Item(
    id="iban",
    entity="IBAN_CODE",
    name_ko="국제 계좌번호",
    name_en="international bank account number",
    legal_class=LegalClass.FINANCIAL,
    role=Role.IDENTIFIER,
    must_encrypt=True,
    context=words(
        """
        국제계좌번호, 해외계좌, 계좌, 송금, 해외송금, iban, bank account, account, transfer, bank
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="ISO 13616-1; ISO 7064 mod 97-10; Notice 7 (account numbers encrypted at rest)",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        국제계좌번호, 해외계좌번호, 아이반, iban, iban code, iban no, iban number
        """
    ),
    anchor=r"[A-Za-z]{2}[0-9]{2}[ \-]?[A-Za-z0-9]{4}",
)
