"""One question to Vault's Transit engine: its own connection, bounded retries, one line when it fails."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import hvac  # type: ignore[import-untyped]
import requests
from hvac.exceptions import RateLimitExceeded  # type: ignore[import-untyped]

from safeguards.errors import KeyringError
from safeguards_vault.faults import NONSENSE, advice
from safeguards_vault.token import token
from safeguards_vault.uri import KeyUri, address_fault

PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0)  # between attempts while Vault throttles (HTTP 429)


def ask(place: KeyUri, method: str, **arguments: str) -> Mapping[str, Any]:
    """Call a method of hvac's Transit API on the key that ``place`` names, and return the answer's data.

    Every call has its own connection and reads the token anew, so threads and forked processes may call.

    Raises:
        KeyringError: whatever failed, with the address and the key; never with the token or an argument.
    """
    address, secret = _address(place), token()
    for pause in (*PAUSES_SECONDS, None):
        answer, fault = _once(place, address, secret, method, arguments)
        if pause is None or not isinstance(fault, RateLimitExceeded):
            break
        time.sleep(pause)
    data = answer.get("data") if isinstance(answer, dict) else None
    # Raised out here: the caught error holds the request, and with it the token and the data key.
    if fault is not None or not isinstance(data, dict):
        raise failure(place, advice(fault) if fault is not None else NONSENSE)
    return data


def failure(place: KeyUri, meaning: str) -> KeyringError:
    """Make the error that names the address and the key and says ``meaning``."""
    return KeyringError(f"vault: {_address(place)} (key {place.mount}/{place.key}) {meaning}")


def _once(
    place: KeyUri, address: str, secret: str, method: str, arguments: Mapping[str, str]
) -> tuple[Any, Exception | None]:
    try:
        client = hvac.Client(
            url=address,
            token=secret,
            namespace=place.namespace,
            timeout=place.timeout,
            session=_session(address),
            # A redirect would carry the token and the data key to wherever it points.
            allow_redirects=False,
        )
        with closing(client.adapter):
            call = getattr(client.secrets.transit, method)
            return call(place.key, mount_point=place.mount, **arguments), None
    except Exception as error:
        return None, error


def _session(address: str) -> requests.Session:
    session = requests.Session()
    session.verify = os.environ.get("VAULT_CACERT") or os.environ.get("VAULT_CAPATH") or True
    # Without TLS the address is this host's own, and a proxy of the environment would read the data key.
    session.trust_env = address.startswith("https:")
    return session


def _address(place: KeyUri) -> str:
    address = place.address or os.environ.get("VAULT_ADDR", "").strip().rstrip("/")
    if not address:
        raise KeyringError("vault: no address; put ?address=https://HOST:8200 in the URI or set VAULT_ADDR")
    fault = address_fault(address)
    if fault:
        raise KeyringError(f"vault: VAULT_ADDR {fault}")
    return address
