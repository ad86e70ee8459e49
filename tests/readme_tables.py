"""The README's tables, written from the code they describe.

`python -m tests.readme_tables` writes them anew; `tests/test_docs.py` fails when they are out of date.
"""

import re
from pathlib import Path

import click

import config
from backend.commands import COMMANDS
from backend.server import create_app
from ML import registry
from ML.spec import ModelSpec

README = Path(__file__).resolve().parents[1] / "README.md"


def first_sentence(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def commands() -> str:
    """Every Flask command with its arguments."""
    rows = [
        (f"`{command.name}{usage(command)}`", first_sentence(command.help))
        for command in sorted((each.load() for each in COMMANDS), key=lambda command: command.name or "")
    ]
    return table(("command", "does"), rows)


def usage(command: click.Command) -> str:
    return "".join(f" {shown(parameter)}" for parameter in command.params if parameter.name != "help")


def shown(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        name = (parameter.name or "").upper() + (" …" if parameter.nargs == -1 else "")
        return name if parameter.required else f"[{name}]"
    value = "" if getattr(parameter, "is_flag", False) else f" {(parameter.name or '').upper()}"
    return f"[{parameter.opts[0]}{value}]"


def routes() -> str:
    """Every route with what it answers."""
    app = create_app()
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        rows.append(
            (f"`{' '.join(methods)} {rule.rule}`", first_sentence(app.view_functions[rule.endpoint].__doc__))
        )
    return table(("route", "answer"), rows)


def settings() -> str:
    """Every setting with its environment variable."""
    rows = [
        (f"`{setting.name}`", f"`{setting.variable}`", f"`{default_text(setting.default)}`", setting.help)
        for setting in config.SETTINGS
    ]
    return table(("setting", "environment", "default", "meaning"), rows)


def default_text(value: object) -> str:
    if isinstance(value, Path):
        return value.relative_to(config.ROOT).as_posix()
    return ",".join(value) if isinstance(value, list) else str(value)


def models() -> str:
    """Every model of the registry."""
    header = ("model", "trained on", "rate", "segment", "embedding", "taggram", "weights", "licence", "paper")
    return table(header, [model_row(spec) for spec in registry.MODELS])


def model_row(spec: ModelSpec) -> tuple[str, ...]:
    return (
        f"`{spec.key}`",
        spec.variant_label,
        f"{spec.sample_rate / 1000:g} kHz",
        f"{spec.segment_seconds:.3g} s",
        str(spec.embedding_dim),
        spec.taggram_label if spec.taggram_kind == "tags" else f"{spec.taggram_dim}: {spec.taggram_label}",
        size_text(spec),
        spec.weights.licence if spec.weights else "—",
        spec.paper,
    )


def size_text(spec: ModelSpec) -> str:
    if spec.weights is None:
        return "none needed"
    size = f", {spec.weights.n_bytes / 1e6:.1f} MB" if spec.weights.n_bytes else ""
    return f"`{spec.weights.path}`{size}"


TABLES = {"commands": commands, "routes": routes, "settings": settings, "models": models}


def with_tables(text: str) -> str:
    """A README with every marked table written anew. Raises ValueError for a table without its marks."""
    for name, write in TABLES.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not marked.search(text):
            raise ValueError(f"The README has no marks for the table of {name}.")
        written = write()
        text = marked.sub(lambda match, written=written: f"{match[1]}{written}\n{match[2]}", text)
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
