"""One arrangement function a style: a Piece in, a stereo sound [n_samples, 2] out, not yet mastered."""

from collections.abc import Callable

from ML.demo.music import Piece
from ML.demo.oscillators import Samples
from ML.demo.styles.acoustic import arrange_classical, arrange_folk
from ML.demo.styles.band import arrange_jazz, arrange_rock
from ML.demo.styles.beats import arrange_chiptune, arrange_hip_hop
from ML.demo.styles.electronic import arrange_ambient, arrange_techno

ARRANGERS: dict[str, Callable[[Piece], Samples]] = {
    "Techno": arrange_techno,
    "Ambient": arrange_ambient,
    "Hip-Hop": arrange_hip_hop,
    "Rock": arrange_rock,
    "Jazz": arrange_jazz,
    "Classical": arrange_classical,
    "Folk": arrange_folk,
    "Chiptune": arrange_chiptune,
}
