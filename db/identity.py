"""Which track a file is: the one with its sound, whatever its name.

Files that were renamed, swapped or renumbered keep their track, and with it vectors, playlists and verdicts.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class SeenFile(NamedTuple):
    """An opened file. content_hash: None where it gave no sound.

    is_out_of_reach: that was a failure of the disk or the rights, and says nothing about the file.
    """

    filename: str
    content_hash: str | None
    inode: int | None = None
    is_out_of_reach: bool = False


class KnownTrack(NamedTuple):
    """A row of `tracks`. gone_at: when its file was first missed, None if the last index found it."""

    id: int
    filename: str
    content_hash: str | None
    gone_at: str | None = None
    inode: int | None = None


def match_files(files: Sequence[SeenFile], tracks: Iterable[KnownTrack]) -> dict[str, int]:
    """{name of the file: id of its track}; files that are new are not in it.

    tracks: all but those whose file is known to be unchanged. A track is one file's at most. In this order:
    1. the same name and sound, or the same name where one of the sounds cannot be known,
    2. the same sound, there at the last index: the file has moved,
    3. the same sound, missing for longer: the file has returned,
    4. the same name: the file has changed, or does not decode any more.
    """
    return Matching(tracks).match(files)


class Matching:
    """Tracks that no file has claimed yet, to be found by name, by sound, and by sound and inode."""

    def __init__(self, tracks: Iterable[KnownTrack]):
        self.free = {track.id: track for track in tracks}
        self.by_name = {track.filename: track for track in self.free.values()}
        self.by_inode: dict[tuple[str | None, int], KnownTrack] = {}
        self.present: dict[str, deque[KnownTrack]] = {}
        self.missing: dict[str, deque[KnownTrack]] = {}
        latest_first = sorted(self.free.values(), key=lambda track: track.gone_at or "", reverse=True)
        for track in latest_first:
            if track.content_hash is None:
                continue
            queues = self.missing if track.gone_at else self.present
            queues.setdefault(track.content_hash, deque()).append(track)
            if track.inode is not None and not track.gone_at:
                self.by_inode[track.content_hash, track.inode] = track

    def match(self, files: Sequence[SeenFile]) -> dict[str, int]:
        found: dict[str, int] = {}
        rules: list[Callable[[SeenFile], KnownTrack | None]] = [
            self.unmoved, self.same_inode, self.moved, self.returned, self.same_name,
        ]  # fmt: skip
        for rule in rules:
            for file in files:
                track = rule(file) if file.filename not in found else None
                if track and track.id in self.free:
                    found[file.filename] = self.free.pop(track.id).id
        return found

    def same_name(self, file: SeenFile) -> KnownTrack | None:
        return self.by_name.get(file.filename)

    def unmoved(self, file: SeenFile) -> KnownTrack | None:
        track = self.by_name.get(file.filename)
        if track is None or file.is_out_of_reach:
            return track
        return track if file.content_hash and track.content_hash in (file.content_hash, None) else None

    def same_inode(self, file: SeenFile) -> KnownTrack | None:
        """Of several copies that have moved, each stays itself."""
        return self.by_inode.get((file.content_hash, file.inode)) if file.inode is not None else None

    def moved(self, file: SeenFile) -> KnownTrack | None:
        return self.first_free(self.present, file)

    def returned(self, file: SeenFile) -> KnownTrack | None:
        return self.first_free(self.missing, file)

    def first_free(self, queues: dict[str, deque[KnownTrack]], file: SeenFile) -> KnownTrack | None:
        queue = queues.get(file.content_hash) if file.content_hash else None
        while queue and queue[0].id not in self.free:
            queue.popleft()
        return queue[0] if queue else None
