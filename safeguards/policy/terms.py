"""The closed lists that a policy chooses from."""

from __future__ import annotations

from enum import Enum


class Basis(Enum):
    """The ground of a collection: Personal Information Protection Act 15(1)1 to 7."""

    CONSENT = "consent"
    STATUTE = "statute"
    PUBLIC_DUTY = "public_duty"
    CONTRACT = "contract"
    VITAL_INTEREST = "vital_interest"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_SAFETY = "public_safety"


class Trigger(Enum):
    """What starts a retention period."""

    COLLECTION = "collection"
    EVENT = "event"
    TRANSACTION = "transaction"
    CLOSURE = "closure"
    WITHDRAWAL = "withdrawal"
    END_OF_DISPLAY = "end_of_display"
    END_OF_SERVICE = "end_of_service"
    DESTRUCTION = "destruction"


class RecipientKind(Enum):
    """Who receives: a processor on the controller's behalf (Act 26) or a third party (Act 17)."""

    PROCESSOR = "processor"
    THIRD_PARTY = "third_party"
