"""TensorFlow checkpoints: every tensor is what was saved, or the error says what to do."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ML.crc32c import crc32c
from ML.errors import WeightsError
from ML.tf_checkpoint import DATA_NAME, INDEX_NAME, MAGIC, load_layers, read_checkpoint

TENSORS = {
    "conv/bias": np.arange(3, dtype=np.float32),
    "conv/kernel": np.random.default_rng(0).standard_normal((7, 5, 2, 3)).astype(np.float32),
    "conv/kernel/Adam": np.ones((7, 5, 2, 3), np.float32),
    "conv/kernel/Adam_1": np.ones((7, 5, 2, 3), np.float32),
    "beta1_power": np.float32(0.9),
    "dense/kernel": np.random.default_rng(1).standard_normal((4, 6)).astype(np.float32),
    "scale": np.float32(2.0),
}
WITHOUT_OPTIMIZER = {"conv/bias", "conv/kernel", "dense/kernel", "scale"}
N_DAMAGES = 400  # of each kind: every byte of the index, and more positions than tensors in the data


# --- a writer, in the words of the format's description -----------------------------------------------------
def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def masked(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def numbered(number: int, value: int | bytes) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def entry(tensor: np.ndarray, offset: int) -> bytes:
    shape = b"".join(numbered(2, numbered(1, size)) for size in tensor.shape)
    checksum = varint(6 << 3 | 5) + struct.pack("<I", masked(tensor.tobytes()))
    return numbered(1, 1) + numbered(2, shape) + numbered(4, offset) + numbered(5, tensor.nbytes) + checksum


def block(items: list[tuple[bytes, bytes]], compression: int = 0) -> bytes:
    """Keys without what they share with the key before, then one restart, kind and checksum."""
    content, before = b"", b""
    for key, value in items:
        n_shared = len(os.path.commonprefix([key, before]))
        own = key[n_shared:]
        content += varint(n_shared) + varint(len(own)) + varint(len(value)) + own + value
        before = key
    content += struct.pack("<II", 0, 1) + bytes([compression])
    return content + struct.pack("<I", masked(content))


def write_checkpoint(folder: Path, tensors: dict[str, np.ndarray], compression: int = 0) -> Path:
    """The tensors in two blocks, as TensorFlow writes them."""
    folder.mkdir()
    data, items = b"", [(b"", numbered(1, 1))]
    for name, tensor in sorted(tensors.items()):
        items.append((name.encode(), entry(tensor, len(data))))
        data += tensor.tobytes()
    table, handles = b"", []
    middle = len(items) // 2
    for half in (items[:middle], items[middle:]):
        made = block(half, compression)
        handles.append((half[-1][0], varint(len(table)) + varint(len(made) - 5)))
        table += made
    filters = block([])
    ends = varint(len(table)) + varint(len(filters) - 5)
    table += filters
    index = block(handles)
    ends += varint(len(table)) + varint(len(index) - 5)
    (folder / INDEX_NAME).write_bytes(table + index + ends.ljust(40, b"\0") + struct.pack("<Q", MAGIC))
    (folder / DATA_NAME).write_bytes(data)
    return folder


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "checkpoint", TENSORS)


# --- reading ------------------------------------------------------------------------------------------------
def test_checksums_are_those_of_the_standard():
    """Values of RFC 3720, appendix B.4, and the usual check value."""
    known = {
        b"": 0,
        b"123456789": 0xE3069283,
        b"\x00" * 32: 0x8A9136AA,
        b"\xff" * 32: 0x62A8AB43,
        bytes(range(32)): 0x46DD794E,
        bytes(range(31, -1, -1)): 0x113FDB5C,
    }
    assert {data: crc32c(data) for data in known} == known


@pytest.mark.parametrize("n_bytes", [1, 2, 3, 4, 5, 63, 64, 65, 1023, 4096, 70_001])
def test_checksums_of_any_length_are_those_of_the_definition(n_bytes):
    data = np.random.default_rng(n_bytes).integers(0, 256, n_bytes).astype(np.uint8).tobytes()
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(data) == register ^ 0xFFFFFFFF


def test_every_tensor_comes_back_without_those_of_the_optimizer(checkpoint):
    tensors = read_checkpoint(checkpoint)
    assert tensors.keys() == WITHOUT_OPTIMIZER
    for name, tensor in tensors.items():
        assert tensor.dtype == np.float32
        np.testing.assert_array_equal(tensor, TENSORS[name])


def is_same_or_refused(folder: Path) -> bool:
    """Whether it was refused, with the way out. The optimizer's tensors may be damaged: nobody reads them."""
    try:
        tensors = read_checkpoint(folder)
    except WeightsError as error:
        assert str(folder) in str(error) and "download the weights again" in str(error)
        return True
    assert tensors.keys() == WITHOUT_OPTIMIZER
    assert all(np.array_equal(tensor, TENSORS[name]) for name, tensor in tensors.items())
    return False


