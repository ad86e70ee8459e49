"""The edge of the programs at the root: what they raise becomes one line on stderr and status 1."""

import sys
from collections.abc import Callable
from typing import NoReturn

from ML.errors import MelodexError


def run(main: Callable[[], int], way_on: str = "") -> NoReturn:
    """End with the status that main returns. way_on: what to do after Ctrl-C."""
    try:
        sys.exit(main())
    except MelodexError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit(f"Stopped. {way_on}".rstrip())
