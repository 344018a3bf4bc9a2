"""The provider: KMS encrypts the data key, with the binding context as encryption context."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from safeguards.crypto.framing import frame
from safeguards.errors import KeyringError
from safeguards_aws_kms.client import Connection, failure
from safeguards_aws_kms.faults import DAMAGED, MOVED, NONSENSE
from safeguards_aws_kms.uri import KeyUri, parse

ALGORITHM = "SYMMETRIC_DEFAULT"  # AES-256-GCM (KMS API reference, Encrypt)
DIGEST_BYTES = 32
LEAST_KEY_BYTES = 16
MOST_KEY_BYTES = 4096 - DIGEST_BYTES  # of 4096 that Encrypt takes
MOST_WRAPPED_BYTES = 6144  # what Decrypt takes
_LABEL = b"safeguards-aws-kms v1"


class AwsKmsProvider:
    """Wraps data keys under a symmetric key of AWS KMS, which never leaves KMS.

    A wrapped key is KMS's own ciphertext. The context is KMS's encryption context. An endpoint that ignores
    it, or joins its parts without their lengths as emulators do, would bind less than KMS: so the SHA-256 of
    the context also stands before the data key in the plaintext and is compared. Threads and forked processes
    may share an instance, and a pickle holds its URI and nothing else.
    """

    def __init__(self, place: KeyUri) -> None:
        self._place = place
        self._connection = Connection(place)
        self._seen: str | None = None  # the ARN of the key that answered last

    @property
    def uri(self) -> str:
        """The URI from which :func:`from_uri` makes this provider again; it holds no credential."""
        return self._place.text

    def __repr__(self) -> str:
        return f"AwsKmsProvider({self.uri!r})"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return from_uri, (self.uri,)

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a data key of 16 to 4064 bytes in KMS, bound to ``context``.

        Raises:
            KeyringError: the key has another size, KMS cannot be used, or its key is absent, disabled, of a
                wrong kind, or another than the one that the alias named before.
        """
        if not _is_key(key):
            raise KeyringError(f"aws-kms: a data key has {LEAST_KEY_BYTES} to {MOST_KEY_BYTES} bytes")
        answer = self._connection.ask(
            lambda kms: kms.encrypt(
                KeyId=self._place.key,
                Plaintext=_digest(context) + key,
                EncryptionContext=dict(context),
                EncryptionAlgorithm=ALGORITHM,
            )
        )
        arn = self._key_of(answer)
        # Keys under the alias's old and its new target in one store could be opened by neither.
        if self._seen not in (None, arn):
            raise failure(self._place, MOVED)
        wrapped = answer.get("CiphertextBlob")
        if not isinstance(wrapped, bytes) or not 0 < len(wrapped) <= MOST_WRAPPED_BYTES or key in wrapped:
            raise failure(self._place, NONSENSE)
        self._seen = arn
        return wrapped

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt a wrapped data key in KMS, by the very key that the URI names.

        Raises:
            KeyringError: as for :meth:`wrap`; or the text is damaged, or another key or context made it.
        """
        if not 0 < len(wrapped) <= MOST_WRAPPED_BYTES:
            raise KeyringError("aws-kms: this is not a data key that this provider wrapped")
        answer = self._connection.ask(
            lambda kms: kms.decrypt(
                KeyId=self._place.key,
                CiphertextBlob=wrapped,
                EncryptionContext=dict(context),
                EncryptionAlgorithm=ALGORITHM,
            )
        )
        arn, plain = self._key_of(answer), answer.get("Plaintext")
        if not isinstance(plain, bytes) or not _is_key(plain[DIGEST_BYTES:]):
            raise failure(self._place, NONSENSE)
        if not compare_digest(plain[:DIGEST_BYTES], _digest(context)):
            raise failure(self._place, DAMAGED)
        self._seen = arn
        return plain[DIGEST_BYTES:]

    def _key_of(self, answer: Mapping[str, object]) -> str:
        arn = answer.get("KeyId")
        # KMS always names the algorithm; moto's server does not.
        if not self._place.may_be(arn) or answer.get("EncryptionAlgorithm", ALGORITHM) != ALGORITHM:
            raise failure(self._place, NONSENSE)
        return str(arn)


def from_uri(uri: str) -> AwsKmsProvider:
    """Make a provider from an ``aws-kms:`` URI; KMS is first asked when a key is wrapped.

    Raises:
        InputError: the URI is malformed or incomplete.
    """
    return AwsKmsProvider(parse(uri))


def _is_key(key: bytes) -> bool:
    return LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES


def _digest(context: Mapping[str, str]) -> bytes:
    """Hash the context: each part after its length, so that no two contexts share a digest."""
    return sha256(
        frame(_LABEL, *(text.encode() for pair in sorted(context.items()) for text in pair))
    ).digest()
