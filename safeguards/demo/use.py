"""The service goes on: its ORM reads and searches encrypted columns, before and after a rotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from itertools import islice

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from safeguards import Keyring
from safeguards.crypto.envelope import parse
from safeguards.demo.act import Act, NotKept, Progress
from safeguards.demo.folder import Folder
from safeguards.demo.models import Member
from safeguards.demo.people import Person, people

_SEARCHES = 100
_BATCH = 1000


@contextmanager
def session(folder: Folder) -> Iterator[Session]:
    """Open the service's database as the service does."""
    engine = create_engine(folder.url)
    try:
        with Session(engine) as opened:
            yield opened
    finally:
        engine.dispose()


def read(folder: Folder, rows: int, seed: int, progress: Progress) -> Act:
    """Read every member through the ORM, compare with what was invented, and look some up by each tag."""
    with session(folder) as database, progress("reading through the ORM") as advance:
        same = 0
        members = database.scalars(select(Member).order_by(Member.id).execution_options(yield_per=_BATCH))
        for person, member in zip(people(rows, seed), members, strict=True):
            same += all(getattr(member, f.name) == getattr(person, f.name) for f in fields(Person))
            advance(person.id, rows)
        found = sum(_finds(database, person) for person in islice(people(rows, seed), _SEARCHES))
    if same != rows or found != min(rows, _SEARCHES):
        raise NotKept(f"the ORM read {same} of {rows} members as they were, and found {found}")
    said = f"the ORM reads all {rows:,} members as they were and finds {found} by RRN, phone and e-mail"
    return Act("read", said, folder.database)


def _finds(database: Session, person: Person) -> bool:
    """Search as people type: a number without hyphens, an address of mail in capitals."""
    spellings = (
        Member.rrn == person.rrn.replace("-", ""),
        Member.phone == person.phone.replace("-", " "),
        Member.email == person.email.upper(),
    )
    return all(database.scalars(select(Member.id).where(is_it)).all() == [person.id] for is_it in spellings)


def rotate(folder: Folder, ring: Keyring, rows: int, seed: int) -> Act:
    """Rotate the data key, let one more member join, and read both generations."""
    ring.rotate()
    newcomer = next(islice(people(rows + 1, seed), rows, None))
    with session(folder) as database:
        database.add(Member(**asdict(newcomer)))
        database.commit()
    with session(folder) as database:
        first, last = database.get_one(Member, 1), database.get_one(Member, newcomer.id)
        if (first.rrn, last.rrn) != (next(people(1, seed)).rrn, newcomer.rrn):
            raise NotKept("a member's number changed with the rotation")
        raw = database.execute(text("SELECT rrn FROM members")).scalars()
        counts = Counter(parse(value).key_id for value in raw)
    told = ", ".join(f"{count:,} under key {key_id}" for key_id, count in sorted(counts.items()))
    return Act("rotated", f"one member joined since; members by data key: {told}; all readable", folder.keys)
