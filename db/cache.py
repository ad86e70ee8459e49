"""Things computed from the database, kept in memory while the database stays as it is."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Protocol, TypeVar

N_LOCKS = 64  # keys share locks, so that a flood of keys leaves none behind


class Sized(Protocol):
    @property
    def n_bytes(self) -> int: ...


Value = TypeVar("Value", bound=Sized)


@dataclass(frozen=True)
class Entry(Generic[Value]):
    """A value, and the version of the database that it is true of."""

    version: int
    value: Value


class VersionedCache(Generic[Value]):
    """At most max_bytes, the least recently used go first; the newest stays however large it is."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, Entry[Value]] = OrderedDict()
        self._lock = Lock()
        self._makers = [Lock() for _ in range(N_LOCKS)]

    def get(self, key: Hashable, version: Callable[[], int], make: Callable[[Value | None], Value]) -> Value:
        """The value as the database stands: made once, however many ask at the same time.

        make(older): the value, which may be the older one, None where there is none.
        """
        with self._makers[hash(key) % N_LOCKS]:
            now = version()  # before reading: what is read is at least as new
            entry = self._find(key)
            if entry is None or entry.version != now:
                entry = Entry(now, make(entry.value if entry else None))
                self._keep(key, entry)
            return entry.value

    def _find(self, key: Hashable) -> Entry[Value] | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def _keep(self, key: Hashable, entry: Entry[Value]) -> None:
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > 1 and self._n_bytes() > self.max_bytes:
                self._entries.popitem(last=False)

    def _n_bytes(self) -> int:
        return sum(entry.value.n_bytes for entry in self._entries.values())
