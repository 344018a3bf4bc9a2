"""Every way in which KMS fails: one line that names the key and its region, and holds no secret."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import logging
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from safeguards_aws_kms import AwsKmsProvider, from_uri
from safeguards_aws_kms.client import ATTEMPTS

from safeguards.errors import KeyringError
from tests.contract.provider import CONTEXT, KEY

NONSENSE = "an answer that is not KMS's"
EXPIRED = "refused expired credentials; renew them"
NO_CREDENTIALS = "boto3 found no usable credentials"


def _refusal(provider: AwsKmsProvider, wrapped: bytes | None = None) -> str:
    """The one line that a refused call gives; its whole chain is searched for key, text and credentials."""
    with pytest.raises(KeyringError) as refusal:
        provider.wrap(KEY, CONTEXT) if wrapped is None else provider.unwrap(wrapped, CONTEXT)
    told = "".join(traceback.format_exception(refusal.value))
    assert refusal.value.__context__ is None
    assert "not-a-real" not in told
    for hidden in (KEY, wrapped or KEY):
        assert hidden.hex() not in told
        assert base64.b64encode(hidden).decode() not in told
        assert repr(hidden)[2:-1] not in told
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        ("AccessDeniedException", "hidden words", "denied access; grant kms:Encrypt and kms:Decrypt"),
        ("DisabledException", "hidden words", "holds this key disabled; enable it"),
        (
            "KMSInvalidStateException",
            "hidden words is pending deletion.",
            "cancel-key-deletion and then enable",
        ),
        (
            "KMSInvalidStateException",
            "hidden words is pending import.",
            "holds this key without its material",
        ),
        (
            "KMSInvalidStateException",
            "hidden words",
            "cannot use this key in its state; aws kms describe-key",
        ),
        ("NotFoundException", "hidden words", "has no such key; check its name, account and region"),
        ("InvalidArnException", "hidden words", "has no such key; check the ARN"),
        (
            "IncorrectKeyException",
            "hidden words",
            "says that another key wrapped this; if the alias was moved",
        ),
        ("InvalidCiphertextException", "", "damaged, or was wrapped by another key or for another purpose"),
        ("InvalidKeyUsageException", "hidden words", "holds a key of another kind; use a symmetric one"),
        ("ExpiredTokenException", "hidden words", EXPIRED),
        ("UnrecognizedClientException", "hidden words", "does not accept the credentials"),
        ("IncompleteSignature", "hidden words", "does not accept the credentials"),
        ("InvalidSignatureException", "hidden words", "check the secret key, and this host's clock"),
        (
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'hidden words'.",
            "is of another region than the URI names",
        ),
        ("OptInRequired", "hidden words", "is not enabled for this account"),
        ("RequestExpired", "hidden words", "set this host's clock"),
        ("ValidationException", "hidden words", "refused the request"),
        ("SomethingNew", "hidden words", NONSENSE),
    ],
)
def test_every_code_has_its_meaning(
    kms: Any, key: Any, uri: str, server_module: Any, code: str, text: str, meaning: str
) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    for held in (None, wrapped):
        asked = len(kms.seen)
        kms.faults = [server_module.fault(code, text)]
        told = _refusal(provider, held)
        assert told.startswith(f"aws-kms: {kms.address} (key {key.arn}) ")
        assert meaning in told
        assert "hidden words" not in told
        assert len(kms.seen) == asked + 1  # what will not pass is not tried again


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, b"<html>hidden words</html>", "does not accept the credentials"),
        (403, b"<html>hidden words</html>", "denied access"),
        (404, b"<html>hidden words</html>", NONSENSE),
        (429, b"<html>hidden words</html>", "kept throttling requests"),
        (418, b"hidden words", NONSENSE),
        (307, b"", NONSENSE),
        (204, b"", NONSENSE),
        (400, b"[]", NONSENSE),
        (400, b"null", NONSENSE),
        (400, b'{"__type":7}', NONSENSE),
    ],
)
def test_an_answer_of_something_between_has_its_meaning_by_its_status(
    kms: Any, uri: str, server_module: Any, pauses: list[float], status: int, body: bytes, meaning: str
) -> None:
    kms.faults = [server_module.Fault(status, body)] * ATTEMPTS
    told = _refusal(from_uri(uri))
    assert meaning in told
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
        b"\xff\xfe",
        b'{"KeyId":7,"Plaintext":7,"CiphertextBlob":7}',
        b'{"KeyId":"ARN","EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}',
        b'{"KeyId":"ARN","Plaintext":"","CiphertextBlob":""}',
        b'{"KeyId":"ARN","Plaintext":"*","CiphertextBlob":"*"}',
        b'{"KeyId":"ARN","Plaintext":"AAAA","CiphertextBlob":null}',
        b'{"KeyId":"ARN","EncryptionAlgorithm":"RSAES_OAEP_SHA_1","Plaintext":"LONG","CiphertextBlob":"LONG"}',
        b'{"KeyId":"arn:aws:kms:us-east-1:1:key/x","Plaintext":"LONG","CiphertextBlob":"LONG"}',
        b'{"Plaintext":"LONG","CiphertextBlob":"LONG"}',
        b'{"KeyId":"ARN","Plaintext":"HUGE","CiphertextBlob":"HUGE"}',
        b'{"KeyId":"ARN","Plaintext":"SHORT","CiphertextBlob":"ECHO"}',
    ],
)
def test_a_nonsense_answer_is_one_clear_error(
    kms: Any, key: Any, uri: str, server_module: Any, body: bytes
) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    for name, data in (
        ("LONG", bytes(64)),
        ("HUGE", bytes(9000)),
        ("SHORT", bytes(47)),
        ("ECHO", b"x" + KEY),
    ):
        body = body.replace(name.encode(), base64.b64encode(data))
    body = body.replace(b"ARN", key.arn.encode())
    for held in (None, wrapped):
        kms.faults = [server_module.Fault(200, body)]
        assert NONSENSE in _refusal(provider, held)


def test_a_plaintext_for_another_context_is_not_a_key(
    kms: Any, key: Any, uri: str, server_module: Any
) -> None:
    answer = {"KeyId": key.arn, "Plaintext": base64.b64encode(bytes(64)).decode()}
    kms.faults = [server_module.Fault(200, json.dumps(answer).encode())]
    assert "did not unwrap the key: it is damaged" in _refusal(from_uri(uri), b"x" * 150)


@pytest.mark.parametrize("code", ["ThrottlingException", "LimitExceededException", "RequestLimitExceeded"])
def test_throttling_is_waited_out(
    kms: Any, uri: str, server_module: Any, pauses: list[float], code: str
) -> None:
    kms.faults = [server_module.fault(code)] * (ATTEMPTS - 1)
    assert from_uri(uri).wrap(KEY, CONTEXT)
    assert len(pauses) == ATTEMPTS - 1
    assert sum(pauses) <= 1 + 2 + 4


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("ThrottlingException", 400, "kept throttling requests"),
        ("KMSInternalException", 500, "failed; try again later"),
        ("KeyUnavailableException", 500, "failed; try again later"),
        ("DependencyTimeoutException", 503, "failed; try again later"),
        ("", 502, "failed; try again later"),
    ],
)
def test_what_may_pass_is_tried_a_few_times_and_then_given_up(
    kms: Any,
    uri: str,
    server_module: Any,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    status: int,
    meaning: str,
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "50")
    fault = server_module.fault(code, "hidden words", status) if code else server_module.Fault(status, b"<p>")
    kms.faults = [fault] * 100
    assert meaning in _refusal(from_uri(uri))
    assert len(kms.seen) == ATTEMPTS
    assert sum(pauses) <= 1 + 2 + 4 + 3 * 5


@pytest.mark.parametrize("held", [False, True])
def test_a_server_that_does_not_answer_is_left_after_the_timeouts(
    kms: Any, uri: str, server_module: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT) if held else None
    monkeypatch.setattr("safeguards_aws_kms.client.READ_SECONDS", 0.2)
    kms.seen.clear()
    kms.faults = [server_module.Fault(hang=True)] * 100
    assert "did not answer in time" in _refusal(from_uri(uri), wrapped)
    assert len(kms.seen) == ATTEMPTS


def test_an_answer_cut_short_is_not_taken_for_an_answer(
    kms: Any, uri: str, server_module: Any, pauses: list[float]
) -> None:
    whole = from_uri(uri).wrap(KEY, CONTEXT)
    for body in (b"", b"{", b'{"KeyId":"' + b"x" * 50, json.dumps({"CiphertextBlob": "AAAA"}).encode()):
        for held in (None, whole):
            kms.faults = [server_module.Fault(200, body, cut=True)] * ATTEMPTS
            told = _refusal(from_uri(uri), held)
            assert NONSENSE in told or "cannot be reached" in told
        kms.faults = []


def test_a_dropped_connection_and_a_closed_port_are_unreachable(
    kms: Any, key: Any, uri: str, server_module: Any, pauses: list[float]
) -> None:
    kms.faults = [server_module.Fault()] * ATTEMPTS
    assert "cannot be reached" in _refusal(from_uri(uri))
    assert len(kms.seen) == ATTEMPTS
    kms.faults = [server_module.Fault()] * (ATTEMPTS - 1)
    assert from_uri(uri).wrap(KEY, CONTEXT)
    assert "cannot be reached" in _refusal(from_uri(f"aws-kms:{key.arn}?endpoint=http://127.0.0.1:1"))


def test_a_host_that_does_not_exist_is_named(pauses: list[float]) -> None:
    told = _refusal(from_uri("aws-kms:alias/members?region=ap-northeast-2&endpoint=https://kms.invalid"))
    assert (
        "https://kms.invalid (key alias/members) cannot be reached; check the URI's region and endpoint"
        in told
    )


def test_a_redirect_is_not_followed_because_it_would_carry_the_key_along(
    kms: Any, uri: str, server_module: Any
) -> None:
    kms.faults = [server_module.Fault(307, b"", {"Location": kms.address + "/"})]
    assert NONSENSE in _refusal(from_uri(uri))
    assert len(kms.seen) == 1


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("Disabled", "holds this key disabled"),
        ("PendingDeletion", "is about to delete this key; at once, aws kms cancel-key-deletion"),
        ("PendingImport", "without its material"),
        ("Unavailable", "cannot use this key in its state"),
    ],
)
def test_a_key_that_an_operator_took_out_of_use_opens_again_when_it_is_back(
    key: Any, uri: str, state: str, meaning: str
) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    key.state = state
    assert meaning in _refusal(provider)
    assert meaning in _refusal(provider, wrapped)
    key.state = "Enabled"
    assert provider.unwrap(wrapped, CONTEXT) == KEY


def test_a_vanished_key_and_an_absent_alias_say_what_to_check(kms: Any, key: Any, uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    kms.keys.clear()
    assert "has no such key; check its name, account and region" in _refusal(from_uri(uri), wrapped)
    nobody = f"aws-kms:alias/nobody?region=ap-northeast-2&endpoint={kms.address}"
    assert "(key alias/nobody) has no such key" in _refusal(from_uri(nobody))


def test_an_absent_alias_and_an_absent_key_of_moto_say_so_too(moto_uri: str, moto_address: str) -> None:
    nobody = f"aws-kms:alias/nobody?region=ap-northeast-2&endpoint={moto_address}"
    assert "has no such key" in _refusal(from_uri(nobody))
    absent = moto_uri[: moto_uri.index("?") - 4] + "0000" + moto_uri[moto_uri.index("?") :]
    assert "has no such key" in _refusal(from_uri(absent))


def test_a_key_of_another_kind_is_refused(key: Any, uri: str) -> None:
    key.spec = "RSA_4096"
    assert "use a symmetric one" in _refusal(from_uri(uri))


@pytest.mark.parametrize("operation", ["Encrypt", "Decrypt"])
def test_a_policy_that_denies_is_named(kms: Any, uri: str, operation: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT) if operation == "Decrypt" else None
    kms.denied = {operation}
    assert "denied access; grant kms:Encrypt and kms:Decrypt" in _refusal(from_uri(uri), wrapped)


def test_a_region_other_than_the_endpoints_is_named(kms: Any, uri: str) -> None:
    elsewhere = uri.replace("ap-northeast-2", "us-east-1")
    assert "is of another region than the URI names; correct its region" in _refusal(from_uri(elsewhere))


def test_a_lack_of_credentials_is_told_before_anything_is_sent_and_ends_when_they_come(
    kms: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = from_uri(uri)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert NO_CREDENTIALS in _refusal(provider)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", kms.access_key)
    secret = "not-a-real-secret"
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert NO_CREDENTIALS in _refusal(provider)
    assert not kms.seen
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    assert provider.wrap(KEY, CONTEXT)


@pytest.mark.parametrize(
    ("config", "meaning"),
    [
        (None, "AWS_PROFILE names no profile"),
        ("[profile app\nregion =", "~/.aws/config or credentials cannot be read"),
        (
            "[profile app]\nrole_arn = arn:aws:iam::111122223333:role/app\n",
            "boto3 found no usable credentials",
        ),
        ("[profile app]\ncredential_process = false\n", NO_CREDENTIALS),
        (
            "[profile app]\nsource_profile = app\nrole_arn = arn:aws:iam::1:role/a\n",
            "~/.aws/config is at fault",
        ),
        (
            "[profile app]\nsso_start_url = https://not-a-real.example\nsso_region = us-east-1\n"
            "sso_account_id = 111122223333\nsso_role_name = app\n",
            EXPIRED,
        ),
    ],
)
def test_a_profile_at_fault_is_told_and_not_repeated(
    kms: Any, uri: str, monkeypatch: pytest.MonkeyPatch, config: str | None, meaning: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "app")
    if config is not None:
        (Path.home() / ".aws").mkdir()
        (Path.home() / ".aws/config").write_text(config)
    assert meaning in _refusal(from_uri(uri))
    assert not kms.seen


def test_a_role_that_cannot_be_assumed_is_not_taken_for_a_denial_by_kms(
    kms: Any, uri: str, server_module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    (Path.home() / ".aws").mkdir()
    (Path.home() / ".aws/config").write_text(
        "[profile base]\naws_access_key_id = not-a-real-id\naws_secret_access_key = not-a-real-secret\n"
        "[profile app]\nrole_arn = arn:aws:iam::111122223333:role/app\nsource_profile = base\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "app")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", kms.address)
    kms.faults = [
        server_module.Fault(403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
    ]
    assert NO_CREDENTIALS in _refusal(from_uri(uri))
    assert [operation for operation, _, _ in kms.seen] == [""]


def test_an_endpoint_or_proxy_of_the_environment_does_not_read_what_stays_on_this_host(
    kms: Any, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert from_uri(uri).wrap(KEY, CONTEXT)


def test_an_endpoint_of_the_environment_is_not_used(
    kms: Any, alias_uri: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", kms.address)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # so that nothing leaves this host
    told = _refusal(from_uri("aws-kms:alias/members?region=ap-northeast-2"))
    assert told.startswith("aws-kms: ap-northeast-2 (key alias/members) cannot be reached through the proxy")
    assert not kms.seen


def test_nothing_is_logged_at_any_level_and_the_applications_own_use_of_boto3_still_is(
    kms: Any, uri: str, server_module: Any, moto: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("boto", "urllib3")):
                caplog.set_level(logging.DEBUG, name)
        provider = from_uri(uri)
        wrapped = provider.wrap(KEY, CONTEXT)
        provider.unwrap(wrapped, CONTEXT)
        kms.faults = [server_module.fault("AccessDeniedException", "hidden words")]
        _refusal(provider, wrapped)
        assert not [record for record in caplog.records if not record.name.startswith("werkzeug")]
        moto.list_keys()
    assert [record for record in caplog.records if record.name == "botocore.endpoint"]


def test_a_certificate_is_verified_and_an_authority_of_your_own_can_be_named(
    kms: Any,
    uri: str,
    server_module: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    certificate = _certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    state = server_module.Kms(kms.access_key, keys=kms.keys)
    with server_module.serve(state, tls):
        secure = uri.replace(kms.address, state.address)
        assert "a certificate that is not trusted" in _refusal(from_uri(secure))
        assert not state.seen
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        provider = from_uri(secure)
        assert provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "absent.pem"))
        assert "AWS_CA_BUNDLE" in _refusal(from_uri(secure))


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kms")])
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
