"""One file a group of commands; a new command goes into one of these or a new one, and into this table."""

from backend.commands.lazy import LazyCommand

COMMANDS = (
    LazyCommand(
        "init-db", "database:init_db", "Create the database, or bring an older one up to date."
    ),
    LazyCommand(
        "clean-db", "database:clean_db", "Delete every record: tracks, vectors, maps, playlists, evaluations."
    ),
    LazyCommand(
        "backup", "backups:backup", "Copy the database into FILE, whole and checked, also while it is in use."
    ),
    LazyCommand(
        "restore", "backups:restore", "Put a backup in the place of the database, and bring it up to date."
    ),
    LazyCommand(
        "doctor", "doctor:doctor",
        "Check music folder, database, weights and maps; say what is wrong and what to do.",
    ),
    LazyCommand(
        "make-demo-library", "demo:make_demo_library",
        "Synthesise 48 tagged tracks in eight styles into FOLDER (default: demo/ in the music folder).",
    ),
    LazyCommand(
        "index-audio", "indexing:index_audio", "Find the audio files in the music folder and read their tags."
    ),
    LazyCommand(
        "models", "weights:models",
        "List every model: widths, size, licence, "
        "whether its weights are there, how many tracks it has heard.",
    ),
    LazyCommand(
        "download-weights", "weights:download",
        "Fetch pre-trained weights from where they are published: of musicnn/mtat, "
        "of all sizes of whisper, or those that are recommended.",
    ),
    LazyCommand(
        "prepare", "preparing:prepare",
        "Prepare the first map: database, music, index, weights, vectors and maps, in one process.",
    ),
    LazyCommand(
        "preprocess-all", "extraction:preprocess_all",
        "Extract what is missing for every indexed track, then draw the maps.",
    ),
    LazyCommand(
        "preprocess-track", "extraction:preprocess_track",
        "Extract what is missing for one indexed track; FILENAME as index-audio saw it.",
    ),
    LazyCommand(
        "compute-genre-similarity", "analysis:genre_similarity",
        "Measure in every model's space how well tracks lie with their genre.",
    ),
    LazyCommand(
        "compute-multi-tag-metrics", "analysis:multi_tag_metrics",
        "Measure hubness, and whether neighbours share instruments and moods (nDCG).",
    ),
    LazyCommand(
        "evaluate", "evaluation:evaluate",
        "Judge every model and its drawn maps by labels: all metrics, with intervals and chance levels.",
    ),
    LazyCommand(
        "agreement", "evaluation:agreement",
        "Measure how far models agree: CKA of their spaces, shared neighbours, tracks they disagree about.",
    ),
    LazyCommand(
        "artist-evolution", "evolution:artist_evolution",
        "Follow an artist, an album or a genre from year to year through every model's space.",
    ),
    LazyCommand(
        "find-duplicates", "duplicates:find_duplicates",
        "Find tracks that are the same recording, or likely versions of it.",
    ),
    LazyCommand(
        "export", "exporting:export",
        "Write the library for other programs: facts, predicted genres, embeddings; "
        "or as one page to look at.",
    ),
    LazyCommand(
        "import-vectors", "exporting:import_vectors",
        "Import vectors from a Parquet file that export has written, for tracks with the same sound.",
    ),
    LazyCommand(
        "extract-acoustic-features", "acoustics:extract_features",
        "Measure spectral centroid (Hz) and tempo (BPM) of every track that lacks them.",
    ),
    LazyCommand(
        "refit", "maps:refit",
        "Draw the maps anew from all tracks, also from those that were only placed on them.",
    ),
    LazyCommand(
        "serve", "serving:serve",
        "Serve the API and the app on both ports, with a production server, until Ctrl-C.",
    ),
    LazyCommand(
        "work", "working:work",
        "Run the jobs that the app queues, until Ctrl-C; a server starts this beside itself.",
    ),
)  # fmt: skip
