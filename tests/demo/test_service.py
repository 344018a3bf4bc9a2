"""The example service: consistent people, the same for the same seed, in a database of three tables."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine, text

from safeguards.demo import numbers, service
from safeguards.demo.complaints import complaint
from safeguards.demo.people import OPENED, TODAY, people

COUNT = 600


@pytest.fixture(scope="module")
def everyone() -> list:  # type: ignore[type-arg]
    return list(people(COUNT, 7))


def test_one_seed_gives_one_service_and_another_another(everyone) -> None:  # type: ignore[no-untyped-def]
    assert everyone == list(people(COUNT, 7))
    assert everyone[0] != next(people(1, 8))


def test_nobody_shares_an_rrn_phone_or_address_of_mail(everyone) -> None:  # type: ignore[no-untyped-def]
    for attribute in ("rrn", "phone", "email"):
        assert len({getattr(person, attribute) for person in everyone}) == COUNT


def test_people_are_consistent_with_themselves(everyone) -> None:  # type: ignore[no-untyped-def]
    for person in everyone:
        assert person.rrn[:6] == person.birth.strftime("%y%m%d")
        assert person.birth.year + 14 <= person.joined.year
        assert OPENED <= person.joined <= TODAY
        assert person.email.endswith(("@example.com", "@example.net", "@mail.example.org"))


def test_some_rrns_have_no_check_digit_and_most_have(everyone) -> None:  # type: ignore[no-untyped-def]
    failing = sum(not numbers._check("kr_rrn").holds(person.rrn.replace("-", "")) for person in everyone)
    assert 0 < failing < COUNT * 0.12


def test_complaints_name_their_writer_and_leave_no_slot_open(everyone) -> None:  # type: ignore[no-untyped-def]
    draw = Random(7)
    letters = [complaint(number, everyone[number], draw).body for number in range(COUNT)]
    assert not [letter for letter in letters if "{" in letter or "None" in letter]
    assert any(person.phone in letter for person, letter in zip(everyone, letters, strict=True))
    assert any(person.rrn in letter for person, letter in zip(everyone, letters, strict=True))
    assert len(set(letters)) > COUNT // 3


def test_the_database_holds_what_was_counted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'members.db'}"
    seen: list[tuple[int, int]] = []
    counts = service.build(url, 50, 7, lambda done, total: seen.append((done, total)))
    engine = create_engine(url)
    with engine.connect() as connection:
        held = [
            connection.scalar(text(f"SELECT count(*) FROM {t}")) for t in ("members", "orders", "complaints")
        ]
    engine.dispose()
    assert held == [counts.members, counts.orders, counts.complaints] == [50, 100, 20]
    assert seen[-1] == (170, 170)
