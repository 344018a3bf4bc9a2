"""Defects that other field encryption libraries shipped, each by its number in the study of peers."""

from __future__ import annotations

import base64
import logging
import pickle
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    create_engine,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import safeguards.sqlalchemy.alembic  # noqa: F401  it joins Alembic
from safeguards import DecryptionFailed, InputError, Keyring, OperatorRefused, use
from safeguards.crypto.envelope import is_envelope, parse
from safeguards.crypto.framing import frame
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.keys.local import LocalProvider
from safeguards.sqlalchemy import Encrypted, Exact

pytestmark = pytest.mark.usefixtures("ring")
RRN, OTHER_RRN = "900101-1234567", "010224-4192736"
THREADS = 8
BATCH = 500


class Base(DeclarativeBase):
    pass


class Client(Base):
    __tablename__ = "peers_client"

    id: Mapped[int] = mapped_column(primary_key=True)
    rrn: Mapped[str | None] = mapped_column(Encrypted("peers.rrn", item="kr_rrn", search=Exact()))
    note: Mapped[str | None] = mapped_column(Encrypted("peers.note", Text))
    points: Mapped[int | None] = mapped_column(Encrypted("peers.points", Integer))
    fee: Mapped[Decimal | None] = mapped_column(Encrypted("peers.fee", Numeric))
    photo: Mapped[bytes | None] = mapped_column(Encrypted("peers.photo", LargeBinary))
    token: Mapped[uuid.UUID | None] = mapped_column(Encrypted("peers.token", Uuid))
    plain: Mapped[str | None] = mapped_column(String(40))


CLIENT: Any = Client.__table__


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def stored(engine: Engine, column: str, table: str = "peers_client") -> list[bytes | None]:
    with engine.connect() as connection:
        found = connection.scalars(text(f"SELECT {column} FROM {table} ORDER BY id"))
        return [None if value is None else bytes(value) for value in found]


def add(engine: Engine, **values: Any) -> None:
    with Session(engine) as session:
        session.add(Client(**values))
        session.commit()


# 1. Filters that silently return nothing, or nonsense.

