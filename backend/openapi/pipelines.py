"""The type of a pipeline in an answer of the API."""

from typing_extensions import TypedDict


class Outdated(TypedDict):
    """Playable tracks with vectors that the model would not compute now: an extraction with `renew` replaces
    them.  change: why, as in "analyzed with other weights (won2020)".
    """

    change: str
    n_tracks: int


class Pipeline(TypedDict):
    """What computed vectors of a model. n_tracks: playable tracks that have them.  in_use: maps and searches
    use these vectors and leave out the others.  null: not known.
    """

    release: str
    weights_digest: str | None
    front_end_version: int | None
    pooling_version: int | None
    sample_rate: int | None
    segment_samples: int | None
    hop_samples: int | None
    postprocess: bool | None
    libraries: dict[str, str]
    runtime: str | None
    precision: str | None
    n_tracks: int
    in_use: bool
