"""Where the token comes from: VAULT_TOKEN, or the file that ``vault login`` and Vault Agent write."""

from __future__ import annotations

import os
import re
from pathlib import Path

from safeguards.errors import KeyringError

TOKEN_FILE = ".vault-token"  # noqa: S105 - the file's name
_TOKEN = re.compile(r"[\x21-\x7e]+")


def token() -> str:
    """Read the token anew, so that a renewed one is used at once and none is kept.

    Raises:
        KeyringError: there is no token, its file is unreadable, or it is no printable ASCII.
    """
    found = os.environ.get("VAULT_TOKEN", "").strip() or _from_file()
    if not found:
        raise KeyringError("vault: there is no token; set VAULT_TOKEN or run vault login")
    # A line break would end the header, and the error of the HTTP library would print the token.
    if not _TOKEN.fullmatch(found):
        raise KeyringError("vault: the token is malformed; set VAULT_TOKEN or run vault login again")
    return found


def _from_file() -> str:
    try:
        return (Path.home() / TOKEN_FILE).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError, RuntimeError):  # RuntimeError: the user has no home folder
        pass
    raise KeyringError(f"vault: the token file ~/{TOKEN_FILE} cannot be read; set VAULT_TOKEN instead")
