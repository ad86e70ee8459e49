"""The evolution of a group, with the words that stand beside it."""

import numpy as np

from db.evolution import GroupEvolution
from ML.evaluation.evolution_report import Followed


def followed(group: GroupEvolution, coords: np.ndarray | None = None) -> Followed:
    """coords: float [n, 2], where the tracks lie on a map."""
    titles = [track.title or track.filename for track in group.tracks]
    filenames = [track.filename for track in group.tracks]
    return Followed(group.name, titles, filenames, group.evolution, notes_of(group), coords)


def notes_of(group: GroupEvolution) -> list[str]:
    years = group.evolution.years
    notes = []
    if len(years) == 1:
        notes.append(f"All dated tracks are of {years[0].year}: there is no drift to measure.")
    elif any(len(year.rows) == 1 for year in years):
        notes.append(
            "Years with a single track say nothing of how sure their place is; intervals leave that out."
        )
    if group.n_undated:
        notes.append(f"Left out, without a year: {group.n_undated} tracks.")
    if group.n_unheard:
        notes.append(f"Left out, not heard by this model: {group.n_unheard} tracks.")
    return notes
