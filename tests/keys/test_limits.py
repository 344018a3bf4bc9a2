"""Data keys leave memory by age and by use, and no provider far away is asked while a value is handled."""

from __future__ import annotations

import gc
import sqlite3
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards import Keyring, KeyringError, use
from safeguards.crypto import xaes
from safeguards.errors import InputError
from safeguards.fields.cipher import Cipher
from safeguards.fields.codecs import codec_for
from safeguards.fields.search import Exact
from safeguards.keys import limits, resolve
from safeguards.keys.limits import Limits
from safeguards.keys.wrapping import new_key
from safeguards.sqlalchemy import Encrypted
from tests.keys.remote import Counting, Remote, until

SOON, HOUR = timedelta(seconds=0.2), timedelta(hours=1)
STEP = limits.STEP


class Base(DeclarativeBase):
    pass


class Caller(Base):
    __tablename__ = "callers"
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(Encrypted("limits.phone", search=Exact()))
    note: Mapped[str] = mapped_column(Encrypted("limits.note", subject="limits:id"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    yield f"sqlite:///{tmp_path / 'keys.db'}"
    ring = resolve()
    use(None)
    ring.close()


@pytest.fixture
def far(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "kms.key")


@pytest.fixture
def near(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "master.key", create=True)


def make(store: str, provider: Remote | Counting, **options: object) -> Keyring:
    ring = Keyring.create(store, provider, **options)  # type: ignore[arg-type]
    provider.unwrapped = 0
    use(ring)
    return ring


def cipher(field: str = "limits.name") -> Cipher:
    return Cipher(field, codec_for(str), search=Exact())


def forgotten(ring: Keyring) -> bool:
    return ring._memory._held is None


def expire(ring: Keyring) -> None:
    """What the thread that keeps time does; tests beside this one wait for it."""
    if (held := ring._memory._held) is not None:
        ring._memory._forget(held, limits.TOO_OLD)


def sleep_for(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """What the clocks show after the machine slept: one of them stood still."""
    before = limits.time.time
    monkeypatch.setattr(limits.time, "time", lambda: before() + seconds)


def test_without_a_limit_keys_stay_and_refreshing_unwraps_only_added_ones(store: str, far: Remote) -> None:
    ring = make(store, far)
    ring.refresh()
    assert far.unwrapped == 0
    ring.rotate()
    assert far.unwrapped == 1
    assert not ring._memory._tickers
    with pytest.raises(InputError, match="no limit"):
        ring.keep_fresh()


def test_a_key_file_on_this_machine_is_read_anew_by_itself(store: str, near: Counting) -> None:
    ring = make(store, near, max_age=SOON)
    name = cipher()
    sealed = name.encrypt("김")
    for _ in range(2):
        until(lambda: forgotten(ring))
        assert near._cipher is None
        before = near.unwrapped
        assert name.decrypt(sealed) == "김"
        assert near.unwrapped == before + 3


def test_a_provider_far_away_is_never_asked_while_a_value_is_handled(store: str, far: Remote) -> None:
    ring = make(store, far, max_age=HOUR)
    name, sealed = cipher(), cipher().encrypt("김")
    expire(ring)
    for use_it in (
        lambda: name.decrypt(sealed),
        lambda: name.encrypt("김"),
        lambda: name.tag("김"),
        lambda: name.rotated,
        lambda: ring.data_key_id,
        lambda: ring.data_key_ids,
        lambda: ring.field_key(7, "a.b"),
        lambda: ring.pseudonym_key("d", "i", 0),
        lambda: ring.subjects,
        lambda: ring.preload(["member:42"]),
        ring.status,
    ):
        with pytest.raises(KeyringError, match=r"in memory for longer than.*ring\.refresh\(\) outside"):
            use_it()
    assert far.unwrapped == 0
    ring.refresh()
    assert far.unwrapped == 3
    assert name.decrypt(sealed) == "김"


def test_all_that_was_derived_leaves_memory_with_the_keys(store: str, near: Counting) -> None:
    gc.collect()
    others = set(xaes._instances)
    ring = make(store, near, max_age=HOUR)
    name, idle = cipher(), cipher("limits.idle")
    for each in (name, idle):
        each.decrypt(each.encrypt("김"))
    subjects = ring.subjects
    assert ring.preload(["member:42"], create=True) == 1
    held = weakref.ref(ring._memory._held)
    assert set(xaes._instances) - others
    gc.disable()  # nothing may be left to the collector
    try:
        expire(ring)
        assert not set(xaes._instances) - others
        assert held() is None
    finally:
        gc.enable()
    assert subjects._by_id == subjects._by_subject == {}
    assert name.state == idle.state == (None, None)


@pytest.mark.parametrize("near_by", [True, False])
def test_the_orm_reads_on_with_a_key_file_and_is_told_with_a_provider_far_away(
    store: str, near: Counting, far: Remote, near_by: bool
) -> None:
    ring = make(store, near if near_by else far, max_age=HOUR)
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Caller(id=1, phone="010-1234-5678", note="환불"))
        session.commit()
        asked = far.unwrapped
        found = select(Caller.id).filter_by(phone="010-1234-5678")
        for query in (select(Caller.phone), select(Caller.note), found):
            expire(ring)
            with nullcontext() if near_by else pytest.raises(KeyringError, match="refresh"):
                assert session.scalar(query)
            session.rollback()
        expire(ring)
        session.add(Caller(id=2, phone="010", note="문의"))
        with nullcontext() if near_by else pytest.raises(KeyringError, match="refresh"):
            session.flush()
        session.rollback()
        assert far.unwrapped == asked
        ring.refresh()
        assert session.scalar(select(Caller.note)) == "환불"
    engine.dispose()


def test_uses_are_counted_over_all_fields_and_values_read_are_not(store: str, far: Remote) -> None:
    ring = make(store, far, max_uses=3 * STEP)
    name, note = cipher(), cipher("limits.note")
    sealed = [name.encrypt("김") for _ in range(2 * STEP)]
    assert [name.decrypt(each) for each in sealed] == ["김"] * (2 * STEP)
    for _ in range(STEP):
        note.encrypt("환불")
    for write in (note.encrypt, name.encrypt, name.encrypt):
        with pytest.raises(KeyringError, match="used for more values than this keyring allows"):
            write("김")
    with pytest.raises(KeyringError, match="used for more values"):
        name.decrypt(sealed[0])
    assert far.unwrapped == 0
    ring.refresh()
    assert name.decrypt(name.encrypt("이")) == "이"


def test_threads_together_write_no_more_than_the_limit(store: str, far: Remote) -> None:
    make(store, far, max_uses=8 * STEP)
    fields = [cipher(f"limits.f{number}") for number in range(3)]
    written = []

    def work(number: int) -> None:
        with suppress(KeyringError):
            while True:
                fields[number % 3].encrypt("김")
                written.append(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert STEP <= len(written) <= 8 * STEP
    assert far.unwrapped == 0


def test_a_key_file_goes_on_after_the_uses(store: str, near: Counting) -> None:
    make(store, near, max_uses=STEP)
    name = cipher()
    sealed = [name.encrypt(str(number)) for number in range(3 * STEP)]
    assert near.unwrapped == 6
    assert [name.decrypt(each) for each in sealed] == [str(number) for number in range(3 * STEP)]


def test_each_data_key_has_uses_of_its_own(store: str, far: Remote) -> None:
    ring = make(store, far, max_uses=STEP)
    name = cipher()
    for _ in range(3):
        for _ in range(STEP):
            name.encrypt("김")
        ring.rotate()
    assert name.encrypt("김")


def test_keys_of_persons_count_as_values_of_the_data_key_that_wraps_them(store: str, far: Remote) -> None:
    ring = make(store, far, max_uses=STEP)
    ring.preload(["member:1"], create=True)
    with pytest.raises(KeyringError, match="used for more"):
        cipher().encrypt("김")


def test_a_refusal_of_the_provider_leaves_keys_their_time_and_is_told_afterwards(
    store: str, far: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = make(store, far, max_age=HOUR)
    name = cipher()
    sealed = name.encrypt("김")
    far.down = "kms: access to the key was revoked"
    with pytest.raises(KeyringError, match="revoked"):
        ring.refresh()
    assert name.decrypt(sealed) == "김"
    sleep_for(monkeypatch, 3601)
    assert ring._memory._forget_in_time()
    for _ in range(2):
        with pytest.raises(KeyringError, match=r"refresh\(\).*kms: access to the key was revoked"):
            name.decrypt(sealed)
    assert far.unwrapped == 1
    far.down = ""
    ring.refresh()
    assert name.decrypt(sealed) == "김"


def test_a_key_file_that_is_gone_opens_nothing_once_the_limit_is_reached(store: str, near: Counting) -> None:
    ring = make(store, near, max_age=HOUR)
    name = cipher()
    sealed = name.encrypt("김")
    near.path.unlink()
    with pytest.raises(KeyringError, match="no key file"):
        ring.refresh()
    assert name.decrypt(sealed) == "김"
    expire(ring)
    for use_it in (lambda: name.decrypt(sealed), lambda: name.encrypt("김"), ring.refresh):
        with pytest.raises(KeyringError, match="no key file"):
            use_it()


def test_threads_that_find_no_keys_unwrap_them_once_and_never_meet_half_of_them(
    store: str, near: Counting
) -> None:
    ring = make(store, near, max_age=HOUR)
    ids = set(ring.data_key_ids) | {ring.rotate() for _ in range(4)}
    for _ in range(5):
        near.unwrapped = 0
        expire(ring)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: (set(ring.data_key_ids), len(ring.status())), range(8)))
        assert found == [(ids, len(ids) + 2)] * 8
        assert near.unwrapped == len(ids) + 2


def test_threads_write_and_read_while_keys_come_and_go(store: str, near: Counting) -> None:
    make(store, near, max_age=timedelta(seconds=0.03), max_uses=2 * STEP)
    fields = [cipher(f"limits.f{number}") for number in range(3)]

    def work(number: int) -> bool:
        each = fields[number % 3]
        return all(each.decrypt(each.encrypt("김")) == "김" for _ in range(2000))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(6)))
    assert near.unwrapped > 6


