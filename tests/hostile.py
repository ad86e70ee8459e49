"""Songs whose tags, names and pictures attack whoever shows them."""

from pathlib import Path

from tests.sounds import noise, tag, write_sound

SCRIPT = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='parent.hacked=1'><script>parent.hacked=1</script></svg>"
)
HOSTILE = {  # file name: title, artist, album, genre
    "script.wav": (SCRIPT, f"Ann {SCRIPT}", f"'\"><svg onload=window.hacked=1>{SCRIPT}", f"jazz{SCRIPT}"),
    "<img src=x onerror=window.hacked=1>.flac": (
        '=HYPERLINK("http://evil.example")', "@SUM(1+1)", "-2+3", "+rock",
    ),
    "#EXTINF:1,injected.ogg": (
        "line\n#EXTINF:1,x\nhttp://evil.example/x.mp3", "tab\there\r\nX: y", "\x1b[31mred\x07", "po\x00lka",
    ),
    "javascript:window.hacked=1.mp3": (
        "javascript:window.hacked=1", "{{7*7}}${7*7}", "%s%n%x", "constructor",
    ),
    "long.mp3": ("A" * 2**20, "\u202egnihtyna" * 1000, "Z\u0351\u0352" * 500, "__proto__"),
}  # fmt: skip


def make_hostile_music(folder: Path) -> list[str]:
    """Their names, as the index tells them."""
    for seed, (name, (title, artist, album, genre)) in enumerate(HOSTILE.items()):
        path = write_sound(folder / name, noise(seed, 2))
        tag(path, cover=SVG, title=title, artist=artist, album=album, genre=genre, date=str(1990 + seed))
    return sorted(HOSTILE)
