"""Encrypted columns outside a database are those of the mapping: each reads what the other wrote."""

from __future__ import annotations

import enum
import json
import pickle
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards import Keyring, use
from safeguards.errors import AlreadyProtected, DecryptionFailed, InputError, KeyringError, SubjectErased
from safeguards.fields import Exact, Ngram, Prefix
from safeguards.fields.many import seal_many
from safeguards.pipeline import Decrypt, Encrypt, EncryptedField, Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Keep, Mask, Token
from safeguards.sqlalchemy import Encrypted

SECRET = "비밀 메모 7391"


class Grade(enum.Enum):
    GOLD = 1
    SILVER = 2


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "steps_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    memo: Mapped[str | None] = mapped_column(Encrypted("steps.memo"))
    mail: Mapped[str | None] = mapped_column(Encrypted("steps.mail", item="email", search=Exact()))
    score: Mapped[int | None] = mapped_column(Encrypted("steps.score", sa.Integer))
    ratio: Mapped[float | None] = mapped_column(Encrypted("steps.ratio", sa.Float))
    paid: Mapped[Decimal | None] = mapped_column(Encrypted("steps.paid", sa.Numeric(12, 2)))
    born: Mapped[date | None] = mapped_column(Encrypted("steps.born", sa.Date))
    wakes: Mapped[time | None] = mapped_column(Encrypted("steps.wakes", sa.Time))
    seen: Mapped[datetime | None] = mapped_column(Encrypted("steps.seen", sa.DateTime))
    moved: Mapped[datetime | None] = mapped_column(Encrypted("steps.moved", sa.DateTime(timezone=True)))
    agreed: Mapped[bool | None] = mapped_column(Encrypted("steps.agreed", sa.Boolean))
    photo: Mapped[bytes | None] = mapped_column(Encrypted("steps.photo", sa.LargeBinary))
    device: Mapped[uuid.UUID | None] = mapped_column(Encrypted("steps.device", sa.Uuid))
    grade: Mapped[Grade | None] = mapped_column(Encrypted("steps.grade", sa.Enum(Grade)))
    extra: Mapped[dict[str, Any] | None] = mapped_column(
        Encrypted("steps.extra", sa.JSON, pad="padme", compress=64)
    )


class Note(Base):
    __tablename__ = "steps_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    text: Mapped[str | None] = mapped_column(Encrypted("steps.note", subject="member:member_id"))


FIELDS: dict[str, Any] = {
    "memo": "steps.memo",
    "mail": {"field": "steps.mail", "item": "email", "search": "exact"},
    "score": {"field": "steps.score", "type": "int"},
    "ratio": {"field": "steps.ratio", "type": "float"},
    "paid": {"field": "steps.paid", "type": "decimal(12, 2)"},
    "born": {"field": "steps.born", "type": "date"},
    "wakes": {"field": "steps.wakes", "type": "time"},
    "seen": {"field": "steps.seen", "type": "datetime"},
    "moved": {"field": "steps.moved", "type": "datetime(Asia/Seoul)"},
    "agreed": {"field": "steps.agreed", "type": "bool"},
    "photo": {"field": "steps.photo", "type": "bytes"},
    "device": {"field": "steps.device", "type": "uuid"},
    "grade": {"field": "steps.grade", "names": ["GOLD", "SILVER"]},
    "extra": {"field": "steps.extra", "type": "json", "pad": "padme", "compress": 64},
}
SEOUL = ZoneInfo("Asia/Seoul")
DEVICE = uuid.UUID(int=7)
ROW: dict[str, Any] = {
    "memo": SECRET,
    "mail": "Kim@Example.com",
    "score": -7,
    "ratio": 0.1,
    "paid": Decimal("12.50"),
    "born": date(1990, 1, 31),
    "wakes": time(6, 30, 1, 5),
    "seen": datetime(2026, 1, 2, 3, 4, 5, 6),
    "moved": datetime(2026, 1, 2, 3, 4, 5, tzinfo=SEOUL),
    "agreed": False,
    "photo": b"\x00\xff",
    "device": DEVICE,
    "grade": Grade.SILVER,
    "extra": {"이름": ["값"] * 40},
}
PLAIN: dict[str, Any] = ROW | {
    "device": str(DEVICE),
    "grade": "SILVER",
    "extra": json.dumps(ROW["extra"], ensure_ascii=False, separators=(",", ":")),
}


