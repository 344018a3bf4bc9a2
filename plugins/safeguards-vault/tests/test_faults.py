"""Every way in which Vault fails: one line that names the address and the key, and holds no secret."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from safeguards_vault import VaultProvider, from_uri
from safeguards_vault.client import PAUSES_SECONDS

from safeguards.errors import InputError, KeyringError
from tests.contract.provider import CONTEXT, KEY

NONSENSE = "an answer that is not Vault's"


def _refusal(provider: VaultProvider, wrapped: bytes | None = None) -> str:
    """The one line that a refused call gives; its whole chain is searched for key and token."""
    with pytest.raises(KeyringError) as refusal:
        provider.wrap(KEY, CONTEXT) if wrapped is None else provider.unwrap(wrapped, CONTEXT)
    told = "".join(traceback.format_exception(refusal.value))
    assert refusal.value.__context__ is None
    assert "not-a-real-token" not in told
    assert KEY.hex() not in told
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (400, "refused the request"),
        (401, "refused the token"),
        (403, "denied access"),
        (404, "has no such key"),
        (500, "failed; its server log says why"),
        (501, "is not initialised"),
        (502, "failed; its server log"),
        (503, "is sealed or down"),
        (418, "failed; its server log"),
        (307, NONSENSE),
        (204, NONSENSE),
    ],
)
def test_every_status_has_its_meaning(
    vault: Any, uri: str, server_module: Any, status: int, meaning: str
) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    for held in (None, wrapped):
        vault.faults = [server_module.Fault(status, b"" if status == 204 else b'{"errors":["hidden words"]}')]
        told = _refusal(from_uri(uri), held)
        assert meaning in told
        assert f"{vault.address} (key transit/members)" in told
        assert "hidden words" not in told


@pytest.mark.parametrize(
    "body",
    [
        b"<html>proxy</html>",
        b"",
        b"null",
        b"[1]",
        b'"x"',
        b"{}",
        b'{"data":null}',
        b'{"data":[]}',
        b'{"data":{"plaintext":7,"ciphertext":7}}',
        b'{"data":{"plaintext":"*","ciphertext":"vault:v1:*"}}',
        b'{"data":{"plaintext":"AB==","ciphertext":"vault:v1:AB=="}}',
        b'{"data":{"plaintext":"","ciphertext":""}}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_nonsense_answer_is_one_clear_error(
    vault: Any, uri: str, server_module: Any, body: bytes, status: int
) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    vault.faults = [server_module.Fault(status, body)]
    told = _refusal(provider, wrapped)
    assert (NONSENSE if status == 200 else "") in told
    vault.faults = [server_module.Fault(200, _settings(vault)), server_module.Fault(status, body)]
    told = _refusal(provider)
    assert (NONSENSE if status == 200 else "") in told


def _settings(vault: Any) -> bytes:
    return json.dumps({"data": vault.keys["members"].settings()}).encode()


def test_throttling_is_waited_out(vault: Any, uri: str, server_module: Any, pauses: list[float]) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    vault.faults = [server_module.Fault(429)] * len(PAUSES_SECONDS)
    assert from_uri(uri).unwrap(wrapped, CONTEXT) == KEY
    assert pauses == list(PAUSES_SECONDS)


def test_throttling_without_end_is_given_up(
    vault: Any, uri: str, server_module: Any, pauses: list[float]
) -> None:
    vault.faults = [server_module.Fault(429)] * 100
    assert "kept throttling" in _refusal(from_uri(uri))
    assert len(vault.seen) == len(PAUSES_SECONDS) + 1


def test_a_server_that_does_not_answer_is_left_after_the_timeout(
    vault: Any, uri: str, server_module: Any
) -> None:
    vault.faults = [server_module.Fault(hang=True)]
    assert "did not answer in time" in _refusal(from_uri(uri.replace("timeout=5", "timeout=0.2")))


def test_a_dropped_connection_and_a_closed_port_are_unreachable(
    vault: Any, uri: str, server_module: Any
) -> None:
    vault.faults = [server_module.Fault()]
    assert "cannot be reached" in _refusal(from_uri(uri))
    assert "cannot be reached" in _refusal(from_uri("vault:transit/members?address=http://127.0.0.1:1"))


def test_a_redirect_is_not_followed_because_it_would_carry_the_token_along(
    vault: Any, uri: str, server_module: Any
) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    vault.seen.clear()
    target = {"Location": f"{vault.address}/v1/transit/decrypt/members"}
    vault.faults = [server_module.Fault(307, headers=target)]
    assert NONSENSE in _refusal(from_uri(uri), wrapped)
    assert len(vault.seen) == 1


def test_a_proxy_of_the_environment_does_not_read_what_stays_on_this_host(
    vault: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert from_uri(uri).wrap(KEY, CONTEXT)


def test_a_sealed_server_says_to_unseal_it(vault: Any, uri: str) -> None:
    vault.sealed = True
    assert "is sealed; unseal it" in _refusal(from_uri(uri))


@pytest.mark.parametrize("action", ["keys", "encrypt"])
def test_a_policy_that_denies_is_named(vault: Any, uri: str, action: str) -> None:
    vault.denied = {action}
    assert "denied access; renew the token, or grant its policy" in _refusal(from_uri(uri))


def test_an_absent_key_is_not_made_by_encrypting_under_its_name(vault: Any, uri: str) -> None:
    assert "key transit/nobody) has no such key" in _refusal(from_uri(uri.replace("members", "nobody")))
    assert "nobody" not in vault.keys


def test_an_absent_mount_and_a_vanished_key_are_told_apart(vault: Any, uri: str) -> None:
    assert "has no transit engine at this mount" in _refusal(
        from_uri(uri.replace("vault:transit", "vault:kv"))
    )
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    del vault.keys["members"]
    assert "has no such key; if it was deleted, restore its backup" in _refusal(from_uri(uri), wrapped)


@pytest.mark.parametrize(
    ("setting", "value", "meaning"),
    [
        ("type", "rsa-4096", "must be aes256-gcm96 or chacha20-poly1305"),
        ("type", "aes128-gcm96", "must be aes256-gcm96 or chacha20-poly1305"),
        ("derived", True, "and not derived"),
        ("exportable", True, "could leave Vault"),
        ("allow_plaintext_backup", True, "could leave Vault"),
    ],
)
def test_a_key_that_is_weak_or_could_leave_vault_is_refused(
    vault: Any, uri: str, setting: str, value: object, meaning: str
) -> None:
    setattr(vault.keys["members"], setting, value)
    assert meaning in _refusal(from_uri(uri))


def test_a_bad_token_is_refused_and_a_renewed_one_used_at_once(
    vault: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = from_uri(uri)
    monkeypatch.setenv("VAULT_TOKEN", "stale-not-a-real-token")
    assert "renew the token" in _refusal(provider)
    monkeypatch.setenv("VAULT_TOKEN", vault.token)
    assert provider.wrap(KEY, CONTEXT)


@pytest.mark.parametrize("token", ["not-a-real-token\r\nX-Evil: 1", "not-a-real-token 회원"])
def test_a_malformed_token_is_not_repeated(
    vault: Any, uri: str, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", token)
    assert "the token is malformed" in _refusal(from_uri(uri))
    assert not vault.seen


def test_the_token_file_is_used_where_the_variable_is_unset(
    vault: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    assert "there is no token; set VAULT_TOKEN or run vault login" in _refusal(from_uri(uri))
    (Path.home() / ".vault-token").write_text(vault.token + "\n")
    assert from_uri(uri).wrap(KEY, CONTEXT)
    (Path.home() / ".vault-token").write_bytes(b"\xff\xfe")
    assert "~/.vault-token cannot be read" in _refusal(from_uri(uri))


def test_a_user_without_a_home_folder_is_told_of_the_variable(
    vault: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home(_: str) -> str:
        return "~"

    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setattr("os.path.expanduser", no_home)
    assert "set VAULT_TOKEN instead" in _refusal(from_uri(uri))


def test_the_address_comes_from_the_environment_where_the_uri_has_none(
    vault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = from_uri("vault:transit/members")
    assert "no address" in _refusal(provider)
    monkeypatch.setenv("VAULT_ADDR", "http://vault.example:8200")
    assert "VAULT_ADDR must be https" in _refusal(provider)
    monkeypatch.setenv("VAULT_ADDR", vault.address + "/")
    assert provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY


def test_a_token_in_the_uri_is_refused(uri: str) -> None:
    with pytest.raises(InputError, match="stored beside the keys"):
        from_uri(uri + "&token=x")


def test_a_certificate_is_verified_and_an_authority_of_your_own_can_be_named(
    vault: Any, server_module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    state = server_module.Transit(vault.token, keys=vault.keys)
    with server_module.serve(state, tls):
        provider = from_uri(f"vault:transit/members?address={state.address}&timeout=5")
        monkeypatch.setenv("VAULT_SKIP_VERIFY", "true")
        assert "a certificate that is not trusted" in _refusal(provider)
        assert not state.seen
        monkeypatch.setenv("VAULT_CACERT", str(certificate))
        assert provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY
        monkeypatch.setenv("VAULT_CACERT", str(tmp_path / "absent.pem"))
        assert "check that VAULT_CACERT" in _refusal(provider)


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vault")])
    now = datetime.datetime.now(datetime.UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
