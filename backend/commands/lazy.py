"""A command known by its name and summary: the module it is in is imported when it is called."""

import importlib
from typing import Any

import click


class LazyCommand(click.Command):
    """target: `module:function` in backend.commands.  summary: the first sentence of its help."""

    def __init__(self, name: str, target: str, summary: str):
        super().__init__(name, short_help=summary)
        self.target = target

    def load(self) -> click.Command:
        module, function = self.target.split(":")
        return getattr(importlib.import_module(f"backend.commands.{module}"), function)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command itself: from here on click deals with that one alone."""
        return self.load().make_context(info_name, args, parent, **extra)
