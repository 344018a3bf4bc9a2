"""Steps that travel: the same results where they arrive, and no key on the way."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring, KeyringError, use
from safeguards.keys import registry, use_wrapped
from safeguards.pipeline import Parcel, Pipeline
from safeguards.pipeline.pseudonymise import Pseudonymise
from safeguards.pseudonyms import Domain, FormatPreserving, Keep, Token
from tests import forked

TABLE = pa.table(
    {"email": ["kim@example.com", None, "이@example.com"], "member": ["1000001", "1000002", None]}
)
COLUMNS = {"email": Token(item="email"), "member": FormatPreserving()}


@pytest.fixture
def pseudonyms(tmp_path: Path) -> Iterator[Keyring]:
    ring = Keyring.create(f"sqlite:///{tmp_path / 'p.db'}", f"local:{tmp_path / 'p.key'}")
    use(ring, "pseudonyms")
    yield ring
    use(None, "pseudonyms")
    use_wrapped({})
    registry._sent.clear()


def test_a_worker_gives_the_same_pseudonyms_without_the_key_store(
    pseudonyms: Keyring, tmp_path: Path
) -> None:
    pipeline = Pipeline(COLUMNS, domain="ads-2026")
    expected = pipeline.run(TABLE).to_pylist()
    (tmp_path / "parcel").write_bytes(pickle.dumps(Parcel.of(pipeline.steps, TABLE.schema)))
    (tmp_path / "rows").write_bytes(pickle.dumps(TABLE.to_batches()[0]))
    (tmp_path / "p.db").unlink()
    code = (
        "import pickle; parcel, rows = (pickle.load(open(name, 'rb')) for name in ('parcel', 'rows'));"
        "chain = parcel.open(); done = chain.apply(rows);"
        "print([chain.rows_in, chain.counts[0]['email', 'nulls'], done.to_pylist()])"
    )
    done = forked.run(code, cwd=tmp_path)
    assert done.stdout.strip() == str([3, 1, expected]), done.stderr


def test_the_parcel_holds_no_key(pseudonyms: Keyring) -> None:
    parcel = pickle.dumps(Parcel.of(Pipeline(COLUMNS, domain="ads-2026").steps, TABLE.schema))
    keys = [secret.reveal() for _, secret in pseudonyms._memory.current().keys.values()]
    keys.append(pseudonyms.pseudonym_key("ads-2026", "email/1", 0)[1].reveal())
    assert not [key for key in keys if key in parcel]


def test_only_keyrings_that_the_steps_name_travel(pseudonyms: Keyring, ring: Keyring) -> None:
    domain = Domain("ads-2026")
    keyed, plain = Pseudonymise(COLUMNS, domain), Pseudonymise({"email": Keep()}, domain, "drop")
    assert list(Parcel.of([keyed], TABLE.schema).keyrings) == ["pseudonyms"]
    assert Parcel.of([plain], TABLE.schema).keyrings == {}


def test_a_worker_whose_environment_gives_the_domain_another_keyring_is_refused(
    ring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = Parcel.of(Pipeline(COLUMNS, domain="ads-2026").steps, TABLE.schema)
    plain = Parcel.of(Pipeline({"email": Keep(), "member": Keep()}).steps, TABLE.schema)
    assert list(parcel.keyrings) == ["default"]
    parcel.open()
    monkeypatch.setenv("SAFEGUARDS_KEYRING_PSEUDONYMS", f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(KeyringError, match="names a keyring 'pseudonyms'"):
        parcel.open()
    assert plain.open().apply(TABLE.to_batches()[0]).to_pylist() == TABLE.to_pylist()


def test_a_worker_without_the_credentials_says_so_before_a_row_is_read(
    pseudonyms: Keyring, tmp_path: Path
) -> None:
    parcel = Parcel.of(Pipeline(COLUMNS, domain="ads-2026").steps, TABLE.schema)
    (tmp_path / "p.key").unlink()
    with pytest.raises(KeyringError, match="there is no key file at"):
        parcel.open()
