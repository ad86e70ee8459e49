"""One file a group of commands; a new command goes into one of these or a new one listed here."""

from backend.commands import (
    acoustics,
    analysis,
    database,
    demo,
    duplicates,
    evolution,
    exporting,
    extraction,
    indexing,
    maps,
    serving,
    weights,
)

COMMANDS = (
    database.init_db,
    database.clean_db,
    demo.make_demo_library,
    indexing.index_audio,
    weights.models,
    weights.download,
    extraction.preprocess_all,
    extraction.preprocess_track,
    analysis.genre_similarity,
    analysis.multi_tag_metrics,
    acoustics.extract_features,
    evolution.artist_evolution,
    duplicates.find_duplicates,
    maps.refit,
    exporting.export,
    serving.serve,
)