@pytest.mark.parametrize("name", [INDEX_NAME, DATA_NAME])
def test_a_flipped_bit_is_noticed_wherever_it_matters(checkpoint, name):
    path = checkpoint / name
    intact = path.read_bytes()
    positions = np.unique(np.linspace(0, len(intact) - 1, N_DAMAGES).astype(int))
    n_refused = 0
    for position in positions:
        damaged = bytearray(intact)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        n_refused += is_same_or_refused(checkpoint)
    # The optimizer has 61 % of the data; of the index, the block of filters and padding are not read.
    assert n_refused > 0.35 * len(positions)


@pytest.mark.parametrize("name", [INDEX_NAME, DATA_NAME])
def test_half_a_file_is_noticed(checkpoint, name):
    path = checkpoint / name
    intact = path.read_bytes()
    for length in np.unique(np.linspace(0, len(intact) - 5, N_DAMAGES).astype(int)):
        path.write_bytes(intact[:length])
        assert is_same_or_refused(checkpoint), length


@pytest.mark.parametrize("n_bytes", [0, 8, 48, 400])
def test_any_bytes_in_the_place_of_the_index_are_refused(checkpoint, n_bytes):
    for seed in range(50):
        noise = np.random.default_rng(seed).integers(0, 256, n_bytes).astype(np.uint8).tobytes()
        (checkpoint / INDEX_NAME).write_bytes(noise + struct.pack("<Q", MAGIC))
        assert is_same_or_refused(checkpoint)


def test_a_missing_file_is_refused(checkpoint):
    (checkpoint / DATA_NAME).unlink()
    assert is_same_or_refused(checkpoint)


def test_compressed_blocks_are_refused_by_name(tmp_path):
    with pytest.raises(WeightsError, match=r"compressed \(type 1\)"):
        read_checkpoint(write_checkpoint(tmp_path / "checkpoint", TENSORS, compression=1))


# --- into a network -----------------------------------------------------------------------------------------
class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.filters = nn.Conv2d(2, 3, (5, 7))
        self.scores = nn.Linear(4, 6, bias=False)


LAYERS = {"conv": "filters"}


def conv_only(**changes: np.ndarray | None) -> dict[str, np.ndarray]:
    tensors = {name: TENSORS[f"conv/{name}"] for name in ("kernel", "bias")} | changes
    return {f"conv/{name}": tensor for name, tensor in tensors.items() if tensor is not None}


def test_a_kernel_is_turned_into_pytorch_order(tmp_path):
    """Frames, bands, in, out → out, in, bands, frames."""
    network = Network()
    load_layers(network, LAYERS, write_checkpoint(tmp_path / "checkpoint", conv_only()))
    kernel = TENSORS["conv/kernel"]
    assert network.filters.weight[2, 1, 4, 6].item() == kernel[6, 4, 1, 2]
    assert torch.equal(network.filters.bias, torch.arange(3.0))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bias": None}, "conv/bias is missing, not (3,)"),
        ({"bias": np.zeros(4, np.float32)}, "conv/bias is (4,), not (3,)"),
        ({"extra": np.zeros(2, np.float32)}, "conv/extra is (2,), not known"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(changes, reason, tmp_path):
    folder = write_checkpoint(tmp_path / "checkpoint", conv_only(**changes))
    with pytest.raises(WeightsError) as refusal:
        load_layers(Network(), LAYERS, folder)
    assert reason in str(refusal.value) and "Network" in str(refusal.value)
