"""``python -m safeguards_pkcs11 URI``: create the wrapping key that the URI names."""

from __future__ import annotations

import sys

from safeguards.errors import SafeguardsError
from safeguards_pkcs11.provider import create_key

USAGE = (
    "usage: python -m safeguards_pkcs11 'pkcs11:token=T;object=KEY?module-path=LIBRARY&pin-source=env:NAME'"
)


def main(arguments: list[str]) -> int:
    """Create the key; 0 when it was made, else one line on standard error and the error's exit code."""
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)
        return 64
    try:
        create_key(arguments[0])
    except SafeguardsError as error:
        print(f"safeguards-pkcs11: {error}", file=sys.stderr)
        return error.exit_code
    print("created an AES-256 key that cannot leave its token")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
