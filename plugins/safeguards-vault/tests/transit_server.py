"""A server that speaks Transit's HTTP API as documented, with real ciphers, over real sockets.

It stands in for Vault, of which no binary is to be had here: paths, fields, status codes and error texts
follow the API documentation and Vault's source. ``faults`` are answered first, one a request.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

CIPHERS: dict[str, Any] = {"aes256-gcm96": AESGCM, "chacha20-poly1305": ChaCha20Poly1305}
_CIPHERTEXT = re.compile(r"vault:v(\d+):(.*)", re.DOTALL)


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, *errors: str) -> None:
        self.status, self.errors = status, list(errors)


@dataclass
class Fault:
    """One injected answer; ``hang`` waits for the server's end, and status 0 drops the connection."""

    status: int = 0
    body: bytes = b'{"errors":[]}'
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False


@dataclass
class Key:
    """A named key with its versions, numbered from one."""

    type: str = "aes256-gcm96"
    exportable: bool = False
    allow_plaintext_backup: bool = False
    derived: bool = False
    min_decryption_version: int = 1
    versions: list[bytes] = field(default_factory=lambda: [os.urandom(32)])

    def settings(self) -> dict[str, Any]:
        """What ``GET keys/:name`` tells."""
        shown = {name: value for name, value in vars(self).items() if name != "versions"}
        return shown | {"latest_version": len(self.versions), "supports_encryption": True}


@dataclass
class Transit:
    """The state of the server, which tests change as an operator would."""

    token: str
    mount: str = "transit"
    keys: dict[str, Key] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    namespace: str | None = None
    sealed: bool = False
    ignores_associated_data: bool = False
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request, or raise Refusal."""
        if self.sealed:
            raise Refusal(503, "Vault is sealed")
        if headers.get("x-vault-token") != self.token:
            raise Refusal(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
        inner = path.removeprefix(f"/v1/{self.mount}/")
        if inner == path or headers.get("x-vault-namespace") != self.namespace:
            raise Refusal(404, f'no handler for route "{path[4:]}". route entry not found.')
        action, _, name = inner.partition("/")
        if action in self.denied:
            raise Refusal(403, "1 error occurred:\n\t* permission denied\n\n")
        if (method, action) == ("GET", "keys"):
            if name not in self.keys:
                raise Refusal(404)
            return self.keys[name].settings()
        if (method, action) == ("POST", "keys") and name.endswith("/rotate"):
            self.keys[name.removesuffix("/rotate")].versions.append(os.urandom(32))
            return {}
        if (method, action) == ("POST", "encrypt"):
            # As in Vault: a token that may create makes the key by encrypting under its name.
            return self._encrypt(self.keys.setdefault(name, Key()), body)
        if (method, action) == ("POST", "decrypt"):
            if name not in self.keys:
                raise Refusal(400, "encryption key not found")
            return self._decrypt(self.keys[name], body)
        raise Refusal(405, "1 error occurred:\n\t* unsupported operation\n\n")

    def _associated(self, body: dict[str, Any]) -> bytes | None:
        given = body.get("associated_data")
        return base64.b64decode(given) if given and not self.ignores_associated_data else None

    def _encrypt(self, key: Key, body: dict[str, Any]) -> dict[str, Any]:
        cipher, nonce = CIPHERS[key.type](key.versions[-1]), os.urandom(12)
        sealed = nonce + cipher.encrypt(nonce, base64.b64decode(body["plaintext"]), self._associated(body))
        version = len(key.versions)
        text = f"vault:v{version}:{base64.b64encode(sealed).decode()}"
        return {"ciphertext": text, "key_version": version}

    def _decrypt(self, key: Key, body: dict[str, Any]) -> dict[str, Any]:
        found = _CIPHERTEXT.fullmatch(body["ciphertext"])
        if found is None:
            raise Refusal(400, "invalid ciphertext: no prefix")
        version = int(found[1]) or 1
        if version > len(key.versions):
            raise Refusal(400, "invalid ciphertext: version is too new")
        if version < key.min_decryption_version:
            raise Refusal(400, "ciphertext or signature version is disallowed by policy (too old)")
        sealed = base64.b64decode(found[2])
        if len(sealed) < 12:
            raise Refusal(400, "invalid ciphertext length")
        try:
            cipher = CIPHERS[key.type](key.versions[version - 1])
            plain = cipher.decrypt(sealed[:12], sealed[12:], self._associated(body))
        except InvalidTag:
            raise Refusal(400, "cipher: message authentication failed") from None
        return {"plaintext": base64.b64encode(plain).decode()}


class _Handler(BaseHTTPRequestHandler):
    state: Transit

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.seen.append((self.path, headers, body))
        if self.state.faults:
            self._fail(self.state.faults.pop(0))
            return
        try:
            given = json.loads(body) if body else {}
            answer = {"data": self.state.answer(self.command, self.path, headers, given)}
        except Refusal as refusal:
            self._send(refusal.status, json.dumps({"errors": refusal.errors}).encode())
        else:
            self._send(200, json.dumps(answer).encode())

    def _fail(self, fault: Fault) -> None:
        if fault.hang:
            self.state.ended.wait(30)
        if fault.hang or not fault.status:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(fault.status, fault.body, fault.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clear."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests are about."""


@contextmanager
def serve(state: Transit, tls: ssl.SSLContext | None = None) -> Iterator[Transit]:
    """Run the server for a ``with`` block on a free port of the loopback; ``address`` is filled in."""
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state})) as server:
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
