"""Which kind of audio file something is, by its content: a name can say anything."""

from pathlib import Path

from ML.errors import AudioDecodeError

# FFmpeg's name of a container → the extension of such files here
EXTENSIONS = {
    "mp3": ".mp3",
    "wav": ".wav",
    "ogg": ".ogg",
    "flac": ".flac",
    "mov,mp4,m4a,3gp,3g2,mj2": ".m4a",
}
# No other demuxer gets to see the bytes: some of them (playlists, manifests) open what the file names.
WHITELIST = ",".join(EXTENSIONS)


def sniff_extension(path: Path) -> str:
    """`.mp3`, `.flac`, … as the content says. Raises AudioDecodeError for anything but music we can play."""
    import av

    try:
        with av.open(
            str(path), options={"format_whitelist": WHITELIST}, metadata_errors="replace"
        ) as container:
            return EXTENSIONS[container.format.name]
    except (av.error.FFmpegError, OSError) as error:
        kinds = ", ".join(EXTENSIONS.values())
        raise AudioDecodeError(f"This is no audio file of a kind Melodex plays ({kinds}).") from error
