"""One error type per kind of trouble; every message carries the way out.

Raised where the trouble happens, translated once at the edge: `click.ClickException` in
commands, one JSON body in routes (`backend/errors.py`).
"""


class MelodexError(Exception):
    """Anything a person can act on; never a bug in Melodex."""


class UnknownChoiceError(MelodexError):
    """A name that is not in a table: model, variant, projection, setting value."""

    def __init__(self, kind: str, value: object, choices: list[str]):
        self.choices = choices
        super().__init__(f"Unknown {kind} {value!r}: choose one of {', '.join(choices)}.")


class AudioDecodeError(MelodexError):
    """A file that yields no usable samples."""


class AudioOutOfReachError(AudioDecodeError):
    """A file that could not be read just now: rights, the disk, time or memory. It may be in order."""


class AudioTooShortError(MelodexError):
    """A waveform without a single sample."""


class WeightsError(MelodexError):
    """Weights that cannot be used: wrong content, wrong architecture."""


class WeightsMissingError(WeightsError):
    """Weights that are not on disk; the message says where to get and put them."""


class RuntimeUnavailableError(MelodexError):
    """A runtime that cannot run a network; PyTorch then does."""


class ModelOutputError(MelodexError):
    """A model answered with something that is not a finite vector."""


class LibraryError(MelodexError):
    """The music folder or the database cannot be used as asked."""


class StorageError(MelodexError):
    """A disk that takes nothing: full, or read-only."""


class ConfigError(MelodexError):
    """A setting whose value makes no sense."""


class DownloadError(MelodexError):
    """A file that could not be fetched; the message says where it can be had and where to put it."""
