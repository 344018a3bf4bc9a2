"""Domains: who shares pseudonyms, who cannot, and whose keys make them."""

from __future__ import annotations

import pickle
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring, use
from safeguards.errors import InputError, KeyringError
from safeguards.pseudonyms import Domain, Token


@pytest.fixture
def apart(tmp_path: Path) -> Keyring:
    """A second keyring, not yet in use."""
    return Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")


def one(domain: Domain, item: str | None = None) -> str:
    token: str = Token(item=item).apply(pa.array(["kim@example.com"]), domain)[0].as_py()
    return token


def test_domains_epochs_and_items_share_no_pseudonym(ring: Keyring) -> None:
    made = [
        one(Domain("ads")), one(Domain("ads", epoch=1)), one(Domain("research")), one(Domain("ads"), "email"),
    ]  # fmt: skip
    assert len({token.rsplit("_", 1)[1] for token in made}) == len(made)


def test_the_pseudonyms_keyring_is_taken_where_there_is_one(ring: Keyring, apart: Keyring) -> None:
    before = one(Domain("ads"))
    use(apart, name="pseudonyms")
    try:
        assert Domain("ads").keyring_name == "pseudonyms"
        assert Domain("ads").kept_apart
        assert one(Domain("ads")) != before
        assert one(Domain("ads", keyring="default")) == before
        assert not Domain("ads", keyring="default").kept_apart
    finally:
        use(None, name="pseudonyms")
    assert not Domain("ads").kept_apart


def test_a_missing_keyring_is_told_with_the_one_for_pseudonyms_alone() -> None:
    hint = r"safeguards.use\(ring, 'pseudonyms'\) or set SAFEGUARDS_KEYRING_PSEUDONYMS, which keeps"
    with pytest.raises(
        KeyringError, match=rf"^no keyring 'default': .*; or, for pseudonyms alone, call {hint}"
    ):
        one(Domain("ads"))
    with pytest.raises(KeyringError, match="^no keyring 'default': ") as caught:
        one(Domain("ads", keyring="default"))
    assert "PSEUDONYMS" not in str(caught.value)
    with pytest.raises(KeyringError, match="^no keyring 'other': "):
        one(Domain("ads", keyring="other"))


def test_the_default_keyring_under_another_name_is_not_kept_apart(ring: Keyring) -> None:
    use(ring, name="pseudonyms")
    try:
        assert not Domain("ads").kept_apart
    finally:
        use(None, name="pseudonyms")


def test_a_host_that_holds_only_the_pseudonyms_keyring_keeps_it_apart(apart: Keyring) -> None:
    use(apart, name="pseudonyms")
    try:
        assert Domain("ads").kept_apart
    finally:
        use(None, name="pseudonyms")


def test_rotating_data_keys_changes_no_pseudonym(ring: Keyring) -> None:
    before = one(Domain("ads"))
    ring.rotate()
    assert one(Domain("ads")) == before


def test_a_domain_travels_as_data_and_its_name_in_any_spelling_of_unicode(ring: Keyring) -> None:
    domain = Domain("광고 2026")
    assert pickle.loads(pickle.dumps(domain)) == domain
    assert one(Domain(unicodedata.normalize("NFD", "광고 2026"))) == one(domain)


def test_without_a_keyring_the_error_says_what_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAFEGUARDS_KEYRING", raising=False)
    with pytest.raises(KeyringError, match=r"safeguards\.use"):
        one(Domain("ads"))


@pytest.mark.parametrize(
    "settings",
    [{"name": ""}, {"name": " "}, {"name": "a\nb"}, {"name": 5}, {"name": "x" * 201},
     {"name": "a", "epoch": -1}, {"name": "a", "epoch": True}, {"name": "a", "keyring": 1},
     {"name": "a", "keyring": ""}, {"name": "a", "keyring": " "}],
)  # fmt: skip
def test_a_domain_that_says_nothing_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Domain(**settings)  # type: ignore[arg-type]
