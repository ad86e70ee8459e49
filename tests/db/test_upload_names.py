"""What becomes of the names that files are sent under."""

import pytest

from db.uploads import safe_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("夜に駆ける – Ænima.mp3", "夜に駆ける – Ænima"),
        ("C:\\Users\\Ann\\Song.wav", "Song"),
        ("..\\..\\evil.wav", "evil"),
        ("C:song.wav", "C_song"),
        ("NUL", "NUL_"),
        ("con.wav", "con_"),
        ("com1.mp3", "com1_"),
        ("a\0b.wav", "a b"),
        ("new\r\nline.wav", "new line"),
        (".hidden.wav", "hidden"),
        ("...", "untitled"),
        ("", "untitled"),
        (" .wav", "wav"),
        ("%2e%2e%2fx.wav", "%2e%2e%2fx"),
        ("50% & more #1?.wav", "50% & more #1_"),
        ("Dr. Who", "Dr. Who"),
        ("song.txt", "song.txt"),
        ("dots. . .mp3", "dots"),
        ("夜" * 300 + ".wav", "夜" * 66),
        ("A\u030angstro\u0308m.wav", "Ångström"),
        ("right\u202eto left.mp3", "right to left"),
        ("half \ud83d.mp3", "half _"),
    ],
)
def test_the_title_is_kept_in_any_writing_and_nothing_else(name, stem):
    assert safe_stem(name) == stem
