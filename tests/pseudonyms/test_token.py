"""Tokens: equal where values are equal, unlinkable and unguessable where the key is not."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pseudonyms import Domain, Hash, ReversibleToken, Token, Transform
from safeguards.pseudonyms.tokens.digests import keyed, spelled
from safeguards.pseudonyms.tokens.tokeniser import ALPHABET, PATTERN
from safeguards.values import Secret

DOMAIN = Domain("ads-2026")


def tokens(values: Any, **settings: Any) -> list[str | None]:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    made: list[str | None] = Token(**settings).apply(array, DOMAIN).to_pylist()
    return made


def test_every_spelling_of_one_value_has_one_token(ring: Keyring) -> None:
    phones = ["010-1234-5678", "01012345678", "+82 10-1234-5678", "０１０-1234-5678"]
    assert len(set(tokens(phones, item="kr_phone"))) == 1
    assert len(set(tokens(["Kim@Example.com", "kim@example.com "], item="email"))) == 1


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["7", None]),
        pa.array(["7", None], pa.large_string()),
        pa.array(["7", None], pa.string_view()),
        pa.array(["7", None]).dictionary_encode(),
        pa.array(["x", "7", None]).slice(1),
        pa.array([7, None]),
        pa.array([7, None], pa.uint8()),
        pa.array([7.0, None]),
        pa.array([7, None]).dictionary_encode(),
    ],
)
def test_one_value_has_one_token_whatever_type_holds_it(ring: Keyring, column: pa.Array) -> None:
    assert tokens(column) == [tokens(["7"])[0], None]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, 4, 5), "2020-01-02 03:04:05"),
        (datetime(2020, 1, 2, 3, 4, 5, 600_000), "2020-01-02 03:04:05.6"),
        (pa.scalar(1_577_934_245_000_000_001, pa.timestamp("ns")), "2020-01-02 03:04:05.000000001"),
        (pa.scalar(1_577_934_245, pa.timestamp("s", "UTC")), "2020-01-02 03:04:05Z"),
        (time(3, 4, 5), "03:04:05"),
        (time(3, 4, 5, 301), "03:04:05.000301"),
        (datetime(2020, 1, 2, 3, 4, 5, 100_100), "2020-01-02 03:04:05.1001"),
        (pa.scalar(1_577_934_245_000_301, pa.timestamp("us", "UTC")), "2020-01-02 03:04:05.000301Z"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (True, "true"),
        (b"\x00\xff", "00ff"),
        (1.5, "1.5"),
        (123456789012.0, "123456789012"),
        (2**63 - 1, "9223372036854775807"),
    ],
)
def test_typed_values_are_spelled_as_files_spell_them(ring: Keyring, typed: object, text: str) -> None:
    column = pa.array([typed.as_py()], typed.type) if isinstance(typed, pa.Scalar) else pa.array([typed])
    assert tokens(column) == tokens([text])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([Decimal(10)], pa.decimal128(10, 2)), pa.array([10])),
        (pa.array([Decimal(0)], pa.decimal128(10, 2)), pa.array([-0.0])),
        (pa.array([Decimal("1.5")], pa.decimal128(10, 2)), pa.array([1.5])),
        (pa.array([Decimal("-1.5")], pa.decimal256(40, 5)), pa.array(["-1.5"])),
        (pa.array([Decimal(1200)], pa.decimal128(5, -2)), pa.array([1200])),
        (pa.array([Decimal("0.00001")], pa.decimal128(10, 8)), pa.array([0.00001])),
        (pa.array([Decimal("0.00000001")], pa.decimal128(10, 8)), pa.array(["0.00000001"])),
        (pa.array([2**63], pa.uint64()), pa.array([2.0**63])),
        (pa.array([Decimal("9" * 40 + ".10")], pa.decimal256(50, 2)), pa.array(["9" * 40 + ".1"])),
    ],
)
def test_one_number_has_one_token_whatever_its_scale(ring: Keyring, one: pa.Array, other: pa.Array) -> None:
    assert tokens(one) == tokens(other)
    assert tokens(one.dictionary_encode()) == tokens(other)


@pytest.mark.parametrize(
    ("item", "written"), [("kr_crn", "1101110012345"), ("credit_card", "4111111111111111")]
)
def test_items_of_digits_read_from_decimals_meet_those_of_text(
    ring: Keyring, item: str, written: str
) -> None:
    column = pa.array([Decimal(written)], pa.decimal128(20, 2))
    assert tokens(column, item=item) == tokens([written], item=item)


def test_one_instant_has_one_token_in_every_time_zone(ring: Keyring) -> None:
    instants = [
        pa.array([1_577_934_245], pa.timestamp("s", zone)) for zone in ("UTC", "Asia/Seoul", "-03:30")
    ]
    assert len({tokens(instant)[0] for instant in instants}) == 1
    assert tokens(instants[1].cast(pa.timestamp("ns", "Asia/Seoul"))) == tokens(instants[0])


@given(values=st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=6), max_size=30))
def test_tokens_are_a_function_of_the_value_and_one_to_one(
    ring_of_module: Keyring, values: list[str | None]
) -> None:
    made = tokens(pa.array(values, pa.string()))
    pairs = set(zip(map(_plain, values), made, strict=True))
    assert len(pairs) == len({value for value, _ in pairs}) == len({token for _, token in pairs})
    assert all((value is None) == (token is None) for value, token in pairs)
    assert all(re.fullmatch(PATTERN, token) for _, token in pairs if token is not None)


def _plain(value: str | None) -> str | None:
    from unicodedata import normalize

    return None if value is None else normalize("NFC", value).strip()


@given(st.lists(st.binary(max_size=70), max_size=20), st.binary(min_size=32, max_size=32))
def test_digests_are_those_of_the_standard_library(values: list[bytes], key: bytes) -> None:
    assert keyed(Secret(key), values) == [hmac.digest(key, value, "sha256") for value in values]


@given(st.binary(min_size=32, max_size=32), st.integers(1, 51))
def test_letters_are_the_digests_first_bits(digest: bytes, length: int) -> None:
    whole = int.from_bytes(digest, "big")
    letters = [ALPHABET[whole >> 256 - 5 * place & 31] for place in range(1, length + 1)]
    assert spelled([digest], "tk1_", length).to_pylist() == ["tk1_" + "".join(letters)]


def test_a_known_answer_holds_for_all_versions(ring: Keyring) -> None:
    """Pseudonyms of earlier files must meet those made today: the derivation is part of the format."""
    _, key = ring.pseudonym_key("ads-2026", "email/1", 0)
    digest = hmac.digest(key.reveal(), b"kim@example.com", "sha256")
    assert tokens(["Kim@example.com"], item="email") == spelled([digest], "tk1_email_", 26).to_pylist()


def test_no_name_that_a_traceback_could_show_stands_for_the_key(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Error reporters store the locals of every frame, closures' variables included."""
    key = DOMAIN.key(None)[1].reveal()

    def broken() -> Any:
        yield b"first"
        raise ValueError

    def fail(*_: object) -> Any:
        raise ValueError

    monkeypatch.setattr("safeguards.pseudonyms.tokens.token.spelled", fail)
    shown = []
    for attempt in (lambda: tokens(["a"]), lambda: keyed(Secret(key), broken())):
        with pytest.raises(ValueError) as caught:
            attempt()
        shown += [
            repr(entry.frame.f_locals)
            for entry in caught.traceback[1:]
            if "test_token" not in str(entry.path)
        ]
    assert len(shown) >= 3
    assert not [text for text in shown if repr(key)[2:-1] in text]
    bound = Token().bind(DOMAIN).apply
    assert not [cell for cell in _cells(bound) if isinstance(cell, bytes)]


