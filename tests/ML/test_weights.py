"""Weights: found, missing with the way out, and never a program."""

import os
import pickle

import pytest
import torch

from ML import registry
from ML.errors import WeightsError, WeightsMissingError
from ML.weights import find_weights, load_state_dict

MTAT = registry.get("musicnn", "mtat")


class Malice:
    def __reduce__(self):
        return os.system, ("touch executed",)


def test_missing_weights_say_what_to_get_and_where_to_put_it(tmp_path):
    with pytest.raises(WeightsMissingError) as caught:
        find_weights(MTAT, tmp_path, {})
    assert str(tmp_path / "mtat" / "musicnn.pth") in str(caught.value)
    assert "https://" in str(caught.value) and "3.3 MB" in str(caught.value)


def test_settings_can_point_elsewhere(tmp_path):
    elsewhere = tmp_path / "mine.pth"
    elsewhere.touch()
    assert find_weights(MTAT, tmp_path, {"musicnn": {"mtat": elsewhere}}) == elsewhere


def test_a_model_without_weights_needs_none(tmp_path):
    assert find_weights(registry.get("acoustic"), tmp_path, {}) is None


@pytest.mark.parametrize("save", [torch.save, lambda thing, path: path.write_bytes(pickle.dumps(thing))])
def test_a_pickle_that_runs_code_is_refused(tmp_path, monkeypatch, save):
    monkeypatch.chdir(tmp_path)
    save({"weight": Malice()}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="evil.pth"):
        load_state_dict(tmp_path / "evil.pth")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("content", [b"", b"not weights", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_a_clear_error(tmp_path, content):
    path = tmp_path / "damaged.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="get it again"):
        load_state_dict(path)


def test_weights_saved_on_a_gpu_or_in_the_old_format_load(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert torch.equal(load_state_dict(tmp_path / "old.pth")["a"], torch.ones(2))
