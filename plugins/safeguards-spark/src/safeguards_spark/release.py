"""Gates over a whole DataFrame: what does not pass them never appears under its name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame

from safeguards.errors import InputError
from safeguards.risk import RiskGate
from safeguards_spark.risk import measure


def release(
    df: DataFrame,
    target: str,
    *gates: RiskGate,
    format: str = "parquet",  # noqa: A002 - Spark's own name for it
    options: Mapping[str, Any] | None = None,
) -> list[Mapping[str, Any]]:
    """Write a DataFrame beside ``target``, count the classes of what was written, and rename it if all pass.

    What is judged is what leaves, also where each computation would make other values. A folder of HDFS or of
    a disk is renamed at once; object stores copy. Not over Spark Connect.

    Args:
        df: the result of ``protect``.
        target: the folder to write, which does not exist yet.
        gates: what judges; at least one.
        format, options: as Spark's writer takes them.

    Returns:
        Each gate's settings and evidence, for ``manifest(observation, gates=)``.

    Raises:
        InputError: there is no gate, it does not fit the columns, or the target exists.
        GateRefused: a gate judges that the result may not leave; nothing is left.
    """
    if not gates or not all(isinstance(gate, RiskGate) for gate in gates):
        raise InputError("release() needs gates to judge by: release(df, target, RiskGate([...], k=5))")
    if missing := [name for gate in gates for name in _named(gate) if name not in df.columns]:
        raise InputError(f"the risk gate judges what leaves: column {missing[0]!r} is not in the DataFrame")
    folder = _Folder(df, target)
    if folder.exists(target):
        raise InputError(f"{target} exists: name a folder that does not")
    parent, slash, name = target.rstrip("/").rpartition("/")
    staged = f"{parent}{slash}_staged_{uuid.uuid4().hex}_{name}"  # Spark reads no folder that begins so
    chosen = dict(options or {})
    try:
        df.write.format(format).options(**chosen).save(staged)
        written = df.sparkSession.read.format(format).schema(df.schema).options(**chosen).load(staged)
        judged = [_judged(gate, written) for gate in gates]
        folder.rename(staged, target)
    finally:
        folder.delete(staged)
    return judged


def _named(gate: RiskGate) -> list[str]:
    return [*gate.quasi_identifiers, *([] if gate.person is None else [gate.person])]


def _judged(gate: RiskGate, df: DataFrame) -> Mapping[str, Any]:
    risk = measure(df, gate.quasi_identifiers, person=gate.person)
    return {**gate.describe(), "evidence": dict(gate.judge(dict(risk.histogram)))}


class _Folder:
    """The file system of a path, by Hadoop's interface, as Spark itself writes through it."""

    def __init__(self, df: DataFrame, path: str) -> None:
        session: Any = df.sparkSession
        if not hasattr(session, "_jsc"):
            raise InputError("release() renames folders, which Spark Connect cannot: run it on the driver")
        self._path = session._jvm.org.apache.hadoop.fs.Path
        self._files = self._path(path).getFileSystem(session._jsc.hadoopConfiguration())

    def exists(self, path: str) -> bool:
        return bool(self._files.exists(self._path(path)))

    def rename(self, source: str, target: str) -> None:
        if self.exists(target) or not self._files.rename(self._path(source), self._path(target)):
            raise InputError(f"{target} exists by now, or cannot be written: name another folder")

    def delete(self, path: str) -> None:
        self._files.delete(self._path(path), True)
