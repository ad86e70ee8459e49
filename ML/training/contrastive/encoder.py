"""The frozen half: Whisper up to its middle block, run once over every window of every track."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML import registry
from ML.batch_size import choose_batch_segments
from ML.batching import Part, SegmentBatcher, TrackCollector, hear
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, Segments, TrackOutput, split_segments
from ML.spec import Framing
from ML.track_reading import read_samples
from ML.training.feature_cache import FeatureCache, SoundHashes
from ML.training.reporter import Reporter

CODE_VERSION = 1  # to be raised with any change of what a window's vector is
SAVE_EVERY = 500  # sounds, until their names are written down


@dataclass(frozen=True)
class Windowing:
    """Windows side by side, as extraction cuts them; of more than max_windows so many, evenly over the track.

    window_samples: of audio in a window.  heard_samples: what the encoder takes; the rest is silence.
    """

    window_samples: int
    heard_samples: int
    max_windows: int

    def cut(self, samples: np.ndarray, sample_rate: int) -> Segments:
        """samples: float32 mono [n] at sample_rate (Hz). Raises AudioTooShortError when there are none."""
        segments = split_segments(samples, Framing(sample_rate, self.window_samples))
        n_kept = min(len(segments), self.max_windows)
        kept = np.linspace(0, len(segments) - 1, n_kept).round().astype(int)
        padding = ((0, 0), (0, self.heard_samples - self.window_samples))
        windows = np.pad(segments.samples[kept], padding)
        return Segments(windows, segments.lengths[kept], segments.starts[kept])


class Encoder(LoadedModel):
    """Segments → the mean of the middle block; counts every window it hears."""

    n_windows = 0

    def run_batch(self, segments: Segments) -> SegmentOutput:
        self.n_windows += len(segments)
        return super().run_batch(segments)


def load_encoder(model_name: str, weights: Path, device: str, batch: int) -> Encoder:
    """The frozen half over whisper/model_name. batch: windows at once, 0: what suits the device.

    Raises WeightsError.
    """
    from ML.models.whisper_contrastive import build_frozen

    spec = registry.get("whisper", model_name)
    encoder = Encoder(spec, build_frozen(spec, weights, device))
    encoder.batch_segments = choose_batch_segments(encoder, device, batch)
    return encoder


@dataclass
class Heard:
    """features: float32 [n_windows, width] by track.  unheard: why the other tracks have none.

    n_passes: windows that the encoder heard now; all others came from the cache.
    """

    features: dict[Path, np.ndarray]
    unheard: dict[Path, str]
    n_passes: int = 0


@dataclass(frozen=True)
class Listener:
    """Tracks → features, each sound and window heard once, ever.

    load: called when the cache does not hold everything.  sounds: names of sounds, remembered.
    """

    load: Callable[[], Encoder]
    windowing: Windowing
    cache: FeatureCache
    sounds: SoundHashes
    n_workers: int

    def hear(self, tracks: Sequence[Path], reporter: Reporter) -> Heard:
        heard = Heard({}, {})
        by_sound = self.group_by_sound(tracks, heard.unheard, reporter)
        missing = {}
        for sound, paths in by_sound.items():
            if (features := self.cache.load(sound)) is None:
                missing[sound] = paths
            else:
                heard.features |= dict.fromkeys(paths, features)
        if missing:
            self.compute(missing, heard, reporter)
        return heard

    def group_by_sound(
        self, tracks: Sequence[Path], unheard: dict[Path, str], reporter: Reporter
    ) -> dict[str, list[Path]]:
        """The same recording twice is one sound."""
        groups: dict[str, list[Path]] = {}
        for number, track in enumerate(reporter.bar(tracks, len(tracks), "reading"), 1):
            try:
                groups.setdefault(self.sounds.of(track), []).append(track)
            except (MelodexError, OSError) as error:
                unheard[track] = reason_of(error)
            if number % SAVE_EVERY == 0:
                self.sounds.save()
        self.sounds.save()
        return groups

    def compute(self, missing: dict[str, list[Path]], heard: Heard, reporter: Reporter) -> None:
        encoder = self.load()
        files = {sound: paths[0] for sound, paths in missing.items()}
        results = self.run(encoder, files)
        for sound, outcome in reporter.bar(results, len(files), "listening"):
            if isinstance(outcome, MelodexError):
                heard.unheard |= dict.fromkeys(missing[sound], str(outcome))
            else:
                self.cache.save(sound, outcome.segment_taggrams)
                heard.features |= dict.fromkeys(missing[sound], outcome.segment_taggrams)
            reporter.on_windows(encoder.n_windows)
        heard.n_passes = encoder.n_windows

    def run(
        self, encoder: Encoder, files: dict[str, Path]
    ) -> Iterator[tuple[str, TrackOutput | MelodexError]]:
        """Each file decoded once, in workers; batches mix windows of many tracks."""
        from torch.utils.data import DataLoader

        sounds = list(files)
        n_workers = min(self.n_workers, len(sounds) // 2, os.cpu_count() or 1)
        loader: Iterable = DataLoader(
            Windows(list(files.values()), self.windowing, encoder.spec.sample_rate),  # type: ignore[arg-type]
            batch_size=None,
            num_workers=n_workers,
            collate_fn=lambda item: item,
        )
        mixer = Mixer(encoder)
        for index, segments in enumerate(loader):
            if isinstance(segments, MelodexError):
                yield sounds[index], segments
            else:
                yield from ((sounds[number], outcome) for number, outcome in mixer.add(index, segments))
        yield from ((sounds[number], outcome) for number, outcome in mixer.flush())


class Mixer:
    """Whole tracks in, batches that mix them through the encoder, whole tracks out."""

    def __init__(self, encoder: Encoder):
        self.encoder, self.batcher = encoder, SegmentBatcher(encoder)
        self.tracks: dict[int, TrackCollector] = {}

    def add(self, number: int, segments: Segments) -> Iterator[tuple[int, TrackOutput | MelodexError]]:
        self.tracks[number] = collector = TrackCollector()
        part = collector.number(number, segments)
        collector.is_read = True
        yield from self.run(self.batcher.add(part))

    def flush(self) -> Iterator[tuple[int, TrackOutput | MelodexError]]:
        yield from self.run(self.batcher.flush())

    def run(self, batches: Iterable[list[Part]]) -> Iterator[tuple[int, TrackOutput | MelodexError]]:
        """(number, outcome) of every track that is heard to its end, or failed, by then."""
        for heard in (heard for batch in batches for heard in hear(self.encoder, batch)):
            number = heard.part.track_id
            if number not in self.tracks:  # another part of it has failed
                continue
            if isinstance(heard.outcome, MelodexError):
                del self.tracks[number]
                yield number, heard.outcome
                continue
            self.tracks[number].collect(heard.part, heard.outcome)
            if self.tracks[number].is_complete:
                yield number, self.tracks.pop(number).pool(normalise=False)


@dataclass(frozen=True)
class Windows:
    """A map-style data set for DataLoader: asking for a track decodes it and cuts its windows."""

    files: list[Path]
    windowing: Windowing
    sample_rate: int

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Segments | MelodexError:
        try:
            samples = read_samples(self.files[index], self.sample_rate)
            return self.windowing.cut(samples, self.sample_rate)
        except (MelodexError, OSError) as error:
            return MelodexError(reason_of(error))


def reason_of(error: MelodexError | OSError) -> str:
    return f"Cannot read {error.filename}: {error.strerror}." if isinstance(error, OSError) else str(error)
