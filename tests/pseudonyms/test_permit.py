"""Permits: no keyring, actor, purpose, reason or sink, no way back; and none without a record."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.audit import Event
from safeguards.errors import InputError, Unrecorded
from safeguards.pseudonyms import Domain, FormatPreserving, Permit, Reversal
from safeguards.pseudonyms.reversal.use import Use

DOMAIN = Domain("ads-2026")
NUMBER = "010-1234-5678"


class Kept:
    """A sink that keeps events in memory."""

    def __init__(self, answer: object = None) -> None:
        self.events: list[Event] = []
        self._answer = answer

    def record(self, event: Event) -> object:
        self.events.append(event)
        return self._answer


class Broken:
    """A sink that fails, with a value in its own message."""

    def record(self, event: Event) -> None:
        raise OSError(f"could not send {NUMBER}")


class Promising:
    async def record(self, event: Event) -> None:
        raise AssertionError("nobody waits for it")


def permit(ring: Keyring, **settings: Any) -> Permit:
    return Permit(
        **{"keyring": ring, "actor": "dpo-1", "purpose": "p", "reason": "r", "sink": Kept()} | settings
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"keyring": None}, "keyring"),
        ({"keyring": "default"}, "keyring"),
        ({"actor": ""}, "actor"),
        ({"actor": None}, "actor"),
        ({"actor": " "}, "actor"),
        ({"purpose": "\t"}, "purpose"),
        ({"purpose": 7}, "purpose"),
        ({"reason": "  "}, "reason"),
        ({"reason": "\u3164"}, "reason"),  # Hangul fillers are letters that nobody sees
        ({"actor": "\u115f\uffa0"}, "actor"),
        ({"purpose": "\u2800"}, "purpose"),
        ({"reason": "- . -"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": 'approved"}\n{"actor": "somebody else'}, "reason"),
        ({"reason": "half \ud800"}, "reason"),
        ({"sink": None}, "sink"),
        ({"sink": print}, "sink"),
        ({"sink": Kept}, "sink"),
        ({"sink": {"record": 1}}, "sink"),
        ({"ground": "curiosity"}, "ground"),
        ({"ground": ""}, "ground"),
    ],
)
def test_a_permit_that_lacks_anything_is_refused(ring: Keyring, settings: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        permit(ring, **settings)
    all_of_it = {"keyring": ring, "actor": "a", "purpose": "p", "reason": "r", "sink": Kept()}
    with pytest.raises(InputError, match=named):
        Reversal(**all_of_it | settings)


def test_the_way_back_of_a_transform_is_recorded_even_without_reversal(ring: Keyring) -> None:
    """Whoever calls `reverse` of a transform by hand takes the keyring out of the permit."""
    tokens = FormatPreserving().apply(pa.array([NUMBER]), DOMAIN)
    log = Kept()
    bound = FormatPreserving().reverse(DOMAIN, permit(ring, sink=log))
    assert [(event.action, event.actor) for event in log.events] == [("pseudonyms.keyring", "dpo-1")]
    assert bound.apply(tokens).to_pylist() == [NUMBER]


@pytest.mark.parametrize(
    "sink",
    [Broken(), Promising(), Kept(False), Kept(Future())],
    ids=["raises", "coroutine", "False", "future"],
)
def test_a_sink_that_keeps_nothing_before_it_returns_gives_no_key(ring: Keyring, sink: Any) -> None:
    with pytest.raises(Unrecorded, match="nothing is shown") as caught:
        FormatPreserving().reverse(DOMAIN, permit(ring, sink=sink))
    assert NUMBER not in str(caught.value)


@pytest.mark.parametrize("answer", [None, True, 1, "receipt-7"])
def test_a_sink_may_answer_with_a_receipt(ring: Keyring, answer: object) -> None:
    assert permit(ring, sink=Kept(answer)).keyring is ring


def test_the_purpose_and_the_reason_are_recorded_as_they_are(ring: Keyring) -> None:
    log = Kept()
    permit(ring, purpose="민원 처리", reason="2026-17호", sink=log, ground="recall").record("x", {"rows": 1})
    (event,) = log.events
    assert (event.purpose, event.reason) == ("민원 처리", "2026-17호")
    assert event.details == {"rows": 1, "ground": "recall"}
    assert event.at.endswith("+00:00")


def test_permits_neither_travel_nor_show_keys(ring: Keyring) -> None:
    for one in (permit(ring), Use(permit(ring), "x", {})):
        with pytest.raises(TypeError, match="stays in its process"):
            pickle.dumps(one)
        with pytest.raises(TypeError, match="stays in its process"):
            copy.copy(one)
        assert "dpo-1" in repr(one)
        assert ring.id not in repr(one)


def test_a_use_that_fails_is_recorded_once_by_the_kind_of_its_error_alone(ring: Keyring) -> None:
    log = Kept()
    use = Use(permit(ring, sink=log), "x", {"columns": 1})
    use.failed(KeyError(NUMBER))
    with pytest.raises(ValueError), use:
        raise ValueError(NUMBER)
    assert [event.details["step"] for event in log.events] == ["intent", "failed"]
    assert log.events[1].details["error"] == "KeyError"
    assert len({event.details["run"] for event in log.events}) == 1


def test_a_closed_keyring_leads_nowhere(ring: Keyring, tmp_path: Path) -> None:
    own = Keyring.create(f"sqlite:///{tmp_path / 'own.db'}", f"local:{tmp_path / 'own.key'}")
    own.close()
    with pytest.raises(Exception, match="closed"):
        FormatPreserving().reverse(DOMAIN, permit(own))
