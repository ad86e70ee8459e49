"""The feature cache holds whole arrays, forgets what was used longest ago, and knows a sound again."""

import os
import platform
import subprocess

import numpy as np

from ML.training.feature_cache import FeatureCache, SoundHashes, part_of, sweep, trim
from tests.sounds import noise, tone, write_sound

FEATURES = np.arange(8, dtype=np.float32).reshape(2, 4)


def test_what_is_kept_comes_back(tmp_path):
    FeatureCache(tmp_path / "a").save("abc", FEATURES)
    assert np.array_equal(FeatureCache(tmp_path / "a").load("abc"), FEATURES)
    assert FeatureCache(tmp_path / "a").load("abd") is None
    assert FeatureCache(tmp_path / "b").load("abc") is None, "of another encoder"


def test_half_an_array_is_none(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.save("abc", FEATURES)
    (path,) = tmp_path.rglob("*.npy")
    for size in (path.stat().st_size - 1, 5, 0):
        os.truncate(path, size)
        assert cache.load("abc") is None


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = FeatureCache(None)
    cache.save("abc", FEATURES)
    assert cache.load("abc") is None and not list(tmp_path.iterdir())


def test_what_was_used_longest_ago_goes_first(tmp_path):
    cache = FeatureCache(tmp_path)
    for age, sound in enumerate(("new", "older", "oldest but used")):
        cache.save(sound, FEATURES)
        os.utime(cache.place_of(tmp_path, sound), (1000 - age, 1000 - age))
    cache.load("oldest but used")
    size = cache.place_of(tmp_path, "new").stat().st_size
    assert trim(tmp_path, 3 * size) == 0
    assert trim(tmp_path, 2 * size) == 1
    assert cache.load("older") is None
    assert trim(tmp_path, 0) == 2 and not list(tmp_path.rglob("*.npy"))


def test_a_known_file_is_not_read_again(tmp_path, monkeypatch):
    song, memory = write_sound(tmp_path / "song.wav", tone()), tmp_path / "sounds.json"
    sounds = SoundHashes(memory)
    first = sounds.of(song)
    sounds.save()
    monkeypatch.setattr("ML.training.feature_cache.isolated", lambda function, path: "read")
    assert SoundHashes(memory).of(song) == first
    write_sound(song, noise(1))
    os.utime(song, ns=(1, 1))
    assert SoundHashes(memory).of(song) == "read"


def test_two_that_remember_keep_what_the_other_found(tmp_path):
    one, other = write_sound(tmp_path / "1.wav", tone()), write_sound(tmp_path / "2.wav", noise(1))
    memory = tmp_path / "sounds.json"
    left, right = SoundHashes(memory), SoundHashes(memory)
    left.of(one), right.of(other)
    left.save(), right.save()
    assert set(SoundHashes(memory).known) == {str(one), str(other)}
    memory.write_text("{half")
    assert SoundHashes(memory).known == {}


def test_what_a_killed_process_had_half_written_is_swept(tmp_path):
    with subprocess.Popen(["true"]) as ended:
        pass
    here = platform.node()
    dead, own = tmp_path / f".a.npy.{here}-{ended.pid}.part", part_of(tmp_path / "b.npy")
    elsewhere, old = tmp_path / ".c.npy.another-1.part", tmp_path / ".d.npy.another-2.part"
    for path in (dead, own, elsewhere, old):
        path.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    sweep(tmp_path)
    assert set(tmp_path.iterdir()) == {own, elsewhere}
