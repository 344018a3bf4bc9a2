"""What personal data is: one module an item, and this table of where each one lives.

A new item is one new file, one line here and one test table. Items use the standard library only and are
imported when they are asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import NamedTuple

from safeguards.errors import InputError, offer
from safeguards.items.item import Candidate, Item, LegalClass, Role, Verdict


class Home(NamedTuple):
    """Where an item lives, and what others call it."""

    module: str
    entity: str
    presidio: str


HOMES: dict[str, Home] = {
    "kr_rrn": Home("kr.rrn", "KR_RRN", "KR_RRN"),
    "kr_frn": Home("kr.frn", "KR_FRN", "KR_FRN"),
    "kr_passport": Home("kr.passport", "KR_PASSPORT", "KR_PASSPORT"),
    "kr_driver_license": Home("kr.driver_license", "KR_DRIVER_LICENSE", "KR_DRIVER_LICENSE"),
    "kr_brn": Home("kr.brn", "KR_BRN", "KR_BRN"),
    "kr_phone": Home("kr.phone", "PHONE_NUMBER", "PHONE_NUMBER"),
    "kr_landline": Home("kr.landline", "PHONE_NUMBER", "PHONE_NUMBER"),
    "kr_safe_number": Home("kr.safe_number", "PHONE_NUMBER", "PHONE_NUMBER"),
    "kr_crn": Home("kr.crn", "KR_CRN", "KR_CRN"),
    "kr_bank_account": Home("kr.bank_account", "KR_BANK_ACCOUNT", "KR_BANK_ACCOUNT"),
    "kr_health_insurance": Home("kr.health_insurance", "KR_HEALTH_INSURANCE", "KR_HEALTH_INSURANCE"),
    "kr_customs_code": Home("kr.customs_code", "KR_CUSTOMS_CODE", "KR_CUSTOMS_CODE"),
    "kr_ci": Home("kr.ci", "KR_CI", "KR_CI"),
    "kr_di": Home("kr.di", "KR_DI", "KR_DI"),
    "kr_vehicle_registration": Home(
        "kr.vehicle_registration", "KR_VEHICLE_REGISTRATION", "KR_VEHICLE_REGISTRATION"
    ),
    "kr_postal_code": Home("kr.postal_code", "POSTAL_CODE", "POSTAL_CODE"),
    "prescription_id": Home("kr.prescription_id", "PRESCRIPTION_ID", "PRESCRIPTION_ID"),
    "email": Home("intl.email", "EMAIL_ADDRESS", "EMAIL_ADDRESS"),
    "credit_card": Home("intl.credit_card", "CREDIT_CARD", "CREDIT_CARD"),
    "ip_address": Home("intl.ip_address", "IP_ADDRESS", "IP_ADDRESS"),
    "birth_date": Home("intl.birth_date", "BIRTH_DATE", "DATE_TIME"),
    "birth_date_en": Home("en.birth_date", "BIRTH_DATE", "DATE_TIME"),
    "phone": Home("intl.phone", "PHONE_NUMBER", "PHONE_NUMBER"),
    "url": Home("intl.url", "URL", "URL"),
    "mac_address": Home("intl.mac_address", "MAC_ADDRESS", "MAC_ADDRESS"),
    "iban": Home("intl.iban", "IBAN_CODE", "IBAN_CODE"),
    "us_ssn": Home("us.ssn", "US_SSN", "US_SSN"),
    "gps": Home("intl.gps", "GPS_COORDINATE", "GPS_COORDINATE"),
    "uuid": Home("intl.uuid", "UUID", "UUID"),
    "device_id": Home("intl.device_id", "DEVICE_ID", "DEVICE_ID"),
    "cookie_id": Home("intl.cookie_id", "COOKIE_ID", "COOKIE_ID"),
    "api_key": Home("intl.api_key", "API_KEY", "API_KEY"),
    "crypto_wallet": Home("intl.crypto_wallet", "CRYPTO_WALLET", "CRYPTO"),
    "age_en": Home("en.age", "AGE", "AGE"),
    "postal_code_en": Home("en.postal_code", "POSTAL_CODE", "POSTAL_CODE"),
    "person_name_en": Home("en.name", "PERSON", "PERSON"),
    "address_en": Home("en.address", "ADDRESS", "LOCATION"),
    "person_name": Home("kr.name", "PERSON", "PERSON"),
    "kr_address": Home("kr.address", "ADDRESS", "LOCATION"),
    "job_title": Home("kr.job_title", "JOB_TITLE", "TITLE"),
    "age": Home("kr.age", "AGE", "AGE"),
    "sex": Home("kr.sex", "SEX", "GENDER"),
    "nationality": Home("kr.nationality", "NATIONALITY", "NRP"),
    "height": Home("kr.height", "HEIGHT", "HEIGHT"),
    "weight": Home("kr.weight", "WEIGHT", "WEIGHT"),
    "education": Home("kr.education", "EDUCATION", "EDUCATION"),
    "major": Home("kr.major", "MAJOR", "MAJOR"),
}

ENTITIES: dict[str, str] = {item_id: home.entity for item_id, home in HOMES.items()}
"""Item id to the entity that spans carry."""

PRESIDIO: dict[str, str] = {item_id: home.presidio for item_id, home in HOMES.items()}
"""Item id to the entity that Presidio's recognizers report."""


@cache
def get(item_id: str) -> Item:
    """Return the item of that id.

    Raises:
        InputError: there is no such item; the message lists those there are.
    """
    if item_id not in HOMES:
        raise InputError(f"unknown item {item_id!r}; known items: {offer(item_id, HOMES)}")
    item: Item = import_module(f"safeguards.items.{HOMES[item_id].module}").ITEM
    return item


def all_items() -> tuple[Item, ...]:
    """Return every item, in the table's order."""
    return tuple(map(get, HOMES))


__all__ = [
    "ENTITIES",
    "PRESIDIO",
    "Candidate",
    "Item",
    "LegalClass",
    "Role",
    "Verdict",
    "all_items",
    "get",
]
