"""The story, act by act: an open service becomes one that keeps its promises."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.demo import export, judge, protect, use
from safeguards.demo.act import Act, Progress
from safeguards.demo.folder import Folder

ROWS = 5000
SEED = 20260701


def tell(folder: Folder, rows: int, progress: Progress, seed: int = SEED) -> Iterator[Act]:
    """Do everything, through the calls that a user makes, and yield each act when it is done.

    Raises:
        InputError: the folder holds other people's files or cannot be written.
        NotKept: a promise that an act checks was not kept.
    """
    folder.prepare()
    yield protect.build(folder, rows, seed, progress)
    yield protect.find(folder, progress)
    search = protect.traces(folder, rows, seed)
    before = search()
    with protect.keyrings(folder) as ring:
        yield protect.keys(folder)
        yield protect.encrypt(folder, progress)
        yield protect.prove(folder, before, search())
        yield use.read(folder, rows, seed, progress)
        yield use.rotate(folder, ring, rows, seed)
        yield export.export(folder, progress)
        yield judge.judge(folder, progress)
        yield judge.publish(folder)