def plain_table() -> pa.Table:
    types = {name: Decrypt({name: field}).fields[name].kind_read().arrow for name, field in FIELDS.items()}
    return pa.table({name: pa.array([PLAIN[name], None], kind) for name, kind in types.items()})


@pytest.fixture
def engine(tmp_path: Path, ring: Keyring) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'members.db'}")
    Base.metadata.create_all(engine)
    return engine


def test_the_mapping_reads_what_the_step_encrypted(engine: sa.Engine) -> None:
    sealed = Pipeline([Encrypt(FIELDS)]).run(plain_table())
    assert set(map(str, sealed.schema.types)) == {"binary"}
    names = ", ".join(FIELDS)
    with engine.begin() as connection:
        for number, row in enumerate(sealed.to_pylist(), 1):
            marks = ", ".join(f":{name}" for name in FIELDS)
            insert = sa.text(f"INSERT INTO steps_member (id, {names}) VALUES ({number}, {marks})")
            connection.execute(insert, row)
    with Session(engine) as session:
        first, second = session.get(Member, 1), session.get(Member, 2)
        assert {name: getattr(first, name) for name in FIELDS} == ROW
        assert {getattr(second, name) for name in FIELDS} == {None}
        assert session.scalars(sa.select(Member.id).where(Member.mail == "kim@example.com")).all() == [1]


def test_the_step_decrypts_what_the_mapping_wrote(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.add_all([Member(id=1, **ROW), Member(id=2)])
        session.commit()
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT {', '.join(FIELDS)} FROM steps_member ORDER BY id")).all()
    stored = pa.table(
        {name: pa.array(cells, pa.binary()) for name, *cells in zip(FIELDS, *rows, strict=True)}
    )
    assert Pipeline([Decrypt(FIELDS)]).run(stored).equals(plain_table())


def test_values_of_persons_go_both_ways_and_end_with_their_key(engine: sa.Engine, ring: Keyring) -> None:
    fields = {"text": {"field": "steps.note", "subject": "member:member_id"}}
    notes = pa.table({"member_id": pa.array([1, 2, None]), "text": [SECRET, "둘", None]})
    sealed = Pipeline([Encrypt(fields)]).run(notes)
    with engine.begin() as connection:
        for number, row in enumerate(sealed.to_pylist()[:2], 1):
            insert = f"INSERT INTO steps_note (id, member_id, text) VALUES ({number}, :member_id, :text)"
            connection.execute(sa.text(insert), row)
    with Session(engine) as session:
        assert [note.text for note in session.scalars(sa.select(Note).order_by(Note.id))] == [SECRET, "둘"]
    assert Pipeline([Decrypt(fields)]).run(sealed).equals(notes)
    swapped = sealed.set_column(0, "member_id", pa.array([2, 1, None]))
    with pytest.raises(DecryptionFailed, match="column 'text', row 1: field steps.note"):
        Pipeline([Decrypt(fields)]).run(swapped)
    ring.shred("member:2")
    with pytest.raises(SubjectErased, match="column 'text', row 2"):
        Pipeline([Decrypt(fields)]).run(sealed)
    with pytest.raises(SubjectErased, match="column 'text', row 2"):
        Pipeline([Encrypt(fields)]).run(notes)
    assert Pipeline([Decrypt(fields, erased="null")]).run(sealed)["text"].to_pylist() == [SECRET, None, None]


def test_a_value_without_its_person_is_refused(ring: Keyring) -> None:
    fields = {"text": {"field": "steps.note", "subject": "member:member_id"}}
    with pytest.raises(InputError, match="column 'text', row 2: the value is nobody's: column 'member_id'"):
        Pipeline([Encrypt(fields)]).run(pa.table({"member_id": ["a", None], "text": ["x", "y"]}))
    with pytest.raises(InputError, match="no column 'member_id'"):
        Pipeline([Encrypt(fields)]).run(pa.table({"text": ["x"]}))
    with pytest.raises(InputError, match="column 'member_id', which holds ids, is list"):
        Pipeline([Encrypt(fields)]).run(pa.table({"member_id": [[1]], "text": ["x"]}))


def test_an_id_is_the_same_in_every_type_of_column(ring: Keyring) -> None:
    fields = {"text": {"field": "steps.note", "subject": "member:member_id"}}
    sealed = Pipeline([Encrypt(fields)]).run(pa.table({"member_id": [42], "text": ["x"]}))
    for ids in (pa.array(["42"]), pa.array([42.0]), pa.array(["42"]).dictionary_encode()):
        opened = Pipeline([Decrypt(fields)]).run(sealed.set_column(0, "member_id", ids))
        assert opened["text"].to_pylist() == ["x"]


TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


@given(values=st.lists(st.none() | st.text(st.characters(codec="utf-8"))), kind=st.sampled_from(TEXTS))
def test_text_comes_back_whatever_holds_it(
    ring_of_module: Keyring, values: list[str | None], kind: pa.DataType
) -> None:
    table = pa.table({"memo": pa.array(values, pa.string()).cast(kind)})
    sealed = Pipeline([Encrypt({"memo": "steps.memo"})]).run(table.slice(1))
    ciphertexts = [value for value in sealed["memo"].to_pylist() if value is not None]
    assert len(set(ciphertexts)) == len(ciphertexts)
    opened = Pipeline([Decrypt({"memo": "steps.memo"})]).run(sealed)
    assert opened["memo"].to_pylist() == values[1:]
    assert opened.schema.field("memo").type == pa.string()


@given(
    values=st.lists(st.none() | st.binary()),
    kind=st.sampled_from([pa.binary(), pa.large_binary(), pa.binary_view()]),
)
def test_bytes_come_back_whatever_holds_them(
    ring_of_module: Keyring, values: list[bytes | None], kind: pa.DataType
) -> None:
    field = {"photo": {"field": "steps.photo", "type": "bytes"}}
    sealed = Pipeline([Encrypt({"photo": "steps.photo"})]).run(pa.table({"photo": pa.array(values, kind)}))
    assert Pipeline([Decrypt(field)]).run(sealed)["photo"].to_pylist() == values


@given(
    values=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)),
    kind=st.sampled_from([pa.int64(), pa.string()]),
)
def test_numbers_come_back_also_from_text(
    ring_of_module: Keyring, values: list[int | None], kind: pa.DataType
) -> None:
    field = {"score": {"field": "steps.score", "type": "int"}}
    table = pa.table({"score": pa.array(values, pa.int64()).cast(kind)})
    back = Pipeline([Encrypt(field), Decrypt(field)]).run(table)
    assert back["score"].to_pylist() == values


