"""Train WhisperContrastive's head: supervised contrastive learning of genres over a frozen Whisper.

    python ML/train_contrastive.py --data-root data/mtg-jamendo --num-epochs 50
    python ML/train_contrastive.py --csv audio/selected_songs.csv --balanced-sampling
    python ML/train_contrastive.py --resume latest
    torchrun --nproc-per-node 4 ML/train_contrastive.py …    # four GPUs

The encoder hears every window once, and a cache keeps what it heard: epochs cost seconds. Defaults come
from CONTRASTIVE_TRAINING and MTG_JAMENDO_* in config.py. A run is
ML/checkpoints/whisper_contrastive_TIMESTAMP, its curves are in ML/logs (tensorboard --logdir ML/logs).
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not __package__:  # started by its path: Python looks for modules in ML/, where ours do not begin
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import config
from ML.errors import ConfigError
from ML.program import run as run_program
from ML.training.contrastive.settings import MODEL_NAMES, SCHEDULERS, ContrastiveSettings

if TYPE_CHECKING:
    from ML.training.contrastive.program import Workplace

LATEST = "latest"
DEFAULTS = ContrastiveSettings.from_config(config.CONTRASTIVE_TRAINING)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def add(flag: str, *others: str, help: str, **kind: Any) -> None:
        default = getattr(DEFAULTS, flag.removeprefix("--").replace("-", "_"), None)
        shown = f" (default {default})" if default not in (None, "", False) else ""
        parser.add_argument(flag, *others, default=None, help=help + shown, **kind)

    # fmt: off
    add("--data-root", type=Path, metavar="DIR",
        help=f"MTG-Jamendo: data/splits and songs in it (default {config.MTG_JAMENDO_ROOT})")
    add("--split", metavar="NAME", help="which of its splits (default split-0)")
    add("--csv", type=Path, metavar="FILE", help="a table of your own instead: filename,genre[,artist,split]")
    add("--first-genre-only", action="store_const", const=True,
        help="of a track's genres the first alone, as the original program did")
    add("--model-name", choices=MODEL_NAMES, help="size of Whisper")
    add("--projection-dim", type=int, metavar="N", help="width of an embedding")
    add("--batch-size", type=int, metavar="N", help="tracks that are compared at once")
    add("--balanced-sampling", action="store_const", const=True,
        help="batches with the same number of tracks of each of their genres")
    add("--num-epochs", type=int, metavar="N", help="most epochs")
    add("--learning-rate", "--lr", type=float, metavar="X", help="of AdamW")
    add("--weight-decay", type=float, metavar="X", help="of AdamW")
    add("--temperature", type=float, metavar="X", help="of the loss")
    add("--scheduler", choices=SCHEDULERS, help="plateau steps on the validation loss, the others by epoch")
    add("--early-stopping", type=int, metavar="N",
        help="stop after so many epochs without a better validation loss; 0: never")
    add("--duration", type=float, metavar="SECONDS", help="of a window, at most 30")
    add("--max-windows", type=int, metavar="N", help="windows of a track; training draws one an epoch")
    add("--seed", type=int, metavar="N", help="of weights, batches, windows, and splits that a table lacks")
    # fmt: on
    add_workplace(parser)
    return parser


def add_workplace(parser: argparse.ArgumentParser) -> None:
    """What changes no result."""
    add = parser.add_argument
    # fmt: off
    add("--checkpoint-dir", type=Path, default=config.CHECKPOINTS_DIR, metavar="DIR",
        help="(default %(default)s)")
    add("--log-dir", type=Path, default=config.TRAINING_LOGS_DIR, metavar="DIR", help="(default %(default)s)")
    add("--resume", type=Path, metavar="RUN",
        help="go on with a run that was stopped: its folder, a checkpoint in it, or latest; it keeps its "
        "settings, only --num-epochs changes it")
    add("--cuda-number", type=int, metavar="N", help="which NVIDIA card (default: what MELODEX_DEVICE says)")
    add("--num-workers", type=int, default=4, metavar="N", help="processes that decode (default 4)")
    add("--no-cache", action="store_true", help="keep no features, and use none")
    add("--no-progress", action="store_true", help="no progress bars")
    # fmt: on


def settings_from(given: dict[str, Any]) -> ContrastiveSettings:
    """given: options by name, those that were not given as None."""
    return ContrastiveSettings(**{**vars(DEFAULTS), **places_of_music(given), **chosen_options(given)})


def chosen_options(given: dict[str, Any]) -> dict[str, Any]:
    """Settings that were given on the command line."""
    names = ContrastiveSettings.__dataclass_fields__.keys() - {"csv"}
    chosen = {name: given[name] for name in names if given.get(name) is not None}
    has_music = given["csv"] or given["data_root"] or given["split"]
    return chosen | (places_of_music(given) if has_music else {})


def places_of_music(given: dict[str, Any]) -> dict[str, str]:
    if given["csv"] and (given["data_root"] or given["split"]):
        raise ConfigError("Give --csv, or --data-root and --split: not both.")
    if given["csv"]:
        return {"csv": str(given["csv"].absolute())}
    root: Path | None = given["data_root"]
    splits = root / "data" / "splits" / "split-0" if root else config.MTG_JAMENDO_SPLITS_DIR
    audio = root / "songs" if root else config.MTG_JAMENDO_AUDIO_DIR
    if given["split"]:
        splits = splits.with_name(given["split"])
    return {"audio_dir": str(audio.absolute()), "splits_dir": str(splits.absolute())}


def refuse_changes(given: dict[str, Any], kept: ContrastiveSettings) -> None:
    """Raises ConfigError for an option that says otherwise than the run that is to go on."""
    for name, value in chosen_options(given).items():
        if name != "num_epochs" and value != getattr(kept, name):
            raise ConfigError(
                f"A run that goes on keeps its settings, {name} = {getattr(kept, name)!r} among them: leave "
                "that option out, or start a new run."
            )


def main() -> int:
    arguments = make_parser().parse_args()
    from ML.training.contrastive.runs import ContrastiveRun

    if arguments.resume is None:
        settings = settings_from(vars(arguments))
        settings.check()
    else:
        if str(arguments.resume) == LATEST:
            arguments.resume = arguments.checkpoint_dir / LATEST
        settings = ContrastiveRun.open(arguments.resume)[0].load_settings()
        refuse_changes(vars(arguments), settings)
    return run(arguments, settings, workplace_of(arguments, settings.model_name))


def run(arguments: argparse.Namespace, settings: ContrastiveSettings, place: "Workplace") -> int:
    from tqdm import tqdm

    from ML.training.contrastive import program
    from ML.training.reporter import Reporter

    is_first = place.team.is_first
    hidden = arguments.no_progress or not is_first or None  # None: shown where a person watches

    def bar(items: Iterable, n: int, label: str) -> Iterable:
        return tqdm(items, label, n, disable=hidden, leave=False)

    say = tqdm.write if is_first else Reporter().say
    quiet = Reporter(say, bar)
    if arguments.resume:
        prepared = program.resume_run(arguments.resume, arguments.num_epochs, place, quiet)
    else:
        prepared = program.start_run(settings, place, quiet)
    with tqdm(desc="batches", unit="", disable=hidden) as batches:
        reporter = Reporter(say, bar, lambda loss: count(batches, loss))
        evaluation = program.train(prepared, place.team, reporter)
    if place.team.is_first:
        print("\n".join([*evaluation.lines(), str(prepared.run.folder)]))
    return 0


def count(batches: Any, loss: float) -> None:
    batches.set_postfix(loss=f"{loss:.3f}", refresh=False)
    batches.update()


def workplace_of(arguments: argparse.Namespace, model_name: str) -> "Workplace":
    """Raises WeightsMissingError without the weights of Whisper, ConfigError without the card."""
    from ML import registry
    from ML.training.contrastive.program import Workplace
    from ML.training.contrastive.team import Team, is_together
    from ML.weights.store import find_weights

    if is_together() and arguments.no_cache:
        raise ConfigError("Several processes share what they hear in the cache: leave out --no-cache.")

    weights = find_weights(registry.get("whisper", model_name), config.WEIGHTS_DIR, config.model_weights())
    assert weights is not None
    return Workplace(
        whisper=weights,
        team=Team(device_of(arguments.cuda_number)),
        n_workers=arguments.num_workers,
        checkpoint_dir=arguments.checkpoint_dir,
        log_dir=arguments.log_dir,
        cache_root=None if arguments.no_cache else config.FEATURE_CACHE_DIR,
        cache_bytes=config.FEATURE_CACHE_MB * 10**6,
        batch=config.BATCH_SEGMENTS,
    )


def device_of(cuda_number: int | None) -> str:
    from ML.devices import pick_device

    if cuda_number is None:
        return pick_device(config.DEVICE)
    import torch

    if not 0 <= cuda_number < (n_cards := torch.cuda.device_count()):
        raise ConfigError(f"There is no NVIDIA card {cuda_number}: PyTorch sees {n_cards}.")
    return f"cuda:{cuda_number}"


if __name__ == "__main__":
    run_program(main, "What was heard is kept; go on with --resume latest, once there is an epoch.")
