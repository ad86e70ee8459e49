"""Album covers: abstract pictures, one way of drawing per style, the album deciding colours and shapes."""

import colorsys
import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ML.demo.catalogue import Album, get_style

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

COVER_SIDE = 256  # pixels
CANVAS_SIDE = 2 * COVER_SIDE  # drawn at twice the size: shrinking smooths the edges
Colour = tuple[int, int, int]
Drawer = Callable[["ImageDraw.ImageDraw", list[Colour], np.random.Generator], None]


def render_cover(album: Album) -> bytes:
    """A COVER_SIDE x COVER_SIDE JPEG; the same album always gets the same bytes."""
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(zlib.crc32(f"{album.artist}/{album.title}".encode()))
    hue_shift = rng.uniform(-0.06, 0.06)
    colours = [_rgb(colour, hue_shift) for colour in get_style(album.style).palette]
    canvas = _gradient(colours[0], _blend(colours[0], colours[1 + int(rng.integers(3))], 0.55), rng)
    DRAWERS[album.style](ImageDraw.Draw(canvas, "RGBA"), colours[1:], rng)
    file = io.BytesIO()
    canvas.resize((COVER_SIDE, COVER_SIDE), Image.Resampling.LANCZOS).save(file, "JPEG", quality=88)
    return file.getvalue()


def _rgb(colour: str, hue_shift: float) -> Colour:
    """A "#rrggbb" as numbers, moved round the colour wheel so that no two albums share a palette."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels)
    red, green, blue = colorsys.hls_to_rgb((hue + hue_shift) % 1.0, lightness, saturation)
    return round(255 * red), round(255 * green), round(255 * blue)


def _blend(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _gradient(first: Colour, second: Colour, rng: np.random.Generator) -> "Image.Image":
    from PIL import Image

    angle = rng.uniform(0.2, 1.3)
    line = np.linspace(0.0, 1.0, CANVAS_SIDE)
    ramp = np.cos(angle) * line[None, :] + np.sin(angle) * line[:, None]
    ramp = (ramp / ramp.max())[..., None]
    pixels = (1 - ramp) * np.array(first) + ramp * np.array(second)
    return Image.fromarray(pixels.round().astype(np.uint8), "RGB")


def _turned(points: np.ndarray, centre: tuple[float, float], angle: float) -> list[tuple[float, float]]:
    """Points [n, 2] around the origin, turned by `angle` and moved to `centre`."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [(float(x), float(y)) for x, y in points @ turn.T + np.array(centre)]


def _disc(draw: "ImageDraw.ImageDraw", x: float, y: float, radius: float, **look: object) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), **look)  # type: ignore[arg-type]