@pytest.mark.parametrize(
    ("values", "declared"),
    [
        (pa.array([1, 2], pa.uint16()), "int"),
        (pa.array([1.5, 2.5], pa.float32()), "float"),
        (pa.array([date(2026, 1, 2)], pa.date64()), "date"),
        (pa.array([datetime(2026, 1, 2, 3)], pa.timestamp("ns")), "datetime"),
        (pa.array([datetime(2026, 1, 2, 3, tzinfo=UTC)], pa.timestamp("s", "Asia/Seoul")), "datetime(UTC)"),
        (pa.array([time(1, 2, 3)], pa.time32("s")), "time"),
        (pa.array([Decimal("1.5")], pa.decimal256(50, 3)), "decimal(50, 3)"),
        (pa.array([True, False]), "bool"),
        (pa.array([DEVICE.bytes], pa.binary(16)).cast(pa.uuid()), "uuid"),
    ],
)
def test_a_columns_own_type_is_what_it_is_encrypted_as(ring: Keyring, values: Any, declared: str) -> None:
    sealed = Pipeline([Encrypt({"x": "steps.x"})]).run(pa.table({"x": values}))
    opened = Pipeline([Decrypt({"x": {"field": "steps.x", "type": declared}})]).run(sealed)
    expected = [str(value) if declared == "uuid" else value for value in values.to_pylist()]
    assert opened["x"].to_pylist() == expected


