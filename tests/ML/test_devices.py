"""The GPU is used when there is one, and the log says so."""

import pytest
import torch

from ML.devices import batch_segments, describe_device, pick_device


@pytest.fixture
def machine(monkeypatch):
    def has(cuda: bool = False, mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Test GPU 9000")

    return has


@pytest.mark.parametrize(
    ("cuda", "mps", "picked"), [(True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_takes_the_best_there_is(machine, cuda, mps, picked):
    machine(cuda, mps)
    assert pick_device("auto") == picked


def test_a_person_can_choose(machine):
    machine(cuda=True)
    assert pick_device("cpu") == "cpu"


def test_the_log_names_the_gpu(machine):
    machine(cuda=True)
    assert describe_device("cuda") == "GPU acceleration enabled: Test GPU 9000"
    assert "CPU" in describe_device("cpu")


def test_batches_suit_the_device_unless_a_setting_says_otherwise():
    assert batch_segments("cpu", 0) < batch_segments("cuda", 0)
    assert batch_segments("cuda:1", 0) == batch_segments("cuda", 0)
    assert batch_segments("cpu", 7) == 7
