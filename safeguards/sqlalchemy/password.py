"""The column type of password hashes: a password goes in, a value that verifies comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from sqlalchemy import BinaryExpression, Column, ColumnElement, Dialect, Null, String, Table, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapper, QueryableAttribute, object_session
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from safeguards.crypto.passwords import DEFAULT_PROFILE, HashedPassword, profile, waste
from safeguards.crypto.phc import MAX_CHARACTERS
from safeguards.errors import AlreadyProtected, InputError, OperatorRefused
from safeguards.sqlalchemy.hygiene import protect_table

_REFUSAL = "a password hash answers only is_(None): load the row and use .verify(candidate)"


class PasswordComparator(TypeEngine.Comparator[Any]):
    """Refuses every operator but IS NULL: equal passwords have different hashes."""

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        """Build IS NULL, or raise OperatorRefused."""
        if op in {operators.eq, operators.ne} and _is_null(other[0]):
            op = operators.is_ if op is operators.eq else operators.is_not
        if op in {operators.is_, operators.is_not} and _is_null(other[0]):
            return super().operate(op, *other, **kwargs)
        element = other[0] if other else None
        if op in {operators.eq, operators.ne} and isinstance(element, Column):
            # SQLAlchemy compares columns to look them up: this one raises when it is compiled.
            return _Refused(self.expr, element, op)
        raise OperatorRefused(_REFUSAL)

    def reverse_operate(self, op: Callable[..., Any], other: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise OperatorRefused(_REFUSAL)


class _Refused(BinaryExpression[Any]):
    inherit_cache = True


@compiles(_Refused)
def _refuse(element: _Refused, compiler: Any, **kw: Any) -> NoReturn:
    raise OperatorRefused(_REFUSAL)


def _is_null(other: Any) -> bool:
    return other is None or isinstance(other, Null)


class PasswordHash(TypeDecorator[Any]):
    """A column that keeps the hash of a password, never the password.

    ``PasswordHash()`` or ``PasswordHash(profile="pbkdf2-sha256-2026")``. A mapped attribute hashes a str when
    it is assigned, Core and bulk statements when they bind it; reading gives a ``HashedPassword``. At login::

        if user.password.verify(typed):
            if user.password.needs_rehash:
                user.password = typed

    or ``check(user, User.password, typed)``, which does both. Hashing takes tens of milliseconds:
    in asynchronous code, ``user.password = await asyncio.to_thread(User.password.type.hash, typed)``.

    Args:
        profile: the name of a dated set of parameters; see ``safeguards.crypto.passwords``.

    Raises:
        InputError: no profile has this name.
    """

    impl = String
    cache_ok = True
    comparator_factory = PasswordComparator

    def __init__(self, profile: str = DEFAULT_PROFILE) -> None:
        super().__init__(MAX_CHARACTERS)
        self.profile = profile
        self._places: list[str] = []  # the columns that share this object, for messages
        _known(profile)

    @property
    def python_type(self) -> type[HashedPassword]:
        """What reading the column gives."""
        return HashedPassword

    def hash(self, password: Any) -> HashedPassword:
        """Return what the column keeps of a password; a HashedPassword stays the hash it is.

        Raises:
            InputError: the password is no str, empty, too long or no valid Unicode.
            AlreadyProtected: it is the text of a hash.
        """
        problem: InputError
        try:
            if isinstance(password, HashedPassword):
                return HashedPassword(password.phc, self.profile)
            return HashedPassword.of(password, self.profile)
        except AlreadyProtected as error:
            problem = AlreadyProtected(f"{self._place}: {error}")
        except InputError as error:
            problem = InputError(f"{self._place}: {error}")
        raise problem

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Hash on the way into the database."""
        return None if value is None else self.hash(value).phc

    def process_result_value(self, value: Any, dialect: Dialect) -> HashedPassword | None:
        """Give the stored hash as a value that verifies."""
        if value is None:
            return None
        try:
            return HashedPassword(value, self.profile)
        except InputError as error:
            problem = f"{self._place}: a stored value is refused: {error}"
        raise InputError(problem)

    def literal_processor(self, dialect: Dialect) -> NoReturn:
        """Refuse to print a value into SQL text."""
        raise OperatorRefused(f"{self._place}: literal_binds would print the value into the statement")

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Treat the other side of an assignment as a password."""
        return self

    def compare_values(self, x: Any, y: Any) -> bool:
        """Say whether two attribute values are one hash."""
        hashed = isinstance(x, HashedPassword) and isinstance(y, HashedPassword)
        return bool(x == y) if hashed else x is y

    @property
    def _place(self) -> str:
        return f"column {' or '.join(self._places)}" if self._places else "PasswordHash"

    def _set_parent(self, parent: Any, outer: bool = False, **kw: Any) -> None:
        super()._set_parent(parent, outer=outer, **kw)
        if getattr(parent, "type", self) is not self:
            raise InputError("PasswordHash is a column's own type, not a variant or an element of one")
        event.listen(parent, "after_parent_attach", _join)

    def __repr__(self) -> str:
        return f"PasswordHash(profile={self.profile!r})"


_known = profile  # the constructor's argument has the same name


def check(owner: object | None, attribute: QueryableAttribute[Any] | str, candidate: str) -> bool:
    """Verify a login, and hash the password anew where the profile has changed; the session's flush keeps it.

    ``check(user, User.password, typed)``. ``owner`` may be None, and its password too: with ``User.password``
    that costs as much as a wrong password, so that time does not tell which accounts exist.
    """
    name = attribute if isinstance(attribute, str) else attribute.key
    stored = None if owner is None else getattr(owner, name)
    if stored is None:
        waste(candidate, _profile_of(owner, attribute))
        return False
    if not stored.verify(candidate):
        return False
    if stored.needs_rehash:
        setattr(owner, name, candidate)
    return True


def _profile_of(owner: object | None, attribute: QueryableAttribute[Any] | str) -> str:
    found = getattr(type(owner), attribute, None) if isinstance(attribute, str) else attribute
    kind = getattr(found, "type", None)
    return kind.profile if isinstance(kind, PasswordHash) else DEFAULT_PROFILE


def _join(column: Column[Any], table: Table) -> None:
    kind, place = column.type, f"{table.fullname}.{column.name}"
    if column.primary_key or column.unique or column.index:
        raise InputError(f"column {place}: a password hash is no key, equal passwords have different hashes")
    if any((column.server_default, column.server_onupdate, column.default, column.onupdate)):
        raise InputError(f"column {place}: a default would be one password for everybody; leave it out")
    if isinstance(kind, PasswordHash) and place not in kind._places:
        kind._places.append(place)
    protect_table(table.name)


@event.listens_for(Mapper, "mapper_configured")
def _watch_attributes(mapper: Mapper[Any], owner: type) -> None:
    for prop in mapper.column_attrs:
        kind = getattr(prop.expression, "type", None)
        attribute = getattr(owner, prop.key)
        if isinstance(kind, PasswordHash) and attribute.class_ is owner:
            _hash_on_assignment(attribute, kind)
            _forget_plain(owner, prop.key)


def _hash_on_assignment(attribute: Any, kind: PasswordHash) -> None:
    def hashed(target: Any, value: Any, *_: Any) -> Any:
        return value if _is_null(value) else kind.hash(value)

    event.listen(attribute, "set", hashed, retval=True, propagate=True)


def _forget_plain(owner: type, key: str) -> None:
    """Reload what ``update(User).values(password=...)`` leaves in objects of the session: the password."""

    def expire(target: Any, *_: Any) -> None:
        session = object_session(target)
        if isinstance(vars(target).get(key), str) and session is not None:
            session.expire(target, [key])

    event.listen(owner, "refresh", expire, propagate=True)
