"""Every way in which KMS fails, as one line of advice. AWS's own text is matched and never repeated."""

from __future__ import annotations

from botocore import exceptions as boto  # type: ignore[import-untyped]

DAMAGED = "did not unwrap the key: it is damaged, or was wrapped by another key or for another purpose"
MOVED = (
    "has another key under this name now; move the alias back, or open the keyring with the former key's ARN "
    "and rewrap it"
)
OTHER = (
    "says that another key wrapped this; if the alias was moved, move it back, or open the keyring with the "
    "former key's ARN and rewrap it"
)
NONSENSE = "gave an answer that is not KMS's for this key; check the URI's endpoint and any proxy"
_DENIED = "denied access; grant kms:Encrypt and kms:Decrypt on this key, as the plugin's README shows"
_THROTTLED = "kept throttling requests; try again later or ask AWS for a higher quota"
_FAILED = "failed; try again later, and see the AWS Health Dashboard"
_EXPIRED = "refused expired credentials; renew them, for instance with aws sso login"
_UNKNOWN = "does not accept the credentials; check them, and that the region is enabled for the account"
_SIGNATURE = "refused the signature; check the secret key, and this host's clock"
_UNREACHABLE = "cannot be reached; check the URI's region and endpoint, and the network"
_NO_CREDENTIALS = (
    "was not asked, as boto3 found no usable credentials; set AWS_PROFILE or give this host a role"
)

# After these a client is made anew, since credentials may have been renewed where boto3 looks for them.
CREDENTIALS = frozenset({_EXPIRED, _UNKNOWN, _SIGNATURE, _NO_CREDENTIALS})

# The error codes of the KMS API reference (Encrypt, Decrypt, Common Errors), read in 2026-11.
_CODES = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "DisabledException": "holds this key disabled; enable it with aws kms enable-key",
    "NotFoundException": "has no such key; check its name, account and region; a deleted key stays gone",
    "InvalidArnException": "has no such key; check the ARN in the URI",
    "IncorrectKeyException": OTHER,
    "InvalidCiphertextException": DAMAGED,
    "InvalidKeyUsageException": "holds a key of another kind; use a symmetric one (SYMMETRIC_DEFAULT)",
    "ThrottlingException": _THROTTLED,
    "Throttling": _THROTTLED,
    "LimitExceededException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "UnrecognizedClientException": _UNKNOWN,
    "InvalidClientTokenId": _UNKNOWN,
    "IncompleteSignature": _UNKNOWN,
    "MissingAuthenticationToken": _UNKNOWN,
    "MissingAuthenticationTokenException": _UNKNOWN,
    "NotAuthorized": _DENIED,
    "OptInRequired": "is not enabled for this account; activate AWS KMS",
    "SubscriptionRequiredException": "is not enabled for this account; activate AWS KMS",
    "InvalidSignatureException": _SIGNATURE,
    "SignatureDoesNotMatch": _SIGNATURE,
    "RequestExpired": "refused an old request; set this host's clock",
    "KMSInvalidStateException": "cannot use this key in its state; aws kms describe-key tells which",
    "KeyUnavailableException": _FAILED,
    "ValidationException": "refused the request; check the key's name in the URI",
}
# Words that tell two faults of one code apart; the first match counts.
_TEXTS = (
    (
        "KMSInvalidStateException",
        "pending deletion",
        "is about to delete this key; at once, aws kms cancel-key-deletion and then enable-key",
    ),
    ("KMSInvalidStateException", "pending import", "holds this key without its material; import that again"),
    (
        "InvalidSignatureException",
        "scoped to a valid region",
        "is of another region than the URI names; correct its region or endpoint",
    ),
)
_STATUSES = {401: _UNKNOWN, 403: _DENIED, 429: _THROTTLED}
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (boto.NoCredentialsError, _NO_CREDENTIALS),
    (boto.PartialCredentialsError, _NO_CREDENTIALS),
    (boto.CredentialRetrievalError, _NO_CREDENTIALS),
    (boto.MetadataRetrievalError, _NO_CREDENTIALS),
    (boto.TokenRetrievalError, _EXPIRED),
    (boto.SSOError, _EXPIRED),
    (boto.ProfileNotFound, "was not asked, as AWS_PROFILE names no profile; correct it, or aws configure"),
    (
        boto.ConfigParseError,
        "was not asked, as ~/.aws/config or credentials cannot be read; correct the file",
    ),
    (boto.InvalidConfigError, "was not asked, as ~/.aws/config is at fault; correct the profile"),
    (boto.SSLError, "shows a certificate that is not trusted; name its authority in AWS_CA_BUNDLE"),
    (boto.ProxyConnectionError, "cannot be reached through the proxy; check HTTPS_PROXY and NO_PROXY"),
    (boto.ConnectTimeoutError, "did not answer in time; check the network, or try again later"),
    (boto.ReadTimeoutError, "did not answer in time; check the network, or try again later"),
    (boto.EndpointConnectionError, _UNREACHABLE),
    (boto.ConnectionClosedError, _UNREACHABLE),
    (boto.HTTPClientError, "cannot be asked; check the network, the proxy's settings and AWS_CA_BUNDLE"),
    (boto.ConnectionError, _UNREACHABLE),
)


def advice(error: Exception) -> str:
    """Say what went wrong and what to do; anything unforeseen is an answer that is not KMS's."""
    if isinstance(error, boto.ClientError):
        return _answered(error)
    return next((meaning for kind, meaning in _KINDS if isinstance(error, kind)), NONSENSE)


def _answered(error: boto.ClientError) -> str:
    if error.operation_name not in ("Encrypt", "Decrypt"):  # AssumeRole and its like, in boto3's own chain
        return _NO_CREDENTIALS
    told = error.response.get("Error", {})
    code, words = str(told.get("Code")), str(told.get("Message")).lower()
    for its_code, its_words, meaning in _TEXTS:
        if its_code == code and its_words in words:
            return meaning
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _CODES.get(code) or _STATUSES.get(status) or (_FAILED if status >= 500 else NONSENSE)