@pytest.mark.parametrize("subject", [None, "member:id"])
def test_a_type_that_is_missing_or_wrong_is_told_among_the_causes(ring: Keyring, subject: str | None) -> None:
    field = {"field": "steps.x", "subject": subject}
    sealed = Pipeline([Encrypt({"x": field})]).run(pa.table({"x": [42, 43], "id": ["1", "2"]}))
    missing = (
        r"column 'x', row 1: .*it was altered, .*not encrypted as text, which it is without type=: .*\"int\""
    )
    with pytest.raises(DecryptionFailed, match=missing):
        Pipeline([Decrypt({"x": field})]).run(sealed)
    wrong = r"column 'x', row 1: .*it was altered, .*encrypted as another type than type='date'"
    with pytest.raises(DecryptionFailed, match=wrong):
        Pipeline([Decrypt({"x": {**field, "type": "date"}})]).run(sealed)


@pytest.mark.parametrize("make", [pa.Table.to_pandas, pl.from_arrow])
def test_frames_go_there_and_back(ring: Keyring, make: Callable[[pa.Table], Any]) -> None:
    frame = make(pa.table({"memo": [SECRET, None], "id": [1, 2]}))
    sealed = Pipeline([Encrypt({"memo": "steps.memo"})]).run(frame)
    opened = Pipeline([Decrypt({"memo": "steps.memo"})]).run(sealed)
    assert isinstance(opened, type(frame))
    if isinstance(frame, pd.DataFrame):
        pd.testing.assert_frame_equal(opened, frame)
    else:
        assert opened.equals(frame)


