"""What a person decides holds over searches, and duplicates count once."""

from db.analysis import first_of_each
from db.duplicates import DUPLICATE, FoundPair, duplicate_groups, list_pairs, save_pairs
from db.schema import Track


def test_groups_join_over_any_chain(database):
    with database.write() as session:
        session.add_all([Track(id=n, filename=f"{n}.wav") for n in range(1, 8)])
        session.flush()
        save_pairs(
            session,
            [
                FoundPair(4, 6, "same"),
                FoundPair(1, 2, "same"),
                FoundPair(2, 6, "same"),
                FoundPair(3, 5, "same"),
            ],
        )
        for shown in list_pairs(session):
            shown.pair.verdict = "version" if shown.pair.first_id == 3 else DUPLICATE
        assert duplicate_groups(session) == {1: 1, 2: 1, 4: 1, 6: 1}


def test_evaluation_counts_a_recording_once():
    assert first_of_each([7, 4, 6, 1, 9], {4: 1, 6: 1, 1: 1}) == [0, 1, 4]


def test_a_search_forgets_only_what_nobody_judged(database):
    with database.write() as session:
        session.add_all([Track(id=n, filename=f"{n}.wav") for n in range(1, 5)])
        session.flush()
        save_pairs(session, [FoundPair(1, 2, "same"), FoundPair(3, 4, "version")])
        list_pairs(session)[0].pair.verdict = "different"
        session.flush()
        save_pairs(session, [FoundPair(1, 2, "same", bit_error_rate=0.1)])
        (kept,) = list_pairs(session)
        assert (kept.pair.verdict, kept.pair.bit_error_rate) == ("different", 0.1)
        save_pairs(session, [])
        assert len(list_pairs(session)) == 1
