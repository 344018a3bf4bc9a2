"""A server that speaks Encrypt and Decrypt of KMS's JSON API as documented, with real ciphers, over sockets.

It stands beside moto's server for what that does not enforce: states of a key, the framing of the encryption
context, the kind of a key, credentials and regions. Error codes and texts follow the API reference and what
AWS's own tools report. ``faults`` are answered first, one a request.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

REGION, ACCOUNT = "ap-northeast-2", "111122223333"
_HEAD = b"\x01\x02\x02\x00"
_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/kms/aws4_request")
_STATES = {
    "Disabled": ("DisabledException", "is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "is pending deletion."),
    "PendingImport": ("KMSInvalidStateException", "is pending import."),
    "Unavailable": ("KMSInvalidStateException", "is unavailable."),
}


class Refusal(Exception):
    """An answer of status 400: its code and text."""


@dataclass
class Fault:
    """One injected answer; ``hang`` waits for the server's end, ``cut`` ends midway, status 0 at once."""

    status: int = 0
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    cut: bool = False


def fault(code: str, text: str = "", status: int = 400) -> Fault:
    """Make the fault that KMS reports with ``code``."""
    return Fault(status, json.dumps({"__type": code, "message": text}).encode())


@dataclass
class Key:
    """A key, with the materials of its rotations."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "Enabled"
    spec: str = "SYMMETRIC_DEFAULT"
    materials: list[bytes] = field(default_factory=lambda: [os.urandom(32)])

    @property
    def arn(self) -> str:
        """The key's ARN in the one account and region of this server."""
        return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{self.id}"


@dataclass
class Kms:
    """The state of the server, which tests change as an operator would."""

    access_key: str
    keys: dict[str, Key] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    ignores_context: bool = False
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    address: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def add(self, key: Key) -> Key:
        """Create a key."""
        self.keys[key.id] = key
        return key

    def answer(self, operation: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request, or raise Refusal."""
        self._check(headers)
        key = self._key(body["KeyId"])
        if operation in self.denied:
            who = f"User: arn:aws:iam::{ACCOUNT}:user/app is not authorized to perform: kms:{operation}"
            raise Refusal("AccessDeniedException", who)
        if key.state in _STATES:
            code, words = _STATES[key.state]
            raise Refusal(code, f"{key.arn} {words}")
        if key.spec != "SYMMETRIC_DEFAULT" or body.get("EncryptionAlgorithm") != key.spec:
            raise Refusal("InvalidKeyUsageException", f"{key.arn} key usage is not valid.")
        context = b"" if self.ignores_context else _framed(body.get("EncryptionContext", {}))
        work = {"Encrypt": self._encrypt, "Decrypt": self._decrypt}[operation]
        return work(key, body, context) | {"KeyId": key.arn, "EncryptionAlgorithm": key.spec}

    def _check(self, headers: dict[str, str]) -> None:
        found = _SCOPE.search(headers.get("authorization", ""))
        if found is None or found[1] != self.access_key:
            raise Refusal(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        if headers.get("x-amz-security-token") in self.expired:
            raise Refusal("ExpiredTokenException", "The security token included in the request is expired")
        if found[2] != REGION:
            text = f"Credential should be scoped to a valid region, not '{found[2]}'. "
            raise Refusal("InvalidSignatureException", text)

    def _key(self, name: str) -> Key:
        short = name.removeprefix(f"arn:aws:kms:{REGION}:{ACCOUNT}:")
        if short.startswith("alias/") and short not in self.aliases:
            raise Refusal("NotFoundException", f"Alias arn:aws:kms:{REGION}:{ACCOUNT}:{short} is not found.")
        short = self.aliases.get(short, short).removeprefix("key/")
        if short not in self.keys:
            raise Refusal("NotFoundException", f"Key '{name}' does not exist")
        return self.keys[short]

    def _encrypt(self, key: Key, body: dict[str, Any], context: bytes) -> dict[str, Any]:
        plain, nonce = base64.b64decode(body["Plaintext"]), os.urandom(12)
        head = _HEAD + key.id.encode() + bytes([len(key.materials)])
        sealed = AESGCM(key.materials[-1]).encrypt(nonce, plain, head + context)
        return {"CiphertextBlob": base64.b64encode(head + nonce + sealed).decode()}

    def _decrypt(self, key: Key, body: dict[str, Any], context: bytes) -> dict[str, Any]:
        blob = base64.b64decode(body["CiphertextBlob"])
        head, nonce, sealed = blob[:41], blob[41:53], blob[53:]
        if len(sealed) < 16 or head[:4] != _HEAD or not 0 < head[40] <= len(key.materials):
            raise Refusal("InvalidCiphertextException", "")
        if head[4:40].decode("ascii", "replace") in self.keys.keys() - {key.id}:
            text = "The key ID in the request does not identify a CMK that can perform this operation."
            raise Refusal("IncorrectKeyException", text)
        try:
            plain = AESGCM(key.materials[head[40] - 1]).decrypt(nonce, sealed, head + context)
        except InvalidTag:
            raise Refusal("InvalidCiphertextException", "") from None
        return {"Plaintext": base64.b64encode(plain).decode()}


def _framed(context: dict[str, str]) -> bytes:
    texts = [text.encode() for pair in sorted(context.items()) for text in pair]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # KMS keeps connections open, and so what a fork copies
    disable_nagle_algorithm = True  # head and body are two writes on one connection
    state: Kms

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw) if raw.startswith(b"{") else {}  # STS asks in forms, and is given faults only
        headers = {name.lower(): value for name, value in self.headers.items()}
        headers["peer"] = str(self.client_address[1])
        operation = headers.get("x-amz-target", "").removeprefix("TrentService.")
        self.state.seen.append((operation, headers, body))
        if self.state.faults:
            self._fail(self.state.faults.pop(0))
            return
        try:
            self._send(Fault(200, json.dumps(self.state.answer(operation, headers, body)).encode()))
        except Refusal as refusal:
            self._send(fault(*refusal.args))

    def _fail(self, fault: Fault) -> None:
        if fault.hang:
            self.state.ended.wait(30)
        if fault.status and not fault.hang:
            self._send(fault)
        if fault.cut or fault.hang or not fault.status:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, fault: Fault) -> None:
        self.send_response(fault.status)
        for name, value in ({"Content-Type": "application/x-amz-json-1.1"} | fault.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(fault.body) * (2 if fault.cut else 1)))
        self.end_headers()
        self.wfile.write(fault.body)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clear."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests are about."""


@contextmanager
def serve(state: Kms, tls: ssl.SSLContext | None = None) -> Iterator[Kms]:
    """Run the server for a ``with`` block on a free port of the loopback; ``address`` is filled in."""
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state})) as server:
        server.block_on_close = False  # connections that botocore keeps open end with the test
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        state.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state
        finally:
            state.ended.set()
            server.shutdown()
            thread.join()