def _cells(function: Any) -> list[Any]:
    """Return what a function's closure holds, functions within it opened too."""
    held = [cell.cell_contents for cell in function.__closure__ or ()]
    return held + [
        deep for one in held if callable(one) and hasattr(one, "__closure__") for deep in _cells(one)
    ]


def test_prefix_and_length_are_the_users(ring: Keyring) -> None:
    token = tokens(["a"], prefix="member", length=16)[0]
    assert token is not None
    assert token.startswith("tk1_member_")
    assert len(token) == len("tk1_member_") + 16
    assert tokens(["a"])[0].split("_")[2].startswith(token.split("_")[2])  # type: ignore[union-attr]


def test_collision_odds_are_the_birthday_bound() -> None:
    assert Token(length=16).collision_odds(1) == 0
    assert Token(length=16).collision_odds(10**9) == pytest.approx(1e18 / 2 / 2**80, rel=0.01)
    assert Token().collision_odds(10**9) < 1e-21


@pytest.mark.parametrize(
    "settings",
    [{"item": "nothing"}, {"item": 3}, {"prefix": "A"}, {"prefix": ""}, {"prefix": "x" * 25}, {"length": 15},
     {"length": 52}, {"length": "26"}, {"length": True}],
)  # fmt: skip
def test_settings_that_make_no_token_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Token(**settings)


def test_nested_columns_and_a_missing_domain_are_refused(ring: Keyring) -> None:
    with pytest.raises(InputError, match="flatten it"):
        tokens(pa.array([[1]]))
    with pytest.raises(InputError, match="name a domain"):
        Token().apply(pa.array(["a"]))


def block() -> list[str]:
    """Return a small block of the numbering plan: whoever steals a table tries all of it, in minutes."""
    return [f"010{number:08d}" for number in range(12_340_000, 12_360_000)]


def test_trying_all_phone_numbers_finds_nothing_without_the_key(ring: Keyring) -> None:
    stolen = set(tokens(["010-1234-5678", "010-1235-0001"], item="kr_phone"))
    guesses = block()
    guesses += [f"{guess[:3]}-{guess[3:7]}-{guess[7:]}" for guess in guesses]
    data = [guess.encode() for guess in guesses]
    digests = [hashlib.sha256(value).digest() for value in data]
    for key in (bytes(32), b"ads-2026", b"kr_phone", b"safeguards"):
        digests += keyed(Secret(key), data)
    tried = set(spelled(digests, "tk1_kr_phone_", 26).to_pylist())
    assert len(tried) == len(digests)
    assert not stolen & tried


def test_the_same_attack_on_unkeyed_hashes_finds_every_number() -> None:
    members = ["01012345678", "01012350001"]
    stolen = {hashlib.sha256(number.encode()).hexdigest() for number in members}
    found = [guess for guess in block() if hashlib.sha256(guess.encode()).hexdigest() in stolen]
    assert found == members


def test_the_attack_succeeds_for_whoever_holds_the_keyring(ring: Keyring) -> None:
    """One-way means this and no more: the key holder can test guesses, so the keyring is kept apart."""
    stolen = tokens(["010-1234-5678"], item="kr_phone")[0]
    guesses = block()
    assert guesses[tokens(guesses, item="kr_phone").index(stolen)] == "01012345678"


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.dictionary(pa.int32(), pa.int64())])
@pytest.mark.parametrize("made", [Token, Hash, ReversibleToken])
def test_numbers_have_lost_the_zero_of_a_telephone_number(made: type[Transform], kind: pa.DataType) -> None:
    with pytest.raises(InputError, match="kr_phone may begin with a zero, which numbers have lost"):
        made(item="kr_phone").output(kind)
    assert made(item="email").output(kind) == made().output(kind) == pa.string()
