"""Facts about the vectors of a model, kept in memory until a vector or a track changes."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from db.schema import VectorStamp

Value = TypeVar("Value")
Pair = tuple[str, str]  # (model, variant)


class StampedCache(Generic[Value]):
    """By database and pair, with the stamp that the triggers of migration 0006 had left."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Engine, dict[Pair, tuple[int, Value]]] = WeakKeyDictionary()

    def get(self, session: Session, pair: Pair, read: Callable[[Session, Pair], Value]) -> Value:
        """What read(session, pair) returns, read again when the vectors have changed."""
        values = self._known.setdefault(engine_of(session), {})
        stamp = session.scalar(
            select(VectorStamp.stamp).where(VectorStamp.model == pair[0], VectorStamp.dataset == pair[1])
        )
        known = values.get(pair)
        if stamp is not None and known and known[0] == stamp:
            return known[1]
        value = read(session, pair)
        if stamp is not None:
            values[pair] = stamp, value
        return value


def engine_of(session: Session) -> Engine:
    bind = session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind
