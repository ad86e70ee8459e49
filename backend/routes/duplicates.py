"""Pairs that may be one recording, and what a person says of them."""

from flask import Blueprint, Response, jsonify, request

from backend.context import database
from backend.errors import NotInLibraryError
from backend.pairs import describe_pair
from db.duplicates import VERDICTS, decide, list_pairs
from db.schema import TrackPair
from ML.errors import MelodexError, UnknownChoiceError

blueprint = Blueprint("duplicates", __name__)


@blueprint.get("/duplicates")
def duplicates() -> Response:
    """Pairs that find-duplicates has found, `same` recordings and likely `version`s, undecided ones first."""
    with database().read() as session:
        return jsonify(pairs=[describe_pair(shown) for shown in list_pairs(session)])


@blueprint.put("/duplicates/<int:pair_id>")
def judge(pair_id: int) -> Response:
    """Say what a pair is, as JSON: `verdict`, `duplicate`, `version` or `different`; null takes it back."""
    verdict = parse_verdict()
    with database().write() as session:
        pair = session.get(TrackPair, pair_id) if pair_id < 2**63 else None
        if pair is None:
            raise NotInLibraryError(f"There is no pair {pair_id}: GET /duplicates lists those there are.")
        decide(pair, verdict)
    return jsonify(id=pair_id, verdict=verdict)


def parse_verdict() -> str | None:
    """Raises MelodexError for a body without one, UnknownChoiceError for another word."""
    body = request.get_json()
    if not isinstance(body, dict) or "verdict" not in body:
        raise MelodexError('Send {"verdict": …} as JSON.')
    verdict = body["verdict"]
    if verdict is not None and verdict not in VERDICTS:
        raise UnknownChoiceError("verdict", verdict, [*VERDICTS])
    return verdict
