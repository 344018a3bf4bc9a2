"""Address of a crypto-asset wallet (가상자산 지갑 주소): Bitcoin and its kin, Ethereum, Tron.

Base58Check, BIP-173, BIP-350, EIP-55; checksums are verified. No law names wallet addresses among
what must be encrypted: they are financial, and a wallet's *private key* is an `api_key`.
"""

from __future__ import annotations

import re

from safeguards.items import coin
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import plain, stars, words

_VERSIONS = {
    0x00: "Bitcoin", 0x05: "Bitcoin", 0x6F: "Bitcoin test", 0xC4: "Bitcoin test", 0x30: "Litecoin",
    0x32: "Litecoin", 0x1E: "Dogecoin", 0x16: "Dogecoin", 0x41: "Tron", 0x4C: "Dash",
}  # fmt: skip
"""First byte of a Base58Check address to its chain."""

_BASE58 = r"[1-9A-HJ-NP-Za-km-z]"
_SEGWIT = r"(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,87}|(?:BC|TB|LTC)1[02-9AC-HJ-NP-Z]{11,87}"
PATTERN = rf"[123mnLMDATXy9]{_BASE58}{{25,34}}|{_SEGWIT}|0[xX][0-9A-Fa-f]{{40}}"
_LENGTH = 21
_ETHEREUM = re.compile(r"0[xX]([0-9A-Fa-f]{40})")
_SHOWN = 6


def canonical(text: str) -> str:
    """Return Ethereum and segregated witness addresses in lower case; Base58 keeps its case."""
    address = plain(text)
    lowered = _ETHEREUM.fullmatch(address) or re.fullmatch(_SEGWIT, address)
    return address.lower() if lowered else address


def mask(text: str) -> str:
    """Keep the first six characters and the last four."""
    address = canonical(text)
    if not validate(plain(text)):
        return stars(text)
    return address[:_SHOWN] + "*" * (len(address) - _SHOWN - 4) + address[-4:]


def validate(value: str) -> Verdict:
    """Judge by the checksum; Ethereum addresses in one case have none."""
    if found := _ETHEREUM.fullmatch(value):
        return _ethereum(found[1])
    if re.fullmatch(_SEGWIT, value):
        return Verdict(0.97, 0.99, "checksum of a Bitcoin address") if coin.segwit(value) else REJECTED
    body = coin.base58check(value) if 26 <= len(value) <= 35 else None
    chain = _VERSIONS.get(body[0]) if body and len(body) == _LENGTH else None
    return Verdict(0.97, 0.99, f"checksum of a {chain} address") if chain else REJECTED


def _ethereum(digits: str) -> Verdict:
    if len(set(digits)) <= 2:
        return REJECTED
    if digits in (digits.lower(), digits.upper()):
        return Verdict(0.6, 0.97, "form of an Ethereum address")
    if digits == coin.eip55(digits):
        return Verdict(0.97, 0.99, "capital letters of an Ethereum address (EIP-55)")
    return Verdict(0.2, 0.6, "form of an Ethereum address; its capital letters fail")


ITEM = Item(
    id="crypto_wallet",
    entity="CRYPTO_WALLET",
    name_ko="가상자산 지갑 주소",
    name_en="crypto wallet address",
    legal_class=LegalClass.FINANCIAL,
    role=Role.IDENTIFIER,
    must_encrypt=False,
    context=words(
        """
        지갑, 지갑주소, 지갑 주소, 비트코인, 이더리움, 가상자산, 가상화폐, 코인, 입금주소, 출금주소, wallet,
        wallet address, bitcoin, btc, ethereum, eth, crypto, usdt, trx, ltc, deposit address
        """
    ),
    canonical=canonical,
    masks={"finance": mask, "netact": mask},
    source="Base58Check; BIP-173; BIP-350; EIP-55",
    validate=validate,
    pattern=PATTERN,
    column_names=words(
        """
        지갑주소, 지갑, 입금주소, 출금주소, wallet, wallet address, btc address, eth address, crypto address,
        crypto wallet
        """
    ),
    against=words("commit, hash, txid, tx hash, transaction hash, contract, 트랜잭션, 커밋, 해시"),
    glue="",
    anchor="[0-9A-Za-z]{16}",
)
