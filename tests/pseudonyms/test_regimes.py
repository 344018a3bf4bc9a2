"""Two regimes that never mix: `safeguard`, and `research`, from which nobody goes back to a person."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from safeguards import Keyring, use
from safeguards.errors import InputError, KeyringError
from safeguards.pseudonyms import Domain, FormatPreserving, Permit, Token
from safeguards.pseudonyms.domain import InHand
from safeguards.pseudonyms.reversal.grounds import RECALL_ROWS
from safeguards.tables import write_file
from tests.pseudonyms.recording import Log, by

SAFE = Domain("churn")
RESEARCH = Domain("churn", regime="research")
NEXT = replace(RESEARCH, epoch=1)
PHONE = FormatPreserving(item="kr_phone")
EMAIL = Token(item="email")
NUMBERS = pa.array(["010-1234-5678", None, "010-8765-4321"])
EMAILS = pa.array(["a@x.kr", "b@x.kr"])


@pytest.fixture
def apart(tmp_path: Path, ring: Keyring) -> Iterator[Keyring]:
    """The keyring of pseudonyms, beside the data's."""
    own = Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")
    use(own, name="pseudonyms")
    yield own
    use(None, name="pseudonyms")


@pytest.mark.parametrize("regime", ["", "Research", "both", None, 1])
def test_there_are_two_regimes(regime: Any) -> None:
    with pytest.raises(InputError, match="one of safeguard, research"):
        Domain("churn", regime=regime)


def test_one_name_in_both_regimes_shares_no_pseudonym(apart: Keyring) -> None:
    for transform, values in ((PHONE, NUMBERS.drop_null()), (EMAIL, EMAILS)):
        made = [transform.apply(values, domain).to_pylist() for domain in (SAFE, RESEARCH)]
        assert not set(made[0]) & set(made[1])


def test_research_takes_no_key_from_the_keyring_that_encrypts_the_data(ring: Keyring) -> None:
    with pytest.raises(KeyringError, match="kept apart from the data's"):
        EMAIL.apply(EMAILS, RESEARCH)
    use(ring, name="pseudonyms")  # the same one under another name
    try:
        with pytest.raises(KeyringError, match="kept apart from the data's"):
            EMAIL.apply(EMAILS, RESEARCH)
        with pytest.raises(KeyringError, match="kept apart from the data's"):
            by(ring, ground="recall").match(
                EMAILS, EMAILS, EMAIL, RESEARCH, key_id=ring.pseudonym_key("", "", 0)[0]
            )
    finally:
        use(None, name="pseudonyms")


def test_a_host_without_the_datas_keyring_keeps_research_apart(apart: Keyring) -> None:
    made = EMAIL.apply(EMAILS, RESEARCH)
    use(None)
    assert EMAIL.apply(EMAILS, RESEARCH) == made


