"""A pipeline works under one regime, which its manifest states and the next run reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring, use
from safeguards.errors import InputError, KeyringError
from safeguards.pipeline import Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Drop, Keep, Token

RESEARCH = Domain("churn", regime="research")
TABLE = pa.table({"email": ["a@x.kr", None], "n": [1, 2]})
COLUMNS = {"email": Token(item="email"), "n": Keep()}


@pytest.fixture
def apart(tmp_path: Path, ring: Keyring) -> Iterator[Keyring]:
    own = Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")
    use(own, name="pseudonyms")
    yield own
    use(None, name="pseudonyms")


@pytest.mark.parametrize("domain", ["churn", RESEARCH])
def test_the_manifest_states_the_regime(apart: Keyring, tmp_path: Path, domain: str | Domain) -> None:
    Pipeline(COLUMNS, domain=domain, purpose="통계").run(TABLE, manifest=tmp_path / "m.json")
    made = Manifest.read(tmp_path / "m.json")
    expected = "research" if domain is RESEARCH else "safeguard"
    assert made.regime == expected
    assert made.domain is not None
    assert made.domain["regime"] == expected
    assert made.domain["kept_apart"]


@pytest.mark.parametrize("purpose", [None, "", "  "])
def test_research_without_a_purpose_is_refused(purpose: str | None) -> None:
    with pytest.raises(InputError, match="needs purpose="):
        Pipeline(COLUMNS, domain=RESEARCH, purpose=purpose)


def test_steps_of_both_regimes_are_refused() -> None:
    steps = [Pseudonymise(COLUMNS, Domain("churn")), Pseudonymise(COLUMNS, RESEARCH)]
    with pytest.raises(InputError, match="one regime"):
        Pipeline(steps, purpose="통계")


@pytest.mark.parametrize(("first", "second"), [("churn", RESEARCH), (RESEARCH, "churn")])
def test_what_was_made_under_one_regime_is_no_source_for_the_other(
    apart: Keyring, first: str | Domain, second: str | Domain
) -> None:
    made = Pipeline(COLUMNS, domain=first, purpose="통계").run(TABLE)
    again = Pipeline({"email": Drop(), "n": Token()}, domain=second, purpose="통계")
    with pytest.raises(InputError, match="they never mix"):
        again.run(made)
    Pipeline({"email": Drop(), "n": Token()}, domain=first, purpose="통계").run(made)


def test_research_with_the_keyring_of_the_data_stops_before_the_first_row(
    ring: Keyring, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("email,n\na@x.kr,1\n")
    pipeline = Pipeline(COLUMNS, domain=RESEARCH, purpose="통계")
    with pytest.raises(KeyringError, match="kept apart from the data's"):
        pipeline.run_file(tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_the_regime_stands_in_a_pipeline_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'purpose = "통계"\ndomain = {name = "churn", regime = "research"}\n[columns]\nemail = "token"\n',
        "utf-8",
    )
    assert Pipeline.from_toml(tmp_path / "p.toml").regime == "research"
