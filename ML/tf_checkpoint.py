"""TensorFlow 1 checkpoints: a table of names (`.index`) and the tensors' bytes (`.data-00000-of-00001`).

Own code, because the format is small and fixed, and neither TensorFlow nor a reader package checks every
checksum and reports every kind of damage as one error.
Source: LevelDB's table_format.md; TensorFlow's tensor_bundle.proto.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ML.crc32c import crc32c
from ML.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn

INDEX_NAME, DATA_NAME = ".index", ".data-00000-of-00001"
FOOTER_BYTES = 48  # two block handles of at most 20 bytes each, and the magic number
MAGIC = 0xDB4775248B80FB57
TRAILER_BYTES = 5  # of a block: how it is compressed, and its checksum
FLOAT32 = 1  # DataType.DT_FLOAT
# The last parts of names that an optimizer gives to its own variables, without their number ("Adam_1").
SLOTS = {"Adam", "Momentum", "RMSProp", "Adagrad", "Adadelta", "beta1_power", "beta2_power"}

NORM_TENSORS = {
    "gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip
WEIGHT_TENSORS = {"kernel": "weight", "bias": "bias"}


@dataclass(frozen=True)
class Entry:
    """Where a tensor is in the data file; offset and n_bytes in bytes."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    n_bytes: int
    checksum: int


def read_checkpoint(folder: Path) -> dict[str, np.ndarray]:
    """Tensors by name, float32, without the optimizer's.

    Raises WeightsError for files that are missing, damaged or of another kind.
    """
    try:
        index, data = ((folder / name).read_bytes() for name in (INDEX_NAME, DATA_NAME))
        entries = {name: entry for name, entry in read_entries(index) if not is_slot(name)}
        return {name: read_tensor(name, entry, data) for name, entry in entries.items()}
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise WeightsError(
            f"Cannot load weights {folder}: {error}. Delete the folder and download the weights again."
        ) from error


def is_slot(name: str) -> bool:
    return name.rsplit("/", 1)[-1].rstrip("_0123456789") in SLOTS


def refuse(reason: str) -> NoReturn:
    raise ValueError(reason)


def load_layers(network: "nn.Module", layers: dict[str, str], folder: Path) -> None:
    """Load a checkpoint into a network. layers: path of a module by the name of its layer in TensorFlow.

    Kernels are [frames, bands, in, out] in TensorFlow; here a convolution is [out, in, bands, frames], one
    over frames alone [out, bands, frames].
    Raises WeightsError where a tensor is missing, misshapen or not of the network.
    """
    import torch

    tensors = read_checkpoint(folder)
    expected = {
        f"{layer}/{theirs}": getattr(network.get_submodule(path), ours)
        for layer, path in layers.items()
        for theirs, ours in (NORM_TENSORS if "normalization" in layer else WEIGHT_TENSORS).items()
    }
    shapes = {name: shape_in_tensorflow(tensor) for name, tensor in expected.items()}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    if found != shapes:
        names = sorted(name for name in {*found, *shapes} if found.get(name) != shapes.get(name))
        facts = [f"{name} is {found.get(name, 'missing')}, not {shapes.get(name, 'known')}" for name in names]
        raise WeightsError(f"{folder} does not fit {type(network).__name__}: {'; '.join(facts)}.")
    with torch.no_grad():
        for name, tensor in expected.items():
            tensor.copy_(torch.from_numpy(tensors[name].T).reshape(tensor.shape))


def shape_in_tensorflow(tensor: "Tensor") -> tuple[int, ...]:
    shape = tuple(tensor.shape)[::-1]
    return (shape[0], shape[1], 1, shape[2]) if len(shape) == 3 else shape


