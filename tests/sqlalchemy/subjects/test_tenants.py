"""A tenant is a subject: its key is chosen by the row, so that no thread writes under another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, registry

from safeguards import Keyring
from safeguards.crypto.envelope import parse
from safeguards.sqlalchemy import Encrypted, for_subject

THREADS, WRITES = 8, 60


def test_no_value_of_two_tenants_and_8_threads_is_under_the_others_key(
    database_url: str, ring: Keyring
) -> None:
    patient = {"connect_args": {"timeout": 120}} if database_url.startswith("sqlite") else {}
    engine = create_engine(database_url, pool_size=THREADS, **patient)
    kind = Encrypted("ticket.text", Text, subject="tenant:tenant")
    columns = Column("id", Integer, primary_key=True), Column("tenant", Integer), Column("text", kind)
    ticket = Table("ticket", MetaData(), *columns)
    ticket.metadata.create_all(engine)
    row = type("Ticket", (), {})
    registry().map_imperatively(row, ticket)

    def write(thread: int) -> None:
        for at in range(WRITES):
            with Session(engine) as session:
                for tenant in (1, 2):
                    made = row()
                    made.tenant, made.text = tenant, f"{tenant}-{thread}-{at}"
                    session.add(made)
                    core = {"tenant": tenant, "text": for_subject(tenant, f"{tenant}-{thread}-{at}-core")}
                    session.execute(insert(ticket), [core])
                session.commit()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))
    with engine.connect() as connection:
        rows = connection.execute(select(ticket.c.tenant, ticket.c.text)).all()
        raw = connection.execute(select(ticket.c.tenant, type_coerce(ticket.c.text, LargeBinary()))).all()
    assert len(rows) == 4 * THREADS * WRITES
    assert all(text.startswith(f"{tenant}-") for tenant, text in rows)
    keys = {tenant: {parse(bytes(data)).subject for of, data in raw if of == tenant} for tenant in (1, 2)}
    assert [len(each) for each in keys.values()] == [1, 1]
    assert keys[1] != keys[2]
    engine.dispose()
