"""Files beside the database: whole or not there, whatever happens while they are written."""

import subprocess
import sys
import threading
import time

import pytest

from db.derived import DerivedFiles
from tests.conftest import REPOSITORY

KILLED = """
import sys, time
from pathlib import Path
from db.database import open_database
from db.derived import DerivedFiles

def write(path):
    path.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)

DerivedFiles(open_database(Path(sys.argv[1]))).make("a/b", "key", write)
"""


@pytest.fixture
def derived(database) -> DerivedFiles:
    return DerivedFiles(database)


def test_a_file_is_written_once_and_found_again(derived):
    assert derived.find("a/b", "key") is None
    path = derived.make("a/b", "key", lambda part: part.write_text("content"))
    assert derived.find("a/b", "key") == path
    assert derived.make("a/b", "key", lambda part: pytest.fail("written again")) == path
    assert path.read_text() == "content"


def test_another_key_takes_the_place_and_other_names_stay(derived):
    old = derived.make("a/b", "1", lambda part: part.write_text("1"))
    other = derived.make("a/c", "1", lambda part: part.write_text("other"))
    derived.make("a/b", "2", lambda part: part.write_text("2"))
    assert (old.exists(), other.exists()) == (False, True)
    assert derived.find("a/b", "1") is None


def test_a_write_that_fails_leaves_nothing(derived):
    def fail(part) -> None:
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        derived.make("a/b", "key", fail)
    assert [path for path in derived.folder.rglob("*") if path.is_file()] == []


def test_a_killed_writer_leaves_no_half_file_and_no_lock(derived, database):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(database.path)], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"writing\n"
    process.kill()
    process.wait(30)
    assert derived.find("a/b", "key") is None
    derived.make("a/b", "key", lambda part: part.write_text("whole"))
    assert [path.read_text() for path in derived.folder.rglob("*") if path.is_file()] == ["whole"]


def test_two_who_need_it_at_once_write_once(derived):
    written, start = [], threading.Barrier(4)

    def write(part) -> None:
        time.sleep(0.05)
        written.append(part)
        part.write_text("content")

    def ask() -> None:
        start.wait()
        derived.make("a/b", "key", write)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(written) == 1