def test_a_keyring_that_cannot_be_opened_is_not_known_to_be_another(
    apart: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(None)
    monkeypatch.setenv("SAFEGUARDS_KEYRING", "sqlite:///none.db local:none.key")
    with pytest.raises(KeyringError, match="kept apart"):
        EMAIL.apply(EMAILS, RESEARCH)


@pytest.mark.parametrize("ground", [None, "recall"])
def test_a_transform_alone_never_leads_back_from_research(apart: Keyring, ground: Any) -> None:
    permit = Permit(apart, "dpo-1", "p", "r", Log(), ground)
    with pytest.raises(InputError, match="PIPA 28-5"):
        PHONE.reverse(RESEARCH, permit)


def showing(going: Any, made: pa.Array, tokens: pa.Array, folder: Path) -> dict[str, Any]:
    write_file(folder / "in.csv", pa.schema({"p": pa.string()}), [pa.record_batch({"p": made})])
    reader = pa.table({"p": made}).to_reader()
    return {
        "reverse": lambda: going.reverse(made, PHONE, RESEARCH),
        "reader": lambda: going.reverse(reader, {"p": PHONE}, RESEARCH),
        "file": lambda: going.reverse_file(folder / "in.csv", folder / "out.csv", {"p": PHONE}, RESEARCH),
        "preview": lambda: going.preview(made, PHONE, RESEARCH),
        "candidates": lambda: going.preview(tokens, EMAIL, RESEARCH, candidates=EMAILS),
        "match": lambda: going.match(tokens, EMAILS, EMAIL, RESEARCH),
        "relink": lambda: going.relink(made, PHONE, RESEARCH, Domain("other", regime="research")),
        "mapping": lambda: going.mapping(EMAILS, EMAIL, RESEARCH, Domain("other", regime="research")),
    }


WAYS = ("reverse", "reader", "file", "preview", "candidates", "match", "relink", "mapping")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_leads_back_from_research_and_no_key_is_taken(
    apart: Keyring, tmp_path: Path, way: str
) -> None:
    log = Log()
    made, tokens = PHONE.apply(NUMBERS, RESEARCH), EMAIL.apply(EMAILS, RESEARCH)
    with pytest.raises(InputError, match="PIPA 28-5") as caught:
        showing(by(apart, log), made, tokens, tmp_path)[way]()
    assert caught.value.exit_code == 64
    assert not log.events
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("way", WAYS)
def test_recall_opens_a_few_rows_in_memory_and_no_file(apart: Keyring, tmp_path: Path, way: str) -> None:
    log = Log()
    made, tokens = PHONE.apply(NUMBERS, RESEARCH), EMAIL.apply(EMAILS, RESEARCH)
    act = showing(by(apart, log, ground="recall"), made, tokens, tmp_path)[way]
    if way in {"file", "reader"}:
        with pytest.raises(InputError, match="PIPA 28-5"):
            act()
        return
    act()
    assert log.steps == ["intent", "done"]
    assert {event.details["ground"] for event in log.events} == {"recall"}
    assert {event.details["domain"]["regime"] for event in log.events} == {"research"}


def test_recall_is_of_a_person_and_not_of_a_data_set(apart: Keyring) -> None:
    going = by(apart, ground="recall")
    made = PHONE.apply(pa.array(["010-1234-5678"] * (RECALL_ROWS + 1)), RESEARCH)
    assert going.reverse(made.slice(1), PHONE, RESEARCH)[0].as_py() == "010-1234-5678"
    people = pa.array([f"m{n}@x.kr" for n in range(RECALL_ROWS + 1)])
    for attempt in (
        lambda: going.reverse(made, PHONE, RESEARCH),
        lambda: going.match(EMAILS, people, EMAIL, RESEARCH),
        lambda: going.preview(EMAILS, EMAIL, RESEARCH, candidates=people),
    ):
        with pytest.raises(InputError, match=f"at most {RECALL_ROWS} rows"):
            attempt()


def test_research_rotates_its_epochs_without_showing_anybody(apart: Keyring, tmp_path: Path) -> None:
    """Rotation is a measure of safety: it names nobody, and needs no ground."""
    made = PHONE.apply(NUMBERS, RESEARCH)
    assert by(apart).relink(made, PHONE, RESEARCH, NEXT) == PHONE.apply(NUMBERS, NEXT)
    write_file(tmp_path / "in.csv", pa.schema({"p": pa.string()}), [pa.record_batch({"p": made})])
    assert by(apart).map_epochs(tmp_path / "in.csv", tmp_path / "m.csv", "p", PHONE, RESEARCH, 1) == 2


@pytest.mark.parametrize("ground", [None, "recall"])
@pytest.mark.parametrize(("domain", "to"), [(SAFE, RESEARCH), (RESEARCH, SAFE), (SAFE, NEXT)])
def test_nothing_links_the_two_regimes(
    apart: Keyring, tmp_path: Path, domain: Domain, to: Domain, ground: Any
) -> None:
    log = Log()
    going = by(apart, log, ground=ground)
    made = PHONE.apply(NUMBERS, domain)
    for attempt in (
        lambda: going.relink(made, PHONE, domain, to),
        lambda: going.mapping(EMAILS, EMAIL, domain, to),
        lambda: going.relink_file("in.csv", "out.csv", {"p": PHONE}, domain, to),
    ):
        with pytest.raises(InputError, match="they never mix"):
            attempt()
    assert not log.events


def test_a_domain_with_its_keyring_in_hand_stays_in_its_process(apart: Keyring) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(InHand(SAFE, apart))
    assert apart.id not in repr(InHand(SAFE, apart))