def test_a_store_that_holds_another_key_by_the_same_id_is_refused(store: str, near: Counting) -> None:
    ring = make(store, near, max_age=HOUR)
    key_id = ring.data_key_id
    with sqlite3.connect(store.removeprefix("sqlite:///")) as connection:
        other = new_key(near, ring.id, key_id, "data")
        connection.execute("UPDATE safeguards_keys SET wrapped = ? WHERE id = ?", (other, key_id))
    connection.close()
    expire(ring)
    for use_it in (ring.refresh, lambda: cipher().encrypt("김")):
        with pytest.raises(KeyringError, match=f"another key {key_id}"):
            use_it()


def test_a_store_that_was_wrapped_anew_far_away_is_not_followed_during_a_read(
    store: str, near: Counting, far: Remote
) -> None:
    make(store, near).rewrap(far)
    Keyring.open(store, far).rewrap(f"local:{near.path}")
    ring = Keyring.open(store, max_age=HOUR)
    use(ring)
    sealed = cipher().encrypt("김")
    Keyring.open(store, near).rewrap(far)
    asked = far.unwrapped
    expire(ring)
    with pytest.raises(KeyringError, match=r"wrapped anew with remote:kms: call ring.refresh\(\)"):
        cipher().decrypt(sealed)
    assert far.unwrapped == asked


