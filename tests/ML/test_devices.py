"""The GPU is used when there is one, and the log says so."""

import sys

import pytest
import torch

from ML.devices import Workers, describe_device, pick_device, share_out, single_threaded


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


def test_every_core_hears_on_a_cpu_and_two_feed_a_gpu():
    assert share_out("cpu", 32) == Workers(n_readers=32, n_hearers=32)
    assert share_out("cpu", 1).n_readers == 2, "one slow file must not stop everything"
    assert share_out("cuda:1", 16) == Workers(n_readers=16, n_hearers=2, hears_on_cpu=False)
    assert share_out("cpu").n_hearers >= 1


def test_without_networks_pytorch_is_not_loaded_to_set_its_threads(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    with single_threaded(share_out("cpu", 4)):
        assert "torch" not in sys.modules


def test_operations_have_a_thread_each_only_while_cores_share_the_work():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    with single_threaded(share_out("cpu", 4)):
        assert torch.get_num_threads() == 1
    with single_threaded(share_out("cuda", 4)):
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)