def test_a_file_tells_what_was_encrypted_and_comes_back(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id,memo\n1,{SECRET}\n2,\n")
    step = Encrypt({"memo": "steps.memo"})
    done = Pipeline([step]).run_file(
        tmp_path / "in.csv", tmp_path / "out.parquet", manifest=tmp_path / "m.json"
    )
    (record,) = done.columns
    assert (record.transform, record.rows, record.nulls, record.reversible) == ("encrypt", 2, 1, True)
    assert record.parameters == {"field": "steps.memo", "type": "text"}
    assert record.key_id == ring.data_key_id
    data = (tmp_path / "out.parquet").read_bytes() + (tmp_path / "m.json").read_bytes()
    assert SECRET.encode() not in data
    back = Pipeline([Decrypt({"memo": "steps.memo"})])
    back.run_file(tmp_path / "out.parquet", tmp_path / "back.csv")
    assert SECRET in (tmp_path / "back.csv").read_text()
    # What was decrypted is plain again, and may be pseudonymised.
    back.run_file(tmp_path / "out.parquet", tmp_path / "back.parquet")
    masked = Pipeline({"memo": Mask(), "id": Keep()})
    masked.run_file(tmp_path / "back.parquet", tmp_path / "masked.parquet")
    assert [one.transform for one in Manifest.read(tmp_path / "masked.parquet").columns] == ["keep", "mask"]


def test_a_kind_of_file_that_holds_no_bytes_is_refused_before_a_row_is_read(
    ring: Keyring, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("memo\nx\n")
    with pytest.raises(InputError, match="column 'memo' is binary, which .csv cannot hold"):
        Pipeline([Encrypt({"memo": "steps.memo"})]).run_file(tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def sealed_memo(*values: str | None) -> pa.Table:
    return Pipeline([Encrypt({"memo": "steps.memo"})]).run(pa.table({"memo": pa.array(values, pa.string())}))


def test_a_ciphertext_is_not_encrypted_again(ring: Keyring) -> None:
    sealed = sealed_memo("a", None).replace_schema_metadata(None)
    with pytest.raises(AlreadyProtected, match="column 'memo' is encrypted"):
        Pipeline([Encrypt({"memo": "steps.memo"})]).run(sealed)
    tokens = Pipeline({"memo": Token()}, domain="d").run(pa.table({"memo": ["a"]}))
    with pytest.raises(AlreadyProtected, match="column 'memo' holds tokens"):
        Pipeline([Encrypt({"memo": "steps.memo"})]).run(tokens)


@pytest.mark.parametrize("what", ["cut", "swapped", "other key", "plain", "altered"])
def test_what_cannot_be_decrypted_is_named_by_column_and_row(
    tmp_path: Path, ring: Keyring, what: str
) -> None:
    table = sealed_memo("a", SECRET)
    first, second = table["memo"].to_pylist()
    fields = {"memo": "steps.memo"}
    if what == "swapped":
        fields = {"memo": "steps.other"}
    elif what == "other key":
        use(Keyring.create(f"sqlite:///{tmp_path / 'o.db'}", f"local:{tmp_path / 'o.key'}"))
    else:
        bad = {"cut": second[:-1], "plain": SECRET.encode(), "altered": second[:-1] + bytes([second[-1] ^ 1])}
        table = pa.table({"memo": pa.array([first, bad[what]], pa.binary())})
    row = 1 if what in {"swapped", "other key"} else 2
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    Pipeline([], purpose="copy").run_file(table_file(table, source), target)
    target.unlink()
    with pytest.raises(DecryptionFailed, match=f"column 'memo', row {row}: field") as caught:
        Pipeline([Decrypt(fields)]).run_file(source, target)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert not target.exists()


def table_file(table: pa.Table, path: Path) -> Path:
    import pyarrow.parquet as pq

    pq.write_table(table, path)
    return path


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        (["1", "x"], {"type": "int"}, "column 'x', row 2: holds a value that is no int"),
        (["2026-01-01", "2026-02-30"], {"type": "date"}, "row 2: holds a value that is no date"),
        (["{}", "{"], {"type": "json"}, "row 2: holds a value that is no json"),
        ([str(DEVICE), "x"], {"type": "uuid"}, "row 2: holds a value that is no uuid"),
        (["GOLD", "gold"], {"names": ["GOLD"]}, "column 'x', row 2: field steps.x takes declared name"),
        (pa.array([2**63], pa.uint64()), {}, "column 'x', row 1: holds a value that is no int"),
        (
            pa.array([1], pa.timestamp("ns")),
            {},
            r"column 'x', row 1: holds a value that is no datetime",
        ),
    ],
)
def test_values_that_a_field_does_not_take_are_named_by_row(
    ring: Keyring, values: Any, field: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Pipeline([Encrypt({"x": {"field": "steps.x", **field}})]).run(pa.table({"x": values}))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Encrypt({}), "encrypt needs columns"),
        (lambda: Encrypt({"a": ""}), "column 'a': "),
        (lambda: Encrypt({"a": 5}), "column 'a': is no field"),
        (lambda: Encrypt({"a": {"field": "m.a", "typ": "int"}}), "a field has no setting 'typ'"),
        (lambda: Encrypt({"a": {"field": "m.a", "type": "varchar"}}), "type='varchar' is none of text"),
        (lambda: Encrypt({"a": {"field": "m.a", "type": 5}}), "type= is the name"),
        (lambda: Encrypt({"a": {"field": "m.a", "type": "datetime(Mars)"}}), "names no time zone"),
        (lambda: Encrypt({"a": {"field": "m.a", "item": "mail"}}), "unknown item 'mail'"),
        (lambda: Encrypt({"a": {"field": "m.a", "search": "ngram"}}), "search= is one of exact"),
        (lambda: Encrypt({"a": {"field": "m.a", "search": {"search": "prefix"}}}), "search prefix needs"),
        (lambda: Encrypt({"a": {"field": "m.a", "search": {"search": "exact", "x": 1}}}), "no setting 'x'"),
        (lambda: Encrypt({"a": {"field": "m.a", "subject": "id"}}), "subject= names a kind of person"),
        (
            lambda: Encrypt({"a": {"field": "m.a", "subject": "member:id", "search": "exact"}}),
            "tags_outlive_subject",
        ),
        (lambda: Encrypt({"a": "m.a", "b": "m.a"}), "column 'b' has the field of 'a'"),
        (lambda: Encrypt({"a": "m.a"}, keyring=""), "keyring= is the name"),
        (lambda: Decrypt({"a": {"field": "m.a", "type": "decimal"}}), "needs the digits"),
        (lambda: Decrypt({"a": "m.a"}, erased="value"), "erased='value'"),  # type: ignore[arg-type]
    ],
)
def test_a_step_that_cannot_be_is_one_line(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "field", "message"),
    [
        (pa.array([[1]]), {}, "column 'x' is list<"),
        (pa.array([True]), {"type": "date"}, "column 'x' is bool, of which no date can be made"),
        (pa.array(["1.5"]), {"type": "decimal"}, "column 'x' is string: give its digits"),
        (pa.array([1]), {"search": Prefix(3)}, "is for text, not for int"),
    ],
)
def test_a_column_that_a_field_does_not_take_is_refused_before_a_row_is_read(
    ring: Keyring, column: Any, field: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Encrypt({"x": {"field": "steps.x", **field}}).start(pa.schema({"x": column.type}), {})


def test_a_missing_column_keyring_or_plain_text_is_one_line(ring: Keyring) -> None:
    with pytest.raises(InputError, match="no column 'memo'; the columns are: a"):
        Pipeline([Encrypt({"memo": "steps.memo"})]).run(pa.table({"a": ["x"]}))
    with pytest.raises(InputError, match="column 'memo' is string, and ciphertexts are bytes"):
        Pipeline([Decrypt({"memo": "steps.memo"})]).run(pa.table({"memo": ["x"]}))
    with pytest.raises(KeyringError, match="no keyring 'absent'"):
        Pipeline([Encrypt({"memo": "steps.memo"}, keyring="absent")]).run(pa.table({"memo": ["x"]}))


def test_tags_in_a_table_of_their_own_are_written_by_the_mapping_alone() -> None:
    with pytest.raises(InputError, match="n-grams stand in a table of their own"):
        EncryptedField("steps.memo", search=Ngram(3))


def test_pandas_moments_in_nanoseconds_are_encrypted(ring: Keyring) -> None:
    frame = pd.DataFrame({"seen": pd.to_datetime(["2026-01-02 03:04:05", None]).astype("datetime64[ns]")})
    field = {"seen": {"field": "steps.seen", "type": "datetime"}}
    opened = Pipeline([Encrypt(field), Decrypt(field)]).run(frame)
    assert opened["seen"].tolist()[0] == pd.Timestamp("2026-01-02 03:04:05")
    assert opened["seen"].isna().tolist() == [False, True]


@pytest.mark.parametrize("kind", TEXTS)
def test_dates_written_as_text_become_dates_whatever_holds_them(ring: Keyring, kind: pa.DataType) -> None:
    field = {"born": {"field": "steps.born", "type": "date"}}
    table = pa.table({"born": pa.array(["1990-01-31", None]).cast(kind)})
    opened = Pipeline([Encrypt(field), Decrypt(field)]).run(table)
    assert opened["born"].to_pylist() == [date(1990, 1, 31), None]


def test_a_step_travels_without_keys_and_leaves_its_input_alone(ring: Keyring) -> None:
    step = Encrypt(FIELDS | {"memo": EncryptedField("steps.memo", search=[Exact(), Prefix(2)])})
    sent = pickle.loads(pickle.dumps(step))
    assert sent == step
    assert ring.field_key(ring.data_key_id, "steps.memo").reveal() not in pickle.dumps(step)
    table = plain_table()
    Pipeline([sent]).run(table)
    assert table.equals(plain_table())


def test_steps_compose_and_columns_beside_pass(ring: Keyring) -> None:
    table = pa.table({"memo": [SECRET], "mail": ["a@b.kr"], "n": [1]})
    first = Pseudonymise({"mail": Token(item="email"), "memo": Keep()}, Domain("d"), "keep")
    result = Pipeline([first, Encrypt({"memo": "steps.memo"})]).run(table)
    assert result.schema.names == ["memo", "mail", "n"]
    assert result["n"].to_pylist() == [1]
    assert Pipeline([Decrypt({"memo": "steps.memo"})]).run(result)["memo"].to_pylist() == [SECRET]


def test_many_values_seal_as_one_does(ring: Keyring) -> None:
    cipher = EncryptedField("steps.memo").cipher(EncryptedField("steps.memo").kind_read(), "default")
    values = [None, b"", *(str(number).encode() for number in range(3000))]
    sealed = seal_many(cipher, values)
    assert [None if one is None else cipher.decrypt(one).encode() for one in sealed] == values
    nonces = {one[:-16][7:31] for one in sealed if one is not None}
    assert len(nonces) == 3001
    with pytest.raises(AlreadyProtected):
        seal_many(cipher, [sealed[1]])
