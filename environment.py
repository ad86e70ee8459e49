"""How a setting gets its value: from the environment variable `MELODEX_<NAME>`, else from its default."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

PREFIX = "MELODEX_"
SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting:
    """One row: what `config.NAME` was made from."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name


class Settings:
    """Reads settings of every kind, and keeps their rows. root: where relative default paths start."""

    def __init__(self, root: Path):
        self.root = root
        self.rows: list[Setting] = []

    def setting(
        self, name: str, default: Value, parse: Callable[[str], Value], help: str, is_secret: bool = False
    ) -> Value:
        """The value of a setting: its environment variable when that is set, else its default."""
        self.rows.append(Setting(name, default, help))
        text = os.environ.get(PREFIX + name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            shown = "…" if is_secret else repr(text)
            raise SystemExit(f"{PREFIX}{name}={shown} makes no sense: {error}") from error

    def path(self, name: str, default: str, help: str) -> Path:
        def parse(text: str) -> Path:
            if not text.strip():
                raise ValueError("it must be a path")
            return Path(text).expanduser().absolute()

        return self.setting(name, self.root / default, parse, help)

    def number(self, name: str, default: int, help: str, smallest: int = 0, largest: int = 2**32 - 1) -> int:
        def parse(text: str) -> int:
            if not smallest <= int(text) <= largest:
                raise ValueError(f"it must be {smallest} to {largest}")
            return int(text)

        return self.setting(name, default, parse, help)

    def text(self, name: str, default: str, help: str, pattern: str = ".+", is_secret: bool = False) -> str:
        def parse(text: str) -> str:
            if not re.fullmatch(pattern, text):
                raise ValueError(f"it must be: {help}")
            return text

        return self.setting(name, default, parse, help, is_secret)

    def switch(self, name: str, default: bool, help: str) -> bool:
        def parse(text: str) -> bool:
            if text.lower() not in SWITCH:
                raise ValueError(f"it must be one of {', '.join(SWITCH)}")
            return SWITCH[text.lower()]

        return self.setting(name, default, parse, help)

    def names(self, name: str, default: list[str], help: str, pattern: str = ".+") -> list[str]:
        def parse(text: str) -> list[str]:
            given = split(text)
            if wrong := [one for one in given if not re.fullmatch(pattern, one)]:
                raise ValueError(f"{wrong[0]!r} is none of: {help}")
            return given

        return self.setting(name, default, parse, help)

    def networks(self, name: str, default: list[str], help: str) -> list[str]:
        """IP addresses, or networks such as 10.0.0.0/8."""

        def parse(text: str) -> list[str]:
            for one in (given := split(text)):
                ip_network(one, strict=False)  # raises ValueError
            return given

        return self.setting(name, default, parse, help)

    def table(self, name: str, default: dict[str, dict[str, str]], help: str) -> dict[str, dict[str, str]]:
        def parse(text: str) -> dict[str, dict[str, str]]:
            parsed = json.loads(text)
            rows = parsed.values() if isinstance(parsed, dict) else [parsed]
            values = [value for row in rows for value in (row.values() if isinstance(row, dict) else [None])]
            if not all(isinstance(value, str) for value in values):
                raise ValueError(f"it must be JSON: {help}")
            return parsed

        return self.setting(name, default, parse, help)

    def options(self, name: str, default: dict[str, Any], help: str) -> dict[str, Any]:
        """Named values; the environment may give some of them, of the same kinds."""

        def parse(text: str) -> dict[str, Any]:
            given = json.loads(text)
            if not isinstance(given, dict) or not given.keys() <= default.keys():
                raise ValueError(f"it must be JSON with keys among {', '.join(default)}")
            for key, value in given.items():
                number = isinstance(default[key], float) and isinstance(value, int)
                if isinstance(value, bool) or not (number or isinstance(value, type(default[key]))):
                    raise ValueError(f"{key} must be like {json.dumps(default[key])}")
            return default | given

        return self.setting(name, default, parse, help)


def split(text: str) -> list[str]:
    """What stands between commas, without spaces around it."""
    return [one.strip() for one in text.split(",") if one.strip()]
