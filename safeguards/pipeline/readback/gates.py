"""Gates that judge an output again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from safeguards.errors import GateRefused, InputError
from safeguards.pipeline.gates import gates_from
from safeguards.pipeline.readback.difference import Difference
from safeguards.pipeline.step import Watching


class Judged:
    """A gate that judges an output again."""

    def __init__(self, stated: Mapping[str, Any], schema: pa.Schema) -> None:
        self._name = f"gate {stated['gate']}"
        self._evidence = stated.get("evidence", {})
        settings = {name: value for name, value in stated.items() if name != "evidence"}
        self._watching: Watching | None = None
        with suppress(InputError):  # of a column that is gone, which is a difference of its own
            self._watching = gates_from([settings], "manifest")[0].watch(schema)

    def see(self, batch: pa.RecordBatch) -> None:
        """Take the next batch into account."""
        if self._watching is not None:
            self._watching.see(batch)

    def differences(self) -> Iterator[Difference]:
        """Yield one where the gate refuses, or finds something else than it did."""
        if self._watching is None:
            yield Difference(self._name, _listed(self._evidence), "no such columns to judge")
            return
        try:
            found = _listed(self._watching.judge())
        except GateRefused as refusal:
            found = f"what it refuses: {refusal}"
        if found != _listed(self._evidence):
            yield Difference(self._name, _listed(self._evidence), found)


def _listed(evidence: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.items())
