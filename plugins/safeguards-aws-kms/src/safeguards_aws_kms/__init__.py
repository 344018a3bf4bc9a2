"""Data keys wrapped by AWS KMS: the wrapping key never leaves it."""

from safeguards_aws_kms.provider import AwsKmsProvider, from_uri

__all__ = ["AwsKmsProvider", "from_uri"]
