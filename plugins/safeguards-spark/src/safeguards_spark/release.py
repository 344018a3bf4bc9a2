"""A gate over a whole DataFrame: what does not pass it never appears under its name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame

from safeguards.errors import GateRefused, InputError
from safeguards.risk import Risk
from safeguards_spark.risk import measure


def release(
    df: DataFrame,
    target: str,
    quasi_identifiers: Sequence[str],
    *,
    k: int,
    person: str | None = None,
    format: str = "parquet",  # noqa: A002 - Spark's own name for it
    options: Mapping[str, Any] | None = None,
) -> Risk:
    """Write a DataFrame beside ``target``, measure what was written, and rename it if every class has k rows.

    What is measured is what leaves, also where each computation would make other values. A folder of HDFS
    or of a disk is renamed at once; object stores copy. Not over Spark Connect.

    Args:
        df: the result of ``protect``.
        target: the folder to write, which does not exist yet.
        quasi_identifiers: the columns that together could point to a person.
        k: the least size of a class.
        person: the column that tells people apart, where somebody may have several rows.
        format, options: as Spark's writer takes them.

    Raises:
        InputError: ``k`` is below 2, or the target exists.
        GateRefused: a class is smaller than ``k``, or there is no row; nothing is left.
    """
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise InputError("k= is a whole number from 2 on: with 1 every row may stand alone")
    folder = _Folder(df, target)
    if folder.exists(target):
        raise InputError(f"{target} exists: name a folder that does not")
    parent, slash, name = target.rstrip("/").rpartition("/")
    staged = f"{parent}{slash}_staged_{uuid.uuid4().hex}_{name}"  # Spark reads no folder that begins so
    try:
        df.write.format(format).options(**dict(options or {})).save(staged)
        written = df.sparkSession.read.format(format).schema(df.schema).options(**dict(options or {}))
        risk = measure(written.load(staged), quasi_identifiers, person=person)
        if risk.k < k:
            small = sum(count for size, count in risk.histogram if size < k)
            raise GateRefused(
                f"k is {risk.k}, below {k}: {small} of {risk.classes} classes of "
                f"{', '.join(risk.quasi_identifiers)} are too small; generalise or suppress them"
            )
        folder.rename(staged, target)
    finally:
        folder.delete(staged)
    return risk


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