@pytest.mark.parametrize("option", [{"max_age": HOUR}, {"max_uses": STEP}])
def test_no_repr_holds_a_key(store: str, far: Remote, option: dict[str, object]) -> None:
    ring = make(store, far, **option)
    key = ring.data_key(ring.data_key_id).reveal()
    held = ring._memory.current()
    shown = "".join(repr(each) + repr(vars(each)) for each in (ring, ring._memory, held))
    assert repr(key)[2:-1] not in shown
    assert key.hex() not in shown


@pytest.mark.parametrize(
    "option",
    [
        {"max_age": timedelta(0)},
        {"max_age": -HOUR},
        {"max_age": 3600},
        {"max_uses": STEP - 1},
        {"max_uses": 5000.0},
        {"max_uses": True},
    ],
)
def test_a_limit_without_sense_is_refused_before_anything_is_made(
    tmp_path: Path, option: dict[str, object]
) -> None:
    with pytest.raises(InputError, match="max_"):
        Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", f"local:{tmp_path / 'm.key'}", **option)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_the_environment_sets_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = f"sqlite:///{tmp_path / 'keys.db'}"
    Keyring.create(named, f"local:{tmp_path / 'master.key'}").close()
    monkeypatch.setenv("SAFEGUARDS_KEYRING_LIMITED", named)
    monkeypatch.setenv("SAFEGUARDS_KEYRING_LIMITED_MAX_AGE", "3600")
    monkeypatch.setenv("SAFEGUARDS_KEYRING_LIMITED_MAX_USES", "1000000")
    ring = resolve("limited")
    assert ring.limits == Limits(HOUR, 1_000_000)
    use(None, name="limited")
    ring.close()
    wrong_ages = [("AGE", each) for each in ("1h", "nan", "1e99", "0")]
    for variable, wrong in [*wrong_ages, ("USES", "1e6"), ("USES", "5")]:
        with monkeypatch.context() as other:
            other.setenv(f"SAFEGUARDS_KEYRING_LIMITED_MAX_{variable}", wrong)
            with pytest.raises(InputError, match=f"SAFEGUARDS_KEYRING_LIMITED_MAX_{variable}"):
                resolve("limited")
