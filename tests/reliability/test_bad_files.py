"""The worst files there are: each is heard or has its reason, in bounded time and memory."""

import re

import pytest

import config
from tests.ML.golden import SHARED, needs_shared
from tests.reliability.bad_files import fate, fates, report, write_bombs

BAD_FILES = SHARED / "badfiles"


@needs_shared
def test_the_worst_files_of_other_programs_are_heard_or_have_a_reason():
    found = fates(BAD_FILES)
    assert len(found) == 93
    assert sum(what == "ok" for what in found.values()) == 81
    assert not [what for what in found.values() if "crashed" in what or "took longer" in what]
    assert report(found, BAD_FILES).count("\n") == 1 + len(
        {path.parts[len(BAD_FILES.parts)] for path in found}
    )


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    write_bombs(folder, hours=2, megabytes=1100)
    return folder


BOMBS = {
    "1000000 Hz.wav": "not indexed: .* sample rate is 1000000 Hz",
    "claims 13 hours.wav": "ok",
    "inflating tag.mp3": "ok",  # without its tags
    "silence.flac": "not heard: … is longer than 1 h .MELODEX_MAX_TRACK_HOURS.",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_do_not_go_off(name, bombs, monkeypatch):
    monkeypatch.setattr(config, "MAX_TRACK_HOURS", 1)
    assert re.match(BOMBS[name], fate(bombs / name))
