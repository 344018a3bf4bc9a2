"""Invented members of the service: consistent with themselves, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from faker import Faker

from safeguards.demo import numbers, places

TODAY = date(2026, 7, 1)
_OLDEST, _YOUNGEST = 82, 15
# The first day of the service and of its privacy policy: everything it holds was collected under that.
OPENED = date(2025, 7, 1)
# Who was naturalised or changed numbers after October 2020 has an RRN without check digit.
_NEW_NUMBERS = 0.06
_GRADES = ("일반", "실버", "골드", "VIP")
_GRADE_SHARES = (70, 18, 9, 3)
# Reserved by RFC 2606: no letter can reach a stranger.
_MAIL = ("example.com", "example.net", "mail.example.org")


@dataclass(frozen=True, slots=True)
class Person:
    """One member as the service knew them before anything was encrypted."""

    id: int
    name: str
    rrn: str
    birth: date
    phone: str
    email: str
    address: str
    driver_licence: str | None
    passport: str | None
    grade: str
    joined: date


def people(count: int, seed: int) -> Iterator[Person]:
    """Yield ``count`` members with ids from 1; RRNs, phones and e-mail addresses are unique."""
    draw, fake = Random(seed), Faker("ko_KR", use_weighting=True)
    fake.seed_instance(seed)
    taken: set[str] = set()
    for number in range(1, count + 1):
        yield _person(number, draw, fake, taken)


def _person(number: int, draw: Random, fake: Faker, taken: set[str]) -> Person:
    birth = _birth(draw)
    male = draw.random() < 0.5
    joined = _between(draw, max(OPENED, _add_years(birth, 14)), TODAY)
    return Person(
        id=number,
        name=fake.name_male() if male else fake.name_female(),
        rrn=_fresh(taken, lambda: numbers.resident_registration(draw, birth, male, _issued(draw, birth))),
        birth=birth,
        phone=_fresh(taken, lambda: numbers.mobile(draw)),
        email=f"{fake.user_name()}{number}@{draw.choice(_MAIL)}",
        address=places.address(draw),
        driver_licence=_licence(draw, birth),
        passport=numbers.passport(draw) if draw.random() < 0.3 else None,
        grade=draw.choices(_GRADES, _GRADE_SHARES)[0],
        joined=joined,
    )


def _birth(draw: Random) -> date:
    age = draw.triangular(_YOUNGEST, _OLDEST, 34)
    return TODAY - timedelta(days=int(age * 365.25) + draw.randrange(365))


def _issued(draw: Random, birth: date) -> date:
    return TODAY if draw.random() < _NEW_NUMBERS else birth


def _licence(draw: Random, birth: date) -> str | None:
    earliest = _add_years(birth, 18)
    if earliest >= TODAY or draw.random() < 0.5:
        return None
    return numbers.driver_licence(draw, _between(draw, earliest, min(TODAY, _add_years(birth, 40))))


def _between(draw: Random, first: date, last: date) -> date:
    return first + timedelta(days=draw.randrange((last - first).days + 1))


def _add_years(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _fresh(taken: set[str], make: Callable[[], str]) -> str:
    """Draw until the number is nobody else's."""
    while (number := make()) in taken:
        pass
    taken.add(number)
    return number
