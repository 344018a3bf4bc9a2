"""A SQLite table's declaration: its parts, and the edit that makes a column ready for ciphertext."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.sqlite_text import closing, fold, mentions, tokens

_COLUMN_CLAUSES = (
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
)
_TABLE_CLAUSES = ("PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


@dataclass(frozen=True, slots=True)
class Clause:
    """A constraint, as a range of token positions; ``word`` is the keyword it begins with."""

    word: str
    name: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """One definition between commas: a column, or table constraints where ``column`` is None."""

    column: str | None
    start: int
    end: int
    clauses: tuple[Clause, ...]


class Declaration:
    """A CREATE TABLE statement taken apart.

    Raises:
        InputError: the text declares no ordinary table.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens(sql)
        opening = next((at for at, token in enumerate(self.tokens) if token.says("(")), None)
        if opening is None or not self.tokens[1].says("TABLE"):
            raise InputError("a table's declaration in the SQLite schema is not an ordinary CREATE TABLE")
        self._name = self.tokens[opening - 1]
        self._end = closing(self.tokens, opening)
        self.parts = [self._part(*span) for span in self._spans(opening + 1)]

    @property
    def strict(self) -> bool:
        """Whether values must be of the declared types."""
        return any(token.says("STRICT") for token in self.tokens[self._end :])

    @property
    def without_rowid(self) -> bool:
        """Whether the primary key is the table's only key."""
        return any(token.says("WITHOUT") for token in self.tokens[self._end :])

    def retyped(self, column: str, name: str, sql_type: str) -> str:
        """Return the declaration of a table ``name`` where the column has a type and no UNIQUE of its own."""
        own = self._column(column)
        edits = [(self._name.start, self._name.end, name), self._type_edit(own, sql_type)]
        edits += [self._removal(part, clause) for part, clause in self._own_unique(column)]
        text = self.sql
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def dependents(self, column: str) -> Iterator[str]:
        """Name the CHECK constraints and generated columns that mention the column."""
        for part in self.parts:
            for clause in part.clauses:
                if clause.word in {"CHECK", "AS"} and mentions(
                    self.tokens[clause.start : clause.end], column
                ):
                    yield _describe(part, clause)

    def _column(self, column: str) -> Part:
        wanted = fold(column)
        return next(part for part in self.parts if part.column is not None and fold(part.column) == wanted)

    def _type_edit(self, part: Part, sql_type: str) -> tuple[int, int, str]:
        before = self.tokens[part.start]
        first = min((clause.start for clause in part.clauses), default=part.end)
        last = self.tokens[first - 1]
        return before.end, last.end, f" {sql_type}"

    def _own_unique(self, column: str) -> Iterator[tuple[Part, Clause]]:
        for part in self.parts:
            for clause in part.clauses:
                if clause.word == "UNIQUE" and self._unique_columns(part, clause) == [fold(column)]:
                    yield part, clause

    def _unique_columns(self, part: Part, clause: Clause) -> list[str]:
        if part.column is not None:
            return [fold(part.column)]
        opening = next(at for at in range(clause.start, clause.end) if self.tokens[at].says("("))
        listed = self._items(opening + 1, closing(self.tokens, opening))
        return [fold(self.tokens[start].name or "") for start, _ in listed]

    def _removal(self, part: Part, clause: Clause) -> tuple[int, int, str]:
        alone = part.column is None and (clause.start, clause.end) == (part.start, part.end)
        first = clause.start - 1 if alone else clause.start  # a whole part goes with the comma before it
        return self.tokens[first].start, self.tokens[clause.end - 1].end, ""

    def _spans(self, first: int) -> Iterator[tuple[int, int]]:
        return self._items(first, self._end)

    def _items(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        start = at = first
        while at < end:
            if self.tokens[at].says("("):
                at = closing(self.tokens, at)
            elif self.tokens[at].says(","):
                yield start, at
                start = at + 1
            at += 1
        yield start, end

    def _part(self, start: int, end: int) -> Part:
        if self.tokens[start].says("CONSTRAINT", *_TABLE_CLAUSES):
            return Part(None, start, end, tuple(self._clauses(start, end, _TABLE_CLAUSES)))
        return Part(
            self.tokens[start].name, start, end, tuple(self._clauses(start + 1, end, _COLUMN_CLAUSES[1:]))
        )

    def _clauses(self, start: int, end: int, words: tuple[str, ...]) -> Iterator[Clause]:
        heads = list(self._heads(start, end, words))
        ends = [*(at for at, _ in heads[1:]), end]
        for (at, keyword), following in zip(heads, ends, strict=False):
            word = "AS" if self.tokens[keyword].says("GENERATED") else self.tokens[keyword].text.upper()
            name = self.tokens[at + 1].name if keyword != at else None
            yield Clause(word, name, at, following)

    def _heads(self, start: int, end: int, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Yield where each clause begins, with its CONSTRAINT name, and where its keyword stands."""
        at = start
        while at < end:
            begin = at
            if self.tokens[at].says("CONSTRAINT"):
                at += 2
            if at < end and self.tokens[at].says(*words) and not self._continues(at):
                yield begin, at
            if at < end and self.tokens[at].says("("):
                at = closing(self.tokens, at)
            at += 1

    def _continues(self, at: int) -> bool:
        """Say whether a keyword belongs to the clause before it: SET NULL, DEFAULT NULL, NOT DEFERRABLE."""
        token, before = self.tokens[at], self.tokens[at - 1]
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if token.says("NULL"):
            return before.says("SET", "NOT", "DEFAULT")
        if token.says("DEFAULT"):
            return before.says("SET")
        if token.says("AS"):
            return before.says("ALWAYS")
        return token.says("NOT") and following is not None and following.says("DEFERRABLE")


def _describe(part: Part, clause: Clause) -> str:
    if clause.word == "AS":
        return f"generated column {part.column} is computed from it"
    owner = f" of column {part.column}" if part.column is not None else ""
    return f"CHECK constraint {clause.name} mentions it" if clause.name else f"a CHECK{owner} mentions it"
