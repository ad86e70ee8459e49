"""What is computed from the database is computed once, and again when anybody has changed it."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass

import pytest

from db.cache import VersionedCache
from db.schema import Track

WRITE = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    connection.execute("INSERT INTO tracks (filename) VALUES ('b.mp3')")
"""


@dataclass
class Thing:
    name: str
    n_bytes: int = 10


@pytest.fixture
def made() -> list[str]:
    return []


def maker(made: list[str], name: str, n_bytes: int = 10):
    return lambda older: (made.append(name), Thing(name, n_bytes))[1]


def test_the_version_is_the_same_until_somebody_writes(database):
    version = database.version()
    with database.read() as session:
        session.query(Track).all()
    assert database.version() == version
    with database.write() as session:
        session.add(Track(filename="a.mp3"))
    assert database.version() != version


def test_writes_of_other_processes_count_too(database):
    version = database.version()
    subprocess.run([sys.executable, "-c", WRITE, str(database.path)], check=True)
    assert database.version() != version
    with sqlite3.connect(database.path) as connection:
        assert connection.execute("SELECT filename FROM tracks").fetchall() == [("b.mp3",)]


def test_a_write_that_was_rolled_back_changes_nothing(database):
    version = database.version()
    with pytest.raises(ZeroDivisionError), database.write() as session:
        session.add(Track(filename="a.mp3"))
        session.flush()
        raise ZeroDivisionError
    assert database.version() == version


def test_a_value_is_made_once_a_version(made):
    cache, version = VersionedCache(100), 1
    for _ in range(3):
        assert cache.get("key", lambda: version, maker(made, "first")).name == "first"
    version = 2
    assert cache.get("key", lambda: version, maker(made, "second")).name == "second"
    assert made == ["first", "second"]


def test_a_value_can_outlive_its_version(made):
    """The maker is shown the older value, and may find that it is still true."""
    cache = VersionedCache(100)
    first = cache.get("key", lambda: 1, maker(made, "first"))
    assert cache.get("key", lambda: 2, lambda older: older) is first
    assert cache.get("key", lambda: 2, maker(made, "never")) is first
    assert made == ["first"]


def test_many_who_ask_at_once_wait_for_one(made):
    cache, start = VersionedCache(100), threading.Barrier(8)

    def ask() -> None:
        start.wait()
        cache.get("key", lambda: 1, maker(made, "once"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["once"]


def test_what_was_not_used_for_longest_goes_first(made):
    cache = VersionedCache(25)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, lambda: 1, maker(made, key))
    assert made == ["a", "b", "c", "b"], "a was used in between and stayed"


def test_the_newest_stays_however_large(made):
    cache = VersionedCache(25)
    for key in ("small", "large", "large", "small"):
        cache.get(key, lambda: 1, maker(made, key, 1000 if key == "large" else 10))
    assert made == ["small", "large", "small"]


def test_a_failure_is_not_kept(made):
    cache = VersionedCache(100)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1, lambda older: 1 / 0)
    assert cache.get("key", lambda: 1, maker(made, "then")).name == "then"
