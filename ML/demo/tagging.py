"""Write title, artist, album, year, genre, number and cover into WAV, FLAC and OGG files."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ML.demo.catalogue import Track
from ML.demo.covers import COVER_SIDE, render_cover

if TYPE_CHECKING:
    from mutagen.flac import Picture

FRONT_COVER = 3  # picture type of ID3 and FLAC
UTF_8 = 3  # text encoding of ID3v2.4


def vorbis_comments(track: Track) -> dict[str, str]:
    return {
        "title": track.title,
        "artist": track.album.artist,
        "album": track.album.title,
        "date": str(track.album.year),
        "genre": track.album.style,
        "tracknumber": str(track.number),
    }


def _picture(track: Track) -> "Picture":
    from mutagen.flac import Picture

    picture = Picture()
    picture.data = render_cover(track.album)
    picture.type, picture.mime, picture.desc = FRONT_COVER, "image/jpeg", "Cover"
    picture.width = picture.height = COVER_SIDE
    picture.depth = 24  # bits a pixel
    return picture


def _tag_flac(path: Path, track: Track) -> None:
    from mutagen.flac import FLAC

    file = FLAC(path)
    file.update(vorbis_comments(track))
    file.add_picture(_picture(track))
    file.save()


def _tag_ogg(path: Path, track: Track) -> None:
    from mutagen.oggvorbis import OggVorbis

    file = OggVorbis(path)
    file.update(vorbis_comments(track))
    file["metadata_block_picture"] = base64.b64encode(_picture(track).write()).decode()
    file.save()
    _number_stream(path, track.seed)


def _number_stream(path: Path, serial: int) -> None:
    """Replace the random serial number libsndfile gives an Ogg stream: same track, same bytes."""
    from mutagen.ogg import OggPage

    pages = []
    with path.open("rb") as file:
        n_bytes = path.stat().st_size
        while file.tell() < n_bytes:
            pages.append(OggPage(file))
    for page in pages:
        page.serial = serial
    path.write_bytes(b"".join(page.write() for page in pages))


def _tag_wav(path: Path, track: Track) -> None:
    from mutagen import id3
    from mutagen.wave import WAVE

    file = WAVE(path)
    file.add_tags()
    tags: Any = file.tags  # mutagen's annotations miss that add_tags() makes one
    texts = {
        "TIT2": track.title,
        "TPE1": track.album.artist,
        "TALB": track.album.title,
        "TDRC": str(track.album.year),
        "TCON": track.album.style,
        "TRCK": str(track.number),
    }
    for frame, text in texts.items():
        tags.add(getattr(id3, frame)(encoding=UTF_8, text=text))
    picture = _picture(track)
    tags.add(id3.APIC(encoding=UTF_8, mime=picture.mime, type=FRONT_COVER, desc="Cover", data=picture.data))
    file.save()


TAGGERS: dict[str, Callable[[Path, Track], None]] = {"flac": _tag_flac, "ogg": _tag_ogg, "wav": _tag_wav}
