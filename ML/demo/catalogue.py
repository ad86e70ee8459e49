"""The library's facts: eight styles, fourteen invented artists and how they change, albums, tracks."""

import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from ML.demo.music import Piece

TRACK_SECONDS = 23.0  # the music; its last notes ring a little longer


@dataclass(frozen=True)
class Style:
    """tempo_bpm: slowest and fastest.  scales: those it is written in.  palette: cover colours."""

    name: str
    tempo_bpm: tuple[int, int]
    scales: tuple[str, ...]
    palette: tuple[str, ...]


@dataclass(frozen=True)
class Artist:
    """An artist's sound at the first album, and its drift a decade. All but variant are 0 to 1.

    tempo: place in the style's range.  variant: line-up, 0 or 1, see the arrangers.
    """

    name: str
    variant: int
    tempo: float
    brightness: float
    wetness: float
    tempo_drift: float = 0.0
    brightness_drift: float = 0.0
    wetness_drift: float = 0.0


@dataclass(frozen=True)
class Album:
    artist: str
    title: str
    year: int
    style: str
    extension: str
    sample_rate: int
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Track:
    album: Album
    number: int
    title: str

    @property
    def path(self) -> PurePosixPath:
        """Where it lies in the library: Artist/Album/NN - Title.ext."""
        name = f"{self.number:02d} - {self.title}.{self.album.extension}"
        return PurePosixPath(self.album.artist) / self.album.title / name

    @property
    def seed(self) -> int:
        return zlib.crc32(str(self.path).encode())


STYLES = (
    Style(
        "Techno", (124, 136), ("minor", "phrygian", "dorian"), ("#0b0d17", "#19f0c8", "#ff2e88", "#2d3cff")
    ),
    Style("Ambient", (56, 68), ("major", "lydian", "dorian"), ("#0f2a3f", "#7fb7c9", "#e8d9c5", "#b58ba8")),
    Style("Hip-Hop", (82, 95), ("minor", "dorian"), ("#2a1a12", "#e0a030", "#b5442a", "#f3e4c4")),
    Style(
        "Rock", (116, 156), ("minor", "dorian", "mixolydian"), ("#140f10", "#d7263d", "#f2f0e6", "#5a5a66")
    ),
    Style("Jazz", (136, 188), ("major",), ("#0e1b3d", "#3f6fd8", "#f2c14e", "#e9e4d4")),
    Style("Classical", (72, 92), ("major", "harmonic minor"), ("#f4ecdc", "#8a2f39", "#b9975b", "#2f3e46")),
    Style("Folk", (92, 118), ("major", "mixolydian", "dorian"), ("#e9e1c9", "#5b7f4b", "#c7792b", "#37502f")),
    Style(
        "Chiptune", (138, 168), ("major", "minor", "mixolydian"), ("#10102a", "#5cff5c", "#ff5cf4", "#ffd93d")
    ),
)

ARTISTS = (
    Artist("Relay Orchard", 0, 0.15, 0.25, 0.3, tempo_drift=0.35, brightness_drift=0.35),
    Artist("Slow Meridian", 0, 0.6, 0.75, 0.3, tempo_drift=-0.3, brightness_drift=-0.35, wetness_drift=0.3),
    Artist("Lumen Tarn", 1, 0.4, 0.35, 0.5, brightness_drift=0.1),
    Artist("Brickfold", 0, 0.8, 0.15, 0.3, tempo_drift=-0.4, brightness_drift=0.4),
    Artist("Juno Semaphore", 1, 0.2, 0.85, 0.6),
    Artist(
        "The Tin Harbours", 0, 0.85, 0.9, 0.2, tempo_drift=-0.35, brightness_drift=-0.35, wetness_drift=0.3
    ),
    Artist("Gravel Choir", 1, 0.7, 0.35, 0.2),
    Artist("Ottoline Five", 0, 0.7, 0.7, 0.3, tempo_drift=-0.4, brightness_drift=-0.3, wetness_drift=0.3),
    Artist("Kestrel Lane Trio", 1, 0.3, 0.3, 0.2),
    Artist("Collegium Aurelis", 0, 0.6, 0.3, 0.4, tempo_drift=-0.3, brightness_drift=0.35, wetness_drift=0.3),
    Artist("Ensemble Lindwyn", 1, 0.7, 0.6, 0.6),
    Artist("Wren and Hollow", 0, 0.7, 0.8, 0.2, tempo_drift=-0.35, brightness_drift=-0.35, wetness_drift=0.4),
    Artist("Nibble Parade", 0, 0.3, 0.2, 0.2, tempo_drift=0.4, brightness_drift=0.45, wetness_drift=0.3),
    Artist("Pixel Heron", 1, 0.2, 0.8, 0.9),
)

