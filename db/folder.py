"""What the music folder holds: its audio files, and all that was left out of them, with the reason."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from ML.audio import AUDIO_EXTENSIONS
from ML.errors import LibraryError


class Stamp(NamedTuple):
    """What changes when a file does, without opening it. ctime_ns and inode: None in rows of older databases.

    The time of a change of state (ctime) and the inode notice files that swap their names, although both
    have the same size and time of modification.
    """

    size: int | None
    mtime_ns: int | None
    ctime_ns: int | None = None
    inode: int | None = None

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        inode = status.st_ino % 2**63  # SQLite's integers have a sign
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode)

    def matches(self, found: "Stamp", with_inode: bool = True) -> bool:
        is_same_state = self.ctime_ns in (None, found.ctime_ns)
        is_same_place = not with_inode or self.inode in (None, found.inode)
        return (self.size, self.mtime_ns) == found[:2] and is_same_state and is_same_place


@dataclass(frozen=True)
class FoundFile:
    """An audio file as the folder shows it, before it is opened."""

    filename: str
    path: Path
    stamp: Stamp


@dataclass
class FolderListing:
    """files: by name.  unusable: reasons why files cannot be indexed, by the name that is shown.

    left_out: reasons why entries were not read, by name.  unseen: those of them that may hold tracks.
    n_ignored: entries that IGNORED_NAMES excludes.
    """

    files: dict[str, FoundFile] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    n_ignored: int = 0

    def is_unseen(self, filename: str) -> bool:
        """Whether a file may be there although it was not found: it or a folder above it cannot be read."""
        return any(filename == name or filename.startswith(f"{name}/") for name in self.unseen)


def check_folder(audio_dir: Path) -> None:
    """Raises LibraryError when it is not there: a missing disk is not an empty library."""
    try:
        is_folder = stat.S_ISDIR(audio_dir.stat().st_mode)
    except FileNotFoundError:
        is_folder = False
    except OSError as error:
        raise cannot_read(audio_dir, error) from error
    if not is_folder:
        raise LibraryError(f"The music folder {audio_dir} is not there: create it or set MELODEX_AUDIO_DIR.")


def cannot_read(audio_dir: Path, error: OSError) -> LibraryError:
    return LibraryError(f"The music folder {audio_dir} cannot be read: {error.strerror}.")


def list_folder(audio_dir: Path, ignored_names: Sequence[str]) -> FolderListing:
    """Audio files below a folder in the order of their names. Raises LibraryError if it cannot be read.

    ignored_names: patterns as in `*.tmp`, of files and folders that are passed over.
    """
    check_folder(audio_dir)
    listing, root = FolderListing(), audio_dir.resolve()
    patterns = [pattern.casefold() for pattern in ignored_names]
    for filename, entry in walk(audio_dir, listing, patterns):
        try:
            if not is_utf8(filename):
                shown = os.fsencode(filename).decode("utf-8", "backslashreplace")  # as `ls` shows it
                listing.unusable[shown] = "The name is not valid UTF-8: rename the file."
            elif entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
                listing.left_out[filename] = "a link that leads out of the music folder"
            else:
                status = entry.stat()
                listing.files[filename] = FoundFile(filename, Path(entry.path), Stamp.of(status))
        except FileNotFoundError:  # deleted since the folder was read, or a link to nothing
            continue
        except OSError as error:
            leave_unseen(listing, filename, error)
    listing.files = dict(sorted(listing.files.items()))
    return listing


def walk(
    audio_dir: Path, listing: FolderListing, patterns: Sequence[str]
) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """(name, entry) of everything that is named like an audio file and is no folder; the rest is listed."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for name, entry in entries_of(audio_dir, folder, listing):
            try:
                is_folder = entry.is_dir()
                if is_ignored(entry.name, patterns):
                    listing.n_ignored += is_folder or is_named_like_audio(entry.name)
                elif is_folder and entry.is_symlink():
                    listing.left_out[name] = "a link to a folder: only folders themselves are read"
                elif is_folder:
                    waiting.append(name)
                elif is_named_like_audio(entry.name) and entry.is_file():
                    yield name, entry
            except OSError as error:
                leave_unseen(listing, name, error)


def entries_of(
    audio_dir: Path, folder: str, listing: FolderListing
) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """(name below the music folder, entry) of what lies in one of its folders. Raises LibraryError."""
    try:
        with os.scandir(audio_dir / folder) as found:
            entries = list(found)
    except FileNotFoundError:  # deleted since the folder above it was read
        check_folder(audio_dir)
        return
    except OSError as error:
        if not folder:
            raise cannot_read(audio_dir, error) from error
        leave_unseen(listing, folder, error)
        return
    for entry in entries:
        yield f"{folder}/{entry.name}" if folder else entry.name, entry


def leave_unseen(listing: FolderListing, name: str, error: OSError) -> None:
    listing.unseen.add(name)
    listing.left_out[name] = f"cannot be read: {error.strerror}"


def is_ignored(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern) for pattern in patterns)


def is_named_like_audio(name: str) -> bool:
    return Path(name).suffix.lower() in AUDIO_EXTENSIONS


def is_utf8(filename: str) -> bool:
    try:
        filename.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
