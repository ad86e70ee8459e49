"""Small sound files, written as people's programs write them, for tests that need real files."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

SAMPLE_RATE = 22_050  # Hz
SUBTYPES = {".wav": "PCM_16", ".flac": "PCM_16", ".ogg": "VORBIS"}
PCM_FORMAT, FLOAT_FORMAT = 1, 3  # WAVE format tags


def tone(frequency: float = 440.0, seconds: float = 0.5, rate: int = SAMPLE_RATE, level: float = 0.5):
    """float32 [n_samples]"""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def noise(seed: int, seconds: float = 0.5, rate: int = SAMPLE_RATE) -> np.ndarray:
    """float32 [n_samples], another for every seed."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    return (0.1 * samples).astype(np.float32)


def write_sound(path: Path, samples: np.ndarray | None = None, rate: int = SAMPLE_RATE) -> Path:
    """A file of the kind its extension says; samples: float32 [n] or [n, n_channels], None for a tone."""
    import soundfile

    samples = tone(rate=rate) if samples is None else samples
    path.parent.mkdir(parents=True, exist_ok=True)
    extension = path.suffix.lower()
    if extension in (".mp3", ".m4a"):
        write_encoded(path, samples, rate)
    else:
        with path.open("wb") as file:  # a handle: names need not be UTF-8
            soundfile.write(file, samples, rate, format=extension[1:].upper(), subtype=SUBTYPES[extension])
    return path


def write_encoded(
    path: Path,
    samples: np.ndarray,
    rate: int,
    container_options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
) -> Path:
    """MP3 or AAC, by the encoders in PyAV; options: FFmpeg's, of its muxer and its encoder."""
    import av

    codec, container_format = {".mp3": ("libmp3lame", "mp3"), ".m4a": ("aac", "ipod")}[path.suffix.lower()]
    planar = np.ascontiguousarray(samples.reshape(len(samples), -1).T, dtype=np.float32)
    layout = {1: "mono", 2: "stereo"}[len(planar)]
    with av.open(str(path), "w", format=container_format, options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout, options=codec_options or {})
        frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for part in [frame, None]:
            for ready in resampler.resample(part):
                container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return path


def wav_bytes(data: bytes, rate: int, bits: int = 16, n_channels: int = 1, kind: int = PCM_FORMAT) -> bytes:
    """A WAV file put together by hand, so that its header can say anything."""
    block = n_channels * bits // 8
    header = struct.pack("<HHIIHH", kind, n_channels, rate, min(rate * block, 2**32 - 1), block, bits)
    body = (
        b"WAVEfmt " + struct.pack("<I", len(header)) + header + b"data" + struct.pack("<I", len(data)) + data
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def picture(width: int = 64, height: int = 48, colour: str = "crimson", kind: str = "PNG") -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


def tag(path: Path, cover: bytes | None = None, **texts: str) -> Path:
    """Write tags the way players do; texts: title, artist, album, date, genre, tracknumber."""
    {".mp3": tag_id3, ".wav": tag_id3, ".m4a": tag_mp4}.get(path.suffix.lower(), tag_vorbis)(
        path, cover, texts
    )
    return path


def tag_id3(path: Path, cover: bytes | None, texts: dict[str, str]) -> None:
    from mutagen import id3, mp3, wave

    frames = {
        "title": id3.TIT2, "artist": id3.TPE1, "album": id3.TALB,
        "date": id3.TDRC, "genre": id3.TCON, "tracknumber": id3.TRCK,
    }  # fmt: skip
    file = (wave.WAVE if path.suffix.lower() == ".wav" else mp3.MP3)(path)
    if file.tags is None:
        file.add_tags()
    for name, text in texts.items():
        file.tags.add(frames[name](encoding=3, text=[text]))
    if cover:
        file.tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=cover))
    file.save()


def tag_mp4(path: Path, cover: bytes | None, texts: dict[str, str]) -> None:
    from mutagen.mp4 import MP4, MP4Cover

    keys = {
        "title": "\xa9nam",
        "artist": "\xa9ART",
        "album": "\xa9alb",
        "date": "\xa9day",
        "genre": "\xa9gen",
    }
    file = MP4(path)
    for name, text in texts.items():
        if name == "tracknumber":
            number, _, total = text.partition("/")
            file["trkn"] = [(int(number), int(total or 0))]
        else:
            file[keys[name]] = [text]
    if cover:
        file["covr"] = [MP4Cover(cover, MP4Cover.FORMAT_PNG)]
    file.save()


def tag_vorbis(path: Path, cover: bytes | None, texts: dict[str, str]) -> None:
    import base64

    import mutagen
    from mutagen.flac import FLAC, Picture

    file = mutagen.File(path)
    for name, text in texts.items():
        file[name] = [text]
    if cover:
        image = Picture()
        image.type, image.mime, image.data = 3, "image/png", cover
        if isinstance(file, FLAC):
            file.add_picture(image)
        else:
            file["metadata_block_picture"] = [base64.b64encode(image.write()).decode()]
    file.save()


SCALE = (220, 247, 294, 330, 392, 440, 523, 587)  # Hz
NOTE_SECONDS = 0.4


def melody(seed: int, seconds: float = 14.0) -> np.ndarray:
    """Notes of their own over a little noise, at SAMPLE_RATE: what a fingerprint tells from another."""
    generator = np.random.default_rng(seed)
    t = np.arange(round(NOTE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    notes = [
        np.exp(-4 * t) * sum(np.sin(2 * np.pi * pitch * k * t) / k for k in (1, 2, 3))
        for pitch in generator.choice(SCALE, round(seconds / NOTE_SECONDS))
    ]
    sounding = 0.15 * np.concatenate(notes)
    return (sounding + 0.01 * noise(seed, seconds + 1, SAMPLE_RATE)[: len(sounding)]).astype(np.float32)