REFUSED: dict[str, Callable[[], Any]] = {
    "equality without search": lambda: select(Client).where(Client.note == "환불"),
    "like": lambda: select(Client).where(Client.rrn.like("9001%")),
    "contains": lambda: select(Client).where(Client.note.contains("환불")),
    "less than": lambda: select(Client).where(Client.points < 3),
    "between": lambda: select(Client).where(Client.points.between(1, 3)),
    "order by": lambda: select(Client).order_by(Client.rrn),
    "group by": lambda: select(Client.rrn, func.count()).group_by(Client.rrn),
    "distinct": lambda: select(Client.rrn).distinct(),
    "max": lambda: select(func.max(Client.points)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_1_a_filter_without_meaning_raises_and_does_not_answer(name: str, engine: Engine) -> None:
    add(engine, rrn=RRN, note="환불", points=2)
    with pytest.raises(OperatorRefused), Session(engine) as session:
        session.execute(REFUSED[name]()).all()


def test_1_equality_with_search_finds_every_row_that_is_equal_and_no_other(engine: Engine) -> None:
    for rrn in (RRN, OTHER_RRN, "9001011234567", None):
        add(engine, rrn=rrn)
    with Session(engine) as session:
        ids = session.scalars(select(Client.id).order_by(Client.id)).all()
        found = session.scalars(select(Client.id).where(Client.rrn == RRN).order_by(Client.id)).all()
        others = session.scalars(select(Client.id).where(Client.rrn != RRN)).all()
    assert (found, others) == ([ids[0], ids[2]], [ids[1]])


# 2. Keys in reprs, and thus in migrations and logs.


def material(ring: Keyring) -> list[bytes]:
    keys = [secret.reveal() for _, secret in ring._memory.current().keys.values()]
    fields = ("peers.rrn", "peers.note")
    return keys + [ring.field_key(ring.data_key_id, field).reveal() for field in fields]


def spellings(key: bytes) -> list[str]:

    return [
        key.hex(),
        repr(key)[2:-1],
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode(),
    ]


def test_2_no_repr_pickle_or_dict_of_a_type_in_use_holds_a_key(engine: Engine, ring: Keyring) -> None:
    add(engine, rrn=RRN, note="환불")
    keys = material(ring)
    assert len(keys) == 5
    kinds = [CLIENT.c.rrn.type, CLIENT.c.note.type]
    for kind in kinds:
        cipher = kind.cipher
        pickled = pickle.dumps(kind) + pickle.dumps(cipher)
        shown = repr(kind) + repr(cipher) + repr(vars(kind)) + repr(vars(cipher)) + repr(cipher.current())
        assert cipher.state[1].writer is not None  # the keys were there while this was printed
        assert not [key for key in keys if key in pickled]
        assert not [text for key in keys for text in spellings(key) if text in shown]
        assert repr(pickle.loads(pickled)) == repr(kind)


def test_2_a_generated_migration_holds_no_key(engine: Engine, ring: Keyring) -> None:
    add(engine, rrn=RRN, note="환불")
    keys = material(ring)
    Base.metadata.drop_all(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        script = render_python_code(produce_migrations(context, Base.metadata).upgrade_ops)
    assert "op.create_search_index(" in script
    assert not [text for key in keys for text in spellings(key) if text in script]
    assert not re.search(r"[0-9a-f]{32}|[A-Za-z0-9+/_-]{43}=|\\x[0-9a-f]{2}", script)


def test_2_debug_logs_hold_no_key_and_no_value(
    engine: Engine, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    engine.echo = "debug"
    with caplog.at_level(logging.DEBUG):
        add(engine, rrn=RRN, note="환불 요청")
        with Session(engine) as session:
            assert session.scalars(select(Client).where(Client.rrn == RRN)).one().note == "환불 요청"
    engine.echo = False
    assert "peers_client" in caplog.text
    shown = [RRN, "환불 요청", *(text for key in material(ring) for text in spellings(key))]
    assert not [text for text in shown if text in caplog.text]


# 3. One engine shared by threads: rows under the other tenant's key.


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[dict[str, Keyring]]:
    rings = {}
    for name in ("north", "south"):
        rings[name] = Keyring.create(f"sqlite:///{tmp_path / name}.db", f"local:{tmp_path / name}.key")
        use(rings[name], name)
    yield rings
    for name in rings:
        use(None, name)


def tenant_tables() -> dict[str, Table]:
    metadata = MetaData()
    return {
        name: Table(
            f"peers_{name}",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("note", Encrypted(f"{name}.note", Text, keyring=name)),
        )
        for name in ("north", "south")
    }


def write_as_two_tenants(engine: Engine, writes_of_a_thread: int) -> dict[str, Table]:
    """Eight threads share one engine; each writes rows for both tenants in turn."""
    tables = tenant_tables()
    tables["north"].metadata.create_all(engine)

    def write(thread: int) -> None:
        for start in range(0, writes_of_a_thread, BATCH):
            for name, table in tables.items():
                rows = [{"note": f"{name}-{thread}-{start + at}"} for at in range(BATCH)]
                with engine.begin() as connection:
                    connection.execute(insert(table), rows)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))
    return tables


def check_tenants(engine: Engine, rings: dict[str, Keyring], writes_of_a_thread: int) -> None:
    tables = write_as_two_tenants(engine, writes_of_a_thread)
    for name, table in tables.items():
        expected = {f"{name}-{thread}-{at}" for thread in range(THREADS) for at in range(writes_of_a_thread)}
        with engine.connect() as connection:
            assert set(connection.scalars(select(table.c.note))) == expected
        values = stored(engine, "note", table.name)
        kind = table.c.note.type
        ciphers = {
            owner: Xaes256Gcm(ring.field_key(ring.data_key_id, kind.field)) for owner, ring in rings.items()
        }
        opened = {
            owner: sum(_opens(cipher, kind, value) for value in values) for owner, cipher in ciphers.items()
        }
        assert opened == {owner: len(expected) if owner == name else 0 for owner in rings}


def _opens(cipher: Xaes256Gcm, kind: Encrypted, value: bytes | None) -> bool:
    """Say whether the cipher under a ring's newest key opens a value, whatever key id the value names."""
    assert value is not None
    envelope = parse(value)
    associated = frame(b"safeguards/1", str(kind.field).encode(), b"str") + envelope.header
    try:
        cipher.decrypt(envelope.nonce, envelope.sealed, associated)
    except InvalidTag:
        return False
    return True


@pytest.mark.parametrize("url", ["postgres_url", "mariadb_url"])
def test_3_no_value_of_two_tenants_and_8_threads_is_under_the_others_key(
    url: str, tenants: dict[str, Keyring], request: pytest.FixtureRequest
) -> None:
    engine = create_engine(request.getfixturevalue(url), pool_size=THREADS)
    check_tenants(engine, tenants, 1000)
    engine.dispose()


@pytest.mark.slow
@pytest.mark.postgres
def test_3_none_of_100_000_writes_of_each_tenant_and_thread_is_under_the_others_key(
    postgres_url: str, tenants: dict[str, Keyring]
) -> None:
    engine = create_engine(postgres_url, pool_size=THREADS)
    check_tenants(engine, tenants, 100_000)
    engine.dispose()


# 4. Paddings that break Hangul syllables or strip what a value ends with.

SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
ENDINGS = [
    word + end * times for word in ("", "값") for end in "*\0 \n\x0f\x10" for times in (1, 2, 15, 16, 17)
]


@pytest.mark.parametrize("values", [SYLLABLES, ENDINGS], ids=["11,172 syllables", "endings"])
def test_4_every_value_comes_back_as_it_was(values: list[str], engine: Engine) -> None:
    rows = [{"id": number, "note": value} for number, value in enumerate(values, 1)]
    with engine.begin() as connection:
        connection.execute(insert(CLIENT), rows)
    with engine.connect() as connection:
        assert connection.scalars(select(CLIENT.c.note).order_by(CLIENT.c.id)).all() == values
    assert len(SYLLABLES) == 11_172


# 5. Plaintext inside the error when binding raises.


def test_5_an_error_of_binding_holds_no_plaintext_of_any_column(engine: Engine) -> None:
    with pytest.raises(InputError) as caught, engine.begin() as connection:
        connection.execute(insert(CLIENT), {"rrn": RRN, "note": "환불 요청", "points": "비밀 123"})
    chain: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None and error not in chain:  # SQLAlchemy may close the chain to a ring
        chain.append(error)
        error = error.__cause__ or error.__context__
    shown = "".join(str(link) + repr(vars(link)) for link in chain)
    assert not [text for text in (RRN, "환불", "비밀") if text in shown]
    assert "peers.points" in str(caught.value)


# 6. Zero and "" stored as NULL; types that fail.

EMPTY: dict[str, Any] = {
    "rrn": "",
    "note": "",
    "points": 0,
    "fee": Decimal("0.00"),
    "photo": b"",
    "token": uuid.UUID(int=0),
}


@pytest.mark.parametrize("column", EMPTY)
def test_6_an_empty_value_is_stored_encrypted_and_is_not_null(column: str, engine: Engine) -> None:
    add(engine, **{column: EMPTY[column]})
    add(engine, **{column: None})
    first, second = stored(engine, column)
    assert is_envelope(first)
    assert second is None
    with Session(engine) as session:
        values = session.scalars(select(getattr(Client, column)).order_by(Client.id)).all()
    assert values == [EMPTY[column], None]
    assert str(values[0]) == str(EMPTY[column])


# 7. A key derived from the table's name; an upgrade that changes the derivation.


def test_7_a_renamed_table_and_column_decrypt(engine: Engine) -> None:
    add(engine, rrn=RRN)
    renamed = Table(
        "peers_patient",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("resident", Encrypted("peers.rrn", item="kr_rrn", search=Exact())),
    )
    renamed.create(engine)
    (value,) = stored(engine, "rrn")
    with engine.begin() as connection:
        statement = text("INSERT INTO peers_patient (id, resident) VALUES (1, :value)")
        connection.execute(statement, {"value": value})
        found = connection.scalars(select(renamed.c.resident).where(renamed.c.resident == RRN)).all()
    assert found == [RRN]


# 8. A search index that drifts from the value it belongs to.


def test_8_an_update_of_a_sibling_leaves_search_as_it_was(engine: Engine) -> None:
    add(engine, rrn=RRN, plain="before")
    with engine.begin() as connection:
        connection.execute(update(CLIENT).values(plain="after"))
        assert connection.scalar(select(CLIENT.c.plain).where(CLIENT.c.rrn == RRN)) == "after"


@pytest.mark.parametrize("path", ["core bulk", "orm bulk", "core update"])
def test_8_search_covers_the_paths_that_events_of_the_orm_miss(path: str, engine: Engine) -> None:
    with Session(engine) as session:
        if path == "orm bulk":
            session.execute(insert(Client), [{"rrn": RRN}, {"rrn": OTHER_RRN}])
        elif path == "core bulk":
            session.execute(insert(CLIENT), [{"rrn": RRN}, {"rrn": OTHER_RRN}])
        else:
            session.add_all([Client(rrn="800101-1234567"), Client(rrn=OTHER_RRN)])
            session.flush()
            session.execute(update(CLIENT).where(CLIENT.c.rrn == "800101-1234567").values(rrn=RRN))
        assert session.scalars(select(CLIENT.c.rrn).where(CLIENT.c.rrn == RRN)).all() == [RRN]


# 9. A call of the key service for every value.


def test_9_a_provider_is_not_asked_for_values(
    engine: Engine, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("wrap", "unwrap"):
        own = getattr(LocalProvider, name)
        monkeypatch.setattr(
            LocalProvider, name, lambda *args, own=own, name=name: (calls.append(name), own(*args))[1]
        )
    with engine.begin() as connection:
        connection.execute(insert(CLIENT), [{"note": f"값 {number}"} for number in range(200)])
        assert len(connection.scalars(select(CLIENT.c.note)).all()) == 200
    assert calls == []
    ring.rotate()
    assert calls == ["wrap", "unwrap"]  # the count can see a call


# 10. Rotation that returns ciphertext as if it were plaintext.


def test_10_after_rotation_old_and_new_values_are_plain_and_differ_in_key(
    engine: Engine, ring: Keyring
) -> None:
    add(engine, rrn=RRN)
    ring.rotate()
    add(engine, rrn=RRN)
    with Session(engine) as session:
        assert session.scalars(select(Client.rrn).where(Client.rrn == RRN)).all() == [RRN, RRN]
    values = [value for value in stored(engine, "rrn") if value is not None]
    assert len({parse(value).key_id for value in values}) == 2


@pytest.mark.parametrize("change", ["altered", "cut", "plain", "another keyring"])
def test_10_what_cannot_be_decrypted_raises_and_is_never_returned(
    change: str, engine: Engine, tmp_path: Path
) -> None:
    add(engine, note="환불")
    (value,) = stored(engine, "note")
    assert value is not None
    last = bytes((value[-1] ^ 1,))
    changed = {"altered": value[:-1] + last, "cut": value[:-1], "plain": "환불".encode()}.get(change, value)
    if change == "another keyring":
        use(Keyring.create(f"sqlite:///{tmp_path / 'new.db'}", f"local:{tmp_path / 'new.key'}"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE peers_client SET note = :value"), {"value": changed})
        with pytest.raises(DecryptionFailed):
            connection.scalars(select(CLIENT.c.note)).all()


# 11. INSERT ... FROM SELECT and expressions of the database, which bypass the type.

BYPASSES: dict[str, Callable[[], Any]] = {
    "insert from select of a plain column": lambda: insert(CLIENT).from_select(
        ["note"], select(CLIENT.c.plain)
    ),
    "insert from select of another field": lambda: insert(CLIENT).from_select(["note"], select(CLIENT.c.rrn)),
    "insert from select into a plain column": lambda: insert(CLIENT).from_select(
        ["plain"], select(CLIENT.c.rrn)
    ),
    "a computed assignment": lambda: update(CLIENT).values(note=func.upper(CLIENT.c.plain)),
    "an assignment of another column": lambda: update(CLIENT).values(note=CLIENT.c.plain),
}


@pytest.mark.parametrize("name", BYPASSES)
def test_11_a_write_that_bypasses_encryption_is_refused(name: str, engine: Engine) -> None:
    add(engine, rrn=RRN, note="환불", plain="plain text")
    before = stored(engine, "note")
    with pytest.raises(OperatorRefused), engine.begin() as connection:
        connection.execute(BYPASSES[name]())
    assert stored(engine, "note") == before


def test_11_plaintext_that_raw_sql_wrote_fails_clearly_when_it_is_read(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO peers_client (note) VALUES ('plain text')"))
        with pytest.raises(DecryptionFailed, match=r"peers\.note") as caught:
            connection.scalars(select(CLIENT.c.note)).all()
    assert "plain text" not in str(caught.value)
