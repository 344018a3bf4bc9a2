"""Shredding and rotating, killed at any moment: nothing else is lost, and the next run completes it."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from safeguards import Keyring
from safeguards.errors import SubjectErased
from safeguards.sqlalchemy import for_subject
from tests import forked
from tests.sqlalchemy.subjects.members import Member, Order, owners

ROOT = Path(__file__).parents[3]
ORDERS = 10

_SHRED = """
import sys
from sqlalchemy import create_engine
import safeguards
from tests.sqlalchemy.subjects import members
store, url, first = sys.argv[1:]
ring = safeguards.Keyring.open(store)
safeguards.use(ring)
engine = create_engine(url)
print("ready", flush=True)
for person in range(int(first), 100_000):
    ring.shred(f"member:{person}", engines=[engine])
    print(person, flush=True)
"""

_ROTATE = """
import sys
import safeguards
ring = safeguards.Keyring.open(sys.argv[1])
print("ready", flush=True)
while True:
    print(ring.rotate(), flush=True)
    ring.rewrap_subjects()
"""


def killed(script: str, seconds: float, *arguments: str) -> list[int]:
    """Run a script, kill it some time after it is ready, and return the numbers that it had printed."""
    run = forked.Popen(script, *arguments, cwd=ROOT)
    assert run.stdout.readline() == "ready\n"
    time.sleep(seconds)
    run.kill()
    printed = run.communicate()[0].split("\n")[:-1]
    return [int(line) for line in printed]


def populate(engine: Engine, ring: Keyring, count: int) -> None:
    """Write members with some orders each."""
    persons = range(1, count + 1)
    ring.preload((f"member:{person}" for person in persons), create=True)
    members = [
        {"id": person, "name": "김", "note": for_subject(person, f"메모 {person}")} for person in persons
    ]
    orders = [
        {"member_id": person, "address": for_subject(person, f"주소 {person}")}
        for person in persons
        for _ in range(ORDERS)
    ]
    with Session(engine) as session:
        session.execute(insert(Member), members)
        session.execute(insert(Order), orders)
        session.commit()


def is_erased(engine: Engine, person: int) -> bool:
    """Say whether a member's note is destroyed; it fails where it is neither that nor readable."""
    with Session(engine) as session:
        try:
            note = session.scalars(select(Member.note).where(Member.id == person)).one()
        except SubjectErased:
            return True
    assert note == f"메모 {person}"
    return False


def shred_and_kill(engine: Engine, folder: Path, ring: Keyring, times: int) -> int:
    """Return how many runs died between a key's end and the last row's."""
    persons = 40 * times
    populate(engine, ring, persons)
    store, url = f"sqlite:///{folder / 'keys.db'}", engine.url.render_as_string(hide_password=False)
    moments, next_person, halfway = random.Random(times), 1, 0
    for _ in range(times):
        done = killed(_SHRED, moments.uniform(0.0, 0.06), store, url, str(next_person))
        last = done[-1] if done else next_person - 1
        ring._memory.current().subjects = None  # what this process holds in memory is not what is tested
        assert all(is_erased(engine, person) for person in range(max(1, next_person - 1), last + 1))
        halfway += is_erased(engine, last + 1)
        assert not is_erased(engine, last + 2)
        receipt = ring.shred(f"member:{last + 1}", engines=[engine])
        assert receipt.complete
        assert {each.column: each.rows for each in receipt.reached}["address"] == ORDERS
        next_person = last + 2
        assert next_person + 2 < persons, "so many were shredded that too few are left"
    with Session(engine) as session:
        rest = select(Order).join(Order.member).where(Member.id > next_person).order_by(Member.id)
        assert all(order.address == f"주소 {order.member_id}" for order in session.scalars(rest))
    assert len(owners(engine, "note")) == persons
    return halfway


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_shredding_killed_three_times_completes(engine: Engine, tmp_path: Path, ring: Keyring) -> None:
    shred_and_kill(engine, tmp_path, ring, 3)


@pytest.mark.slow
def test_shredding_killed_fifty_times_completes(engine: Engine, tmp_path: Path, ring: Keyring) -> None:
    assert shred_and_kill(engine, tmp_path, ring, 50) > 0


def rotate_and_kill(engine: Engine, folder: Path, ring: Keyring, times: int) -> None:
    populate(engine, ring, 100)
    store, moments, known = f"sqlite:///{folder / 'keys.db'}", random.Random(times), set(ring.data_key_ids)
    for _ in range(times):
        known |= set(killed(_ROTATE, moments.uniform(0.0, 0.1), store))
        again = Keyring.open(store)
        assert set(again.data_key_ids) >= known
        known = set(again.data_key_ids)
        again.close()
    ring.refresh()
    ring.rewrap_subjects()
    assert ring.rewrap_subjects() == 0
    with Session(engine) as session:
        notes = session.scalars(select(Member.note).order_by(Member.id)).all()
    assert notes == [f"메모 {person}" for person in range(1, 101)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rotation_killed_three_times_loses_no_key(engine: Engine, tmp_path: Path, ring: Keyring) -> None:
    rotate_and_kill(engine, tmp_path, ring, 3)


@pytest.mark.slow
def test_rotation_killed_fifty_times_loses_no_key(engine: Engine, tmp_path: Path, ring: Keyring) -> None:
    rotate_and_kill(engine, tmp_path, ring, 50)