ALBUMS = (
    Album("Relay Orchard", "Copper Lines", 1996, "Techno", "flac", 44_100, ("Lötstelle", "Third Rail")),
    Album("Relay Orchard", "Night Circuit", 2013, "Techno", "ogg", 44_100, ("Ampère", "Freight Elevator")),
    Album("Lumen Tarn", "Cottage Tapes", 1995, "Folk", "ogg", 44_100, ("Hjemvei", "Milk and Lanterns")),
    Album("Lumen Tarn", "Snowfield Radio", 2007, "Ambient", "flac", 44_100, ("Frost Carrier", "Jökull")),
    Album("Lumen Tarn", "Glass Engine", 2021, "Techno", "ogg", 48_000, ("Polar Traffic", "Zéro Absolu")),
    Album(
        "Slow Meridian", "Tidal Rooms", 2001, "Ambient", "ogg", 44_100, ("Harbour Without Boats", "潮の部屋")
    ),
    Album(
        "Slow Meridian", "Aurora Archive", 2018, "Ambient", "ogg", 48_000, ("Revontulet", "Catalogue of Dusk")
    ),
    Album("Brickfold", "Stoop Science", 1995, "Hip-Hop", "wav", 32_000, ("Corner Theory", "Crème Soda")),
    Album("Brickfold", "Rooftop Weather", 2009, "Hip-Hop", "ogg", 44_100, ("Pigeon Post", "Antenna Season")),
    Album(
        "Juno Semaphore", "Paper Lanterns", 2019, "Hip-Hop", "ogg", 44_100, ("Soft Signals", "Último Trem")
    ),
    Album(
        "The Tin Harbours", "Rust Season", 1994, "Rock", "flac", 44_100, ("Anchor Teeth", "Saltwater Radio")
    ),
    Album("The Tin Harbours", "Slow Repair", 2016, "Rock", "ogg", 44_100, ("Every Empty Pier", "Motörlärm")),
    Album("Gravel Choir", "Furnace Songs", 2006, "Rock", "ogg", 44_100, ("Ironmonger", "Żar")),
    Album(
        "Ottoline Five", "Blue Tram", 1998, "Jazz", "flac", 44_100, ("Last Stop, Elm Street", "Café Minuit")
    ),
    Album(
        "Ottoline Five",
        "After the Rain Check",
        2014,
        "Jazz",
        "ogg",
        44_100,
        ("Umbrella Waltz in Four", "Nachtbus"),
    ),
    Album(
        "Kestrel Lane Trio", "Small Hours", 2005, "Jazz", "ogg", 44_100, ("Half Past Three", "Château Closed")
    ),
    Album(
        "Collegium Aurelis",
        "Ground and Canon",
        1999,
        "Classical",
        "flac",
        44_100,
        ("Canon in Three", "Canon on a Ground"),
    ),
    Album(
        "Collegium Aurelis",
        "Winter Consort",
        2015,
        "Classical",
        "ogg",
        48_000,
        ("Nocturne for Four", "Élégie"),
    ),
    Album(
        "Ensemble Lindwyn",
        "Études for a Cold Room",
        2020,
        "Classical",
        "ogg",
        44_100,
        ("Étude No. 1", "Étude No. 2"),
    ),
    Album(
        "Wren and Hollow", "Barley Road", 1994, "Folk", "ogg", 44_100, ("The Miller's Coat", "Føroya Reel")
    ),
    Album("Wren and Hollow", "The Late Ferry", 2011, "Folk", "flac", 44_100, ("Ferryman, Wait", "Ängen")),
    Album("Nibble Parade", "Cartridge One", 1994, "Chiptune", "wav", 32_000, ("Level Select", "Über-Boss")),
    Album("Nibble Parade", "Continue", 2010, "Chiptune", "ogg", 44_100, ("Extra Life", "Warp Zone Picnic")),
    Album("Pixel Heron", "Save Point", 2023, "Chiptune", "ogg", 44_100, ("スタート", "Marsh of Sprites")),
)

TRACKS = tuple(
    Track(album, number, title) for album in ALBUMS for number, title in enumerate(album.titles, 1)
)


def get_style(name: str) -> Style:
    return next(style for style in STYLES if style.name == name)


def get_artist(name: str) -> Artist:
    return next(artist for artist in ARTISTS if artist.name == name)


def build_piece(track: Track, music_seconds: float = TRACK_SECONDS) -> Piece:
    """What the arranger gets: the style's ranges, the artist's place in them, the year's drift, some luck."""
    album, artist, style = track.album, get_artist(track.album.artist), get_style(track.album.style)
    rng = np.random.default_rng(track.seed)
    decades = (album.year - min(other.year for other in ALBUMS if other.artist == artist.name)) / 10
    tempo = _within(artist.tempo + artist.tempo_drift * decades + rng.uniform(-0.12, 0.12))
    slowest, fastest = style.tempo_bpm
    bpm = float(round(slowest + (fastest - slowest) * tempo))
    meter = 3 if style.name == "Folk" and track.number == 2 else 4
    return Piece(
        style=style.name,
        seed=track.seed,
        sample_rate=album.sample_rate,
        tempo_bpm=bpm,
        tonic=int(rng.integers(12)),
        scale=str(rng.choice(style.scales)),
        variant=artist.variant,
        brightness=_within(artist.brightness + artist.brightness_drift * decades + rng.uniform(-0.05, 0.05)),
        wetness=_within(artist.wetness + artist.wetness_drift * decades),
        n_bars=max(2, round(music_seconds * bpm / 60 / meter)),
        beats_per_bar=meter,
    )


def _within(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
