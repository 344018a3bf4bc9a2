"""The URI parser: what it reads, and what it refuses in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safeguards_vault.uri import parse

from safeguards.errors import InputError

WHOLE = "vault:team/transit/members?address=https%3A%2F%2Fvault.example%3A8200/&namespace=kr/hr&timeout=2.5"


def test_reads_every_part_of_a_uri() -> None:
    place = parse(WHOLE)
    assert (place.mount, place.key, place.namespace, place.timeout) == (
        "team/transit",
        "members",
        "kr/hr",
        2.5,
    )
    assert place.address == "https://vault.example:8200"
    assert place.text == WHOLE


def test_what_is_left_out_has_a_default() -> None:
    place = parse("vault:transit/members")
    assert (place.address, place.namespace, place.timeout) == (None, None, 10.0)


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("local:master.key", "malformed"),
        ("vault:transit/회원", "malformed"),
        ("vault:transit/members?address=%zz", "malformed"),
        ("vault:", "starts vault:MOUNT/KEY"),
        ("vault:members", "starts vault:MOUNT/KEY"),
        ("vault:/transit/members", "starts vault:MOUNT/KEY"),
        ("vault:transit/../sys/seal", "starts vault:MOUNT/KEY"),
        ("vault:transit/members/", "starts vault:MOUNT/KEY"),
        ("vault:transit/m%2Fn", "starts vault:MOUNT/KEY"),
        ("vault:transit/members?colour=red", "unknown or repeated"),
        ("vault:transit/members?timeout=1&timeout=2", "unknown or repeated"),
        ("vault:transit/members?namespace=a//b", "namespace is written"),
        ("vault:transit/members?namespace=a%0d%0aX-Evil:1", "namespace is written"),
        ("vault:transit/members?timeout=0", "timeout is seconds"),
        ("vault:transit/members?timeout=nan", "timeout is seconds"),
        ("vault:transit/members?timeout=121", "timeout is seconds"),
        ("vault:transit/members?address=", "address is no URL"),
        ("vault:transit/members?address=vault.example:8200", "address is no URL"),
        ("vault:transit/members?address=https://vault.example:port", "address is no URL"),
        ("vault:transit/members?address=https://[::1", "address is no URL"),
        ("vault:transit/members?address=https://vault.example%23x", "address is no URL"),
        ("vault:transit/members?address=http://vault.example:8200", "must be https"),
        ("vault:transit/members?address=http://127.0.0.1.example", "must be https"),
    ],
)
def test_refuses_what_is_malformed_or_in_the_clear(uri: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse(uri)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_for_an_agent_on_this_host_only(host: str) -> None:
    assert parse(f"vault:transit/members?address=http://{host}:8100").address == f"http://{host}:8100"


@pytest.mark.parametrize(
    "options", ["token=hvs.secret", "VAULT_TOKEN=hvs.secret", "address=https://u:hvs.secret@vault.example"]
)
def test_a_secret_inside_the_uri_is_refused_and_not_repeated(options: str) -> None:
    with pytest.raises(InputError, match="VAULT_TOKEN") as refusal:
        parse(f"vault:transit/members?{options}")
    assert "hvs.secret" not in str(refusal.value)


@given(st.text())
def test_any_text_gives_a_place_or_one_clear_error(text: str) -> None:
    for candidate in (text, "vault:" + text, "vault:transit/k?address=" + text, WHOLE + text):
        try:
            outcome = parse(candidate).text
        except InputError as error:
            outcome = str(error)
        assert outcome == candidate or (outcome.startswith("vault: ") and "\n" not in outcome)
