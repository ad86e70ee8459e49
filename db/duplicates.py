"""Pairs of tracks that may be one recording: kept, decided by a person, and heeded. Nothing is deleted."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from db.schema import Track, TrackPair, now

DUPLICATE = "duplicate"
VERDICTS = (DUPLICATE, "version", "different")


@dataclass(frozen=True)
class FoundPair:
    """first_id < second_id; the other fields as in TrackPair."""

    first_id: int
    second_id: int
    kind: str
    closeness: float | None = None
    bit_error_rate: float | None = None
    offset_seconds: float | None = None


@dataclass(frozen=True)
class ShownPair:
    """A pair with its tracks, which are both there."""

    pair: TrackPair
    first: Track
    second: Track


def save_pairs(session: Session, found: Iterable[FoundPair]) -> None:
    """In place of what an earlier search found; a pair that a person has judged keeps the verdict."""
    session.execute(delete(TrackPair).where(TrackPair.verdict.is_(None)))
    judged = {(pair.first_id, pair.second_id): pair for pair in session.scalars(select(TrackPair))}
    for each in found:
        pair = judged.get((each.first_id, each.second_id)) or TrackPair()
        for name, value in vars(each).items():
            setattr(pair, name, value)
        session.add(pair)


def list_pairs(session: Session) -> list[ShownPair]:
    """Undecided ones first, the same recordings before versions, the surest first."""
    first, second = aliased(Track), aliased(Track)
    query = select(TrackPair, first, second).join(first, TrackPair.first_id == first.id)
    rows = session.execute(
        query.join(second, TrackPair.second_id == second.id)
        .where(*(column.is_(None) for track in (first, second) for column in (track.gone_at, track.error)))
        .order_by(
            TrackPair.verdict.is_not(None), TrackPair.kind, TrackPair.bit_error_rate, TrackPair.closeness,
            TrackPair.id,
        )
    )  # fmt: skip
    return [ShownPair(*row) for row in rows]


def decide(pair: TrackPair, verdict: str | None) -> None:
    """None takes a verdict back."""
    pair.verdict = verdict
    pair.decided_at = None if verdict is None else now()


def duplicate_groups(session: Session) -> dict[int, int]:
    """The lowest id of its recording for every track that a person calls a duplicate of another."""
    query = select(TrackPair.first_id, TrackPair.second_id).where(TrackPair.verdict == DUPLICATE)
    group: dict[int, int] = {}
    for first, second in session.execute(query.order_by(TrackPair.first_id, TrackPair.second_id)):
        kept, merged = sorted((group.get(first, first), group.get(second, second)))
        group |= {track_id: kept for track_id, own in group.items() if own == merged}
        group |= {first: kept, second: kept}
    return group
