"""One question to KMS: a client for each process, bounded time and retries, one line when it fails."""

# ruff: noqa: N803

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from safeguards.errors import KeyringError
from safeguards_aws_kms.faults import CREDENTIALS, NONSENSE, advice
from safeguards_aws_kms.quiet import quiet
from safeguards_aws_kms.uri import KeyUri

# Chosen 2026-11. botocore's own are 60 s and 60 s, too long for a service that waits for its keys.
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
# Attempts in all, in botocore's "standard" mode. Between them it waits up to 1, 2 and 4 s while KMS
# throttles, and 5 s more each where KMS asks for it: about 82 s at worst, of which 60 s are timeouts.
ATTEMPTS = 4


class Kms(Protocol):
    """What is used of botocore's KMS client; the parameters have the API's names."""

    def encrypt(
        self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str], EncryptionAlgorithm: str
    ) -> Mapping[str, object]:
        """Ask ``Encrypt``."""
        ...

    def decrypt(
        self,
        *,
        KeyId: str,
        CiphertextBlob: bytes,
        EncryptionContext: dict[str, str],
        EncryptionAlgorithm: str,
    ) -> Mapping[str, object]:
        """Ask ``Decrypt``."""
        ...


class Connection:
    """A client of this process for one key, made when it is first needed.

    botocore's clients may be shared by threads, its sessions may not: each client has a session to itself.
    Two threads that come first may each make one, which is why there is no lock that a fork could copy.
    """

    def __init__(self, place: KeyUri) -> None:
        self._place = place
        self._made: tuple[int, Kms] | None = None

    def ask(self, question: Callable[[Kms], object]) -> Mapping[str, object]:
        """Put ``question`` to the client and return KMS's answer.

        Raises:
            KeyringError: whatever failed, with the key and its region; never with what was sent.
        """
        answer, fault = self._once(question)
        # Raised out here: the caught error may hold the request, and with it the data key.
        if fault is not None:
            meaning = advice(fault)
            self._made = None if meaning in CREDENTIALS else self._made
            raise failure(self._place, meaning)
        if not isinstance(answer, dict):
            raise failure(self._place, NONSENSE)
        return answer

    def _once(self, question: Callable[[Kms], object]) -> tuple[object, Exception | None]:
        try:
            with quiet():
                client = self._client()
            with quiet():  # again, as making a client loads modules with loggers of their own
                return question(client), None
        except Exception as error:
            return None, error

    def _client(self) -> Kms:
        made, process = self._made, os.getpid()
        # A forked child must not use its parent's connections.
        if made is None or made[0] != process:
            made = self._made = process, _make(self._place)
        return made[1]


def failure(place: KeyUri, meaning: str) -> KeyringError:
    """Make the error that names the key and where it was asked for, and says ``meaning``."""
    return KeyringError(f"aws-kms: {place.endpoint or place.region} (key {place.key}) {meaning}")


def _make(place: KeyUri) -> Kms:
    in_the_clear = place.endpoint is not None and place.endpoint.startswith("http:")
    client: Kms = boto3.session.Session(region_name=place.region).client(
        "kms",
        endpoint_url=place.endpoint,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            # AWS_ENDPOINT_URL could name a server without TLS; the URI's endpoint is checked.
            ignore_configured_endpoint_urls=True,
            # Without TLS the endpoint is this host's own, and a proxy would read the data key.
            proxies={} if in_the_clear else None,
        ),
    )
    return client
