"""CRC-32C (Castagnoli), the checksum of TensorFlow's checkpoints, as it is defined in RFC 3720."""

import functools

import numpy as np


def crc32c(data: bytes) -> int:
    """CRC-32C of any number of bytes; 3 MB take a tenth of a second.

    The remainder is linear. Equal parts of the data advance together, a byte at a time, then neighbors are
    joined: the left one moves over the bytes of the right one and is added to it.
    """
    first = np.frombuffer(data, np.uint8)
    inverted = first.copy()
    inverted[:4] ^= 0xFF  # the register begins with 32 ones
    part_bytes = 1 << (len(data).bit_length() // 2)
    n_parts = 1 << max(0, (len(data) - 1) // part_bytes).bit_length()
    parts = np.zeros(n_parts * part_bytes, np.uint8)  # zeros in front change nothing
    parts[len(parts) - len(data) :] = inverted
    registers: np.ndarray = np.zeros(n_parts, np.uint32)
    table = byte_table()
    for column in np.ascontiguousarray(parts.reshape(n_parts, part_bytes).T):
        registers = table[(registers ^ column) & 0xFF] ^ (registers >> 8)
    level = part_bytes.bit_length() - 1
    while len(registers) > 1:
        registers = move(registers[::2], zero_bytes(level)) ^ registers[1::2]
        level += 1
    return int(registers[0]) ^ 0xFFFFFFFF ^ (0xFFFFFFFF >> 8 * min(len(data), 4))


@functools.cache
def byte_table() -> np.ndarray:
    """What each byte leaves in the register: uint32 [256]."""
    registers: np.ndarray = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        registers = (registers >> 1) ^ np.where(registers & 1, 0x82F63B78, 0).astype(np.uint32)
    return registers


@functools.cache
def zero_bytes(level: int) -> np.ndarray:
    """What 2 ** level zero bytes make of each bit of the register: uint32 [32]."""
    if level == 0:
        bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
        return byte_table()[bits & 0xFF] ^ (bits >> 8)
    half = zero_bytes(level - 1)
    return move(half, half)


def move(registers: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Every register by a linear map, given by the images of its bits."""
    bits = (registers[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    return np.bitwise_xor.reduce(bits * images, axis=1)