# --- the table ----------------------------------------------------------------------------------------------
def read_entries(table: bytes) -> Iterator[tuple[str, Entry]]:
    """Name and place of every tensor. Raises ValueError, IndexError, struct.error."""
    footer = table[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        refuse("the index is damaged: it does not end as a table")
    _, end = read_handle(footer, 0)  # of the block of filters, which a checkpoint does not use
    index_block, _ = read_handle(footer, end)
    for _, value in read_block(table, index_block):
        for key, entry in read_block(table, read_handle(value, 0)[0]):
            if key:
                yield key.decode(), read_entry(entry)
            else:
                check_header(entry)


def read_handle(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    """((offset, bytes) of a block, the position after the handle)."""
    offset, position = read_varint(data, position)
    n_bytes, position = read_varint(data, position)
    return (offset, n_bytes), position


def read_block(table: bytes, handle: tuple[int, int]) -> list[tuple[bytes, bytes]]:
    """Keys and values; each key begins with so many bytes of the one before it."""
    start, end = handle[0], sum(handle)
    compression, checksum = struct.unpack("<BI", table[end : end + TRAILER_BYTES])
    check_sum(table[start : end + 1], checksum, "a block of the index")
    if compression:
        refuse(f"a block of the index is compressed (type {compression})")
    block, items, key = table[start:end], [], b""
    (n_restarts,) = struct.unpack("<I", block[-4:])
    entries = block[: len(block) - 4 * (n_restarts + 1)]
    position = 0
    while position < len(entries):
        n_shared, position = read_varint(entries, position)
        n_own, position = read_varint(entries, position)
        n_value, position = read_varint(entries, position)
        value_at = position + n_own
        key = key[:n_shared] + entries[position:value_at]
        position = value_at + n_value
        items.append((key, entries[value_at:position]))
    return items


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the position after it."""
    number = shift = 0
    while True:
        byte = data[position]
        number |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return number, position


# --- messages -----------------------------------------------------------------------------------------------
def read_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a protocol buffer."""
    position = 0
    while position < len(message):
        tag, position = read_varint(message, position)
        kind = tag & 7
        value: int | bytes
        if kind == 0:
            value, position = read_varint(message, position)
        elif kind == 2:
            n_bytes, position = read_varint(message, position)
            value, position = message[position : position + n_bytes], position + n_bytes
        elif kind == 5:
            value, position = struct.unpack("<I", message[position : position + 4])[0], position + 4
        else:
            refuse(f"the index holds a field of unknown kind {kind}")
        yield tag >> 3, value


def check_header(message: bytes) -> None:
    """One data file (field 1), little-endian (field 2 absent or 0)."""
    fields = dict(read_fields(message))
    if fields.get(1) != 1 or fields.get(2, 0) != 0:
        refuse("the checkpoint is in several files or big-endian, which is not supported")


def read_entry(message: bytes) -> Entry:
    """Fields: 1 dtype, 2 shape, 4 offset, 5 bytes, 6 checksum; what is 0 is absent."""
    fields = dict(read_fields(message))
    dtype, offset, n_bytes, checksum = (as_number(fields.get(number, 0)) for number in (1, 4, 5, 6))
    return Entry(dtype, read_shape(as_bytes(fields.get(2, b""))), offset, n_bytes, checksum)


def read_shape(message: bytes) -> tuple[int, ...]:
    """Field 2, once a dimension; its field 1 is the size."""
    dimensions = (as_bytes(value) for number, value in read_fields(message) if number == 2)
    return tuple(as_number(dict(read_fields(dimension)).get(1, 0)) for dimension in dimensions)


def as_number(value: int | bytes) -> int:
    return value if isinstance(value, int) else refuse("the index holds bytes in the place of a number")


def as_bytes(value: int | bytes) -> bytes:
    return value if isinstance(value, bytes) else refuse("the index holds a number in the place of bytes")


def read_tensor(name: str, entry: Entry, data: bytes) -> np.ndarray:
    """float32 in the shape of the entry. Raises ValueError."""
    if entry.dtype != FLOAT32:
        refuse(f"{name} is not float32 (type {entry.dtype})")
    values = data[entry.offset : entry.offset + entry.n_bytes]
    if len(values) != entry.n_bytes or entry.n_bytes != 4 * math.prod(entry.shape):
        refuse(f"the data file is too short, or {name} has another shape")
    check_sum(values, entry.checksum, name)
    return np.frombuffer(values, "<f4").astype(np.float32).reshape(entry.shape)


def check_sum(data: bytes, masked: int, what: str) -> None:
    """masked: as LevelDB stores a CRC-32C. Raises ValueError."""
    crc = crc32c(data)
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    if (rotated + 0xA282EAD8) & 0xFFFFFFFF != masked:
        refuse(f"{what} is damaged: its checksum is another")
