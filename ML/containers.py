"""Audio files opened by FFmpeg: containers, their packets, the frames that these decode to."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ML.errors import AudioDecodeError, AudioOutOfReachError
from ML.ogg_links import FileSlice, find_links

if TYPE_CHECKING:
    import hashlib

    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# Outside these a file is damaged or not music, and resampling it would ask for absurd memory.
MIN_SAMPLE_RATE = 1_000  # Hz
MAX_SAMPLE_RATE = 768_000  # Hz
# Of rights, disks and networks, not of what is in the file.
OUT_OF_REACH = {
    errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENODEV,
    errno.ENXIO, errno.EMFILE, errno.ENFILE, errno.ENOTCONN, errno.EHOSTDOWN,
}  # fmt: skip
READ_BYTES = 1 << 20


def open_links(path: Path) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Container and first audio stream of every link of a chained Ogg, of the file where it is none.

    A link that cannot be opened is passed over. Raises AudioDecodeError when none can.
    """
    links = find_links_or_none(path)
    if len(links) < 2:
        with open_audio(path) as opened:
            yield opened
        return
    errors = []
    for start, end in links:
        with ExitStack() as stack:
            try:
                content = stack.enter_context(FileSlice(path, start, end))
                opened = stack.enter_context(open_audio(path, content))
            except AudioDecodeError as error:
                errors.append(error)
                continue
            yield opened
    if len(errors) == len(links):
        raise errors[0]


def find_links_or_none(path: Path) -> list[tuple[int, int]]:
    """Like `find_links`; nothing for a file that cannot be read: opening it says why."""
    try:
        return find_links(path)
    except OSError:
        return []


@contextmanager
def open_audio(
    path: Path, content: FileSlice | None = None
) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Container and first audio stream, of the file or of a part of it.

    Raises AudioDecodeError with the reason a person can read.
    """
    import av

    try:
        container = av.open(content or str(path), "r", metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        kind = AudioOutOfReachError if is_out_of_reach(error.errno, path) else AudioDecodeError
        raise kind(f"Cannot decode {path.name}: {describe(error, path)}.") from error
    with container:
        if not container.streams.audio:
            raise AudioDecodeError(f"Cannot decode {path.name}: no audio stream in it.")
        stream = container.streams.audio[0]
        if stream.codec_context is None:  # no decoder for it; PyAV's types do not say so
            raise AudioDecodeError(f"Cannot decode {path.name}: its audio is of an unknown kind.")
        check_sample_rate(path, stream.codec_context.sample_rate)
        yield container, stream


def is_out_of_reach(number: int | None, path: Path) -> bool:
    """Whether a file was not opened because of rights or the disk, not because of its content.

    number: of the error, as in `errno`.
    """
    if number != errno.EIO:
        return number in OUT_OF_REACH
    try:
        check_readable(path)
    except OSError:
        return True
    return False  # FFmpeg's own EIO, for damaged content


def check_readable(path: Path) -> None:
    """Raises OSError when the disk does not give all of a file: FFmpeg takes that for its end."""
    with path.open("rb") as file:
        while file.read(READ_BYTES):
            pass


def describe(error: Exception, path: Path) -> str:
    if path.exists() and path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    return getattr(error, "strerror", None) or str(error)


def check_sample_rate(path: Path, sample_rate: int) -> None:
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise AudioDecodeError(
            f"Cannot use {path.name}: its sample rate is {sample_rate} Hz; "
            f"{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz can be used."
        )


def demux_packets(container: "InputContainer", stream: "AudioStream") -> Iterator:
    """Packets until the end or the first damage the demuxer cannot cross."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        yield packet


def decode_frames(path: Path, digest: "hashlib.blake2b | None" = None) -> "Iterator[AudioFrame]":
    """Frames of every packet that decodes; a damaged packet is passed over, as players do.

    digest: updated with every packet. Raises AudioDecodeError when the file cannot be opened.
    """
    import av

    for container, stream in open_links(path):
        for packet in demux_packets(container, stream):
            if digest is not None:
                digest.update(bytes(packet))
            try:
                yield from packet.decode()
            except MemoryError:  # FFmpeg's own is a kind of it
                raise
            except av.error.FFmpegError:
                continue


def stream_duration_seconds(container: "InputContainer", stream: "AudioStream") -> float:
    """As the header says, or FFmpeg's estimate from the bit rate; 0 where there is neither."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else 0.0  # AV_TIME_BASE is 1 µs