def draw_tunnel(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Techno: nested turning polygons."""
    n_sides, twist = int(rng.integers(3, 7)), rng.uniform(0.05, 0.16)
    corners = 2 * np.pi * np.arange(n_sides) / n_sides
    shape = np.stack([np.cos(corners), np.sin(corners)], axis=1)
    for ring in range(26):
        radius = 400 * 0.87**ring
        outline = _turned(shape * radius, (256, 256), ring * twist)
        draw.line(
            [*outline, outline[0]], fill=(*colours[ring % len(colours)], 230), width=5 if ring % 3 else 9
        )


def draw_hills(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Ambient: a pale sun over layers of haze."""
    sun_x, sun_y = rng.uniform(130, 380), rng.uniform(110, 210)
    for radius in range(150, 40, -10):
        _disc(draw, sun_x, sun_y, radius, fill=(*colours[1], 16 if radius > 50 else 235))
    x = np.linspace(0, 512, 129)
    for layer in range(6):
        waves = sum(np.sin(x / rng.uniform(40, 150) + rng.uniform(0, 6.3)) for _ in range(3))
        y = 250 + 46 * layer + 13 * np.asarray(waves)
        colour = _blend(colours[layer % 3], (16, 30, 48), 0.16 * layer)
        draw.polygon([*zip(x.tolist(), y.tolist(), strict=True), (512, 512), (0, 512)], fill=(*colour, 150))


def draw_records(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Hip-hop: a record over a screen of dots."""
    dot = colours[int(rng.integers(3))]
    for row in range(18):
        for column in range(18):
            _disc(draw, 30 * column + 15 * (row % 2), 30 * row, 2 + 0.5 * row, fill=(*dot, 120))
    x, y = rng.uniform(150, 360), rng.uniform(170, 340)
    for index, radius in enumerate(range(190, 60, -13)):
        _disc(draw, x, y, radius, fill=(22, 16, 14) if index % 2 == 0 else (44, 34, 30))
    _disc(draw, x, y, 66, fill=colours[int(rng.integers(3))])
    _disc(draw, x, y, 9, fill=(20, 15, 12))


def draw_shards(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Rock: splinters flying from one point."""
    centre = np.array([rng.uniform(150, 360), rng.uniform(180, 380)])
    for index, angle in enumerate(np.sort(rng.uniform(0, 2 * np.pi, 26))):
        width, near, far = rng.uniform(0.04, 0.16), rng.uniform(20, 110), rng.uniform(220, 460)
        ends = [(near, angle), (far, angle - width), (far * rng.uniform(0.8, 1.15), angle + width)]
        points = [(float(centre[0] + r * np.cos(a)), float(centre[1] + r * np.sin(a))) for r, a in ends]
        draw.polygon(points, fill=(*colours[index % 3], 225))


def draw_panels(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Jazz: cut-paper bars of uneven height, and a moon."""
    _disc(draw, rng.uniform(120, 400), rng.uniform(90, 200), rng.uniform(55, 90), fill=(*colours[1], 255))
    left = 24.0
    while left < 480:
        width, top = rng.uniform(26, 62), rng.uniform(120, 400)
        draw.rectangle((left, top, left + width, 490), fill=(*colours[int(rng.integers(3))], 215))
        left += width + 10
    draw.line((24, 498, 488, 498), fill=(*colours[2], 255), width=6)


def draw_rosette(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Classical: a guilloche of fine lines."""
    angle = np.linspace(0, 2 * np.pi, 500)
    petals, depth = int(rng.integers(5, 10)), rng.uniform(0.25, 0.5)
    for line in range(20):
        radius = (60 + 8.5 * line) * (1 + depth * np.cos(petals * angle + 0.16 * line))
        points = np.stack([256 + radius * np.cos(angle), 256 + radius * np.sin(angle)], axis=1)
        draw.line([(float(x), float(y)) for x, y in points], fill=(*colours[line * 3 // 20], 220), width=3)


def draw_leaves(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Folk: wreaths of leaves around a seed."""
    half = np.linspace(0, np.pi, 20)
    outline = np.concatenate(
        [
            np.stack([np.linspace(0, 1, 20), 0.2 * np.sin(half)], axis=1),
            np.stack([np.linspace(1, 0, 20), -0.2 * np.sin(half)], axis=1),
        ]
    )
    for ring, (start, length) in enumerate(((150, 105), (70, 95), (14, 66))):
        n_leaves = int(rng.integers(9, 15)) - 2 * ring
        for index in range(n_leaves):
            angle = 2 * np.pi * index / n_leaves + 0.3 * ring
            centre = (256 + start * np.cos(angle), 256 + start * np.sin(angle))
            draw.polygon(
                _turned(outline * length, centre, angle + 0.35), fill=(*colours[(ring + index % 2) % 3], 225)
            )
    _disc(draw, 256, 256, 16, fill=colours[1])


def draw_sprite(draw: "ImageDraw.ImageDraw", colours: list[Colour], rng: np.random.Generator) -> None:
    """Chiptune: a creature of twelve by twelve pixels, the same from left and right, under the stars."""
    for x, y in rng.integers(0, 64, (40, 2)) * 8:
        draw.rectangle((x, y, x + 7, y + 7), fill=(*colours[2], 120))
    body, main = rng.random((12, 6)), colours[int(rng.integers(2))]
    body[3:9, 3:] *= 0.55
    for row, column in np.argwhere(body < 0.45):
        colour = colours[2] if row in (4, 5) and column == 4 else main
        for mirrored in (column, 11 - column):
            x, y = 76 + 30 * mirrored, 76 + 30 * row
            draw.rectangle((x, y, x + 29, y + 29), fill=colour)


DRAWERS: dict[str, Drawer] = {
    "Techno": draw_tunnel,
    "Ambient": draw_hills,
    "Hip-Hop": draw_records,
    "Rock": draw_shards,
    "Jazz": draw_panels,
    "Classical": draw_rosette,
    "Folk": draw_leaves,
    "Chiptune": draw_sprite,
}
