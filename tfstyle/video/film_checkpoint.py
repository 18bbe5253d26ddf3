"""Checkpoints of films: the finished segments, and the state that the next one begins with."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tfstyle import checkpoint, disk
from tfstyle.video import encoding
from tfstyle.video.encoding import Packet

INITIAL = {"segments": 0, "frames": 0, "tick": 0, "ended": False, "broken": None, "shown": False}


class FilmCheckpoint(checkpoint.Checkpoint):
    """A folder beside a film, until the film is there.

    Args:
        target: The film.
        job: What the film is made from; a checkpoint of another job is not continued.
        overwrite: Whether another job's folder and film may be replaced.

    Attributes:
        state: Where painting is: the number of `segments` and of `frames`, the next `tick`, whether
            all frames are painted (`ended`), why the clip ends early (`broken`), and whether the
            film that is there is a part of this one (`shown`).
        arrays: The filter's state that the next segment begins with.

    Raises:
        FileExistsError: The folder is another job's, or the film is there already.
        OSError: The folder is broken or takes no files.
    """

    def __init__(self, target: Path, job: Mapping, overwrite: bool = False):
        super().__init__(target, job, INITIAL, overwrite)
        self._check_target(overwrite)

    def _check_target(self, overwrite):
        replaceable = overwrite or self.state["shown"]
        if self.target.is_dir():
            if any(self.target.iterdir()) and not replaceable:
                raise FileExistsError(
                    f"Expected an empty folder, or --overwrite. Received: {self.target}."
                )
        elif self.target.suffix:
            disk.check_writable(self.target, replaceable, (self.target.suffix.lower(),))
        elif self.target.exists():
            raise NotADirectoryError(f"Expected a folder. Received: {self.target}, a file.")

    def save_segment(
        self, packets: list[Packet], arrays: Mapping, ended: bool, broken: str | None = None
    ) -> None:
        """Saves a segment and the state after it, both or none.

        Args:
            packets: Of the segment's frames; may be empty.
            arrays: As from `painting.State.arrays`.
            ended: Whether the clip has no more frames.
            broken: Why the clip ends early, in words.

        Raises:
            OSError: The disk is full or read-only.
        """
        state = self.state | {"ended": ended, "broken": broken}
        if packets:
            encoding.write(self._segment_path(self.state["segments"]), packets)
            state["segments"] += 1
            state["frames"] += len(packets)
            state["tick"] = packets[-1].tick + 1
        self.save(state, arrays)

    def mark_shown(self) -> None:
        """Notes that a part of the film is in its place, which the whole one may replace."""
        self.save(self.state | {"shown": True}, self.arrays)

    def packets(self) -> Iterator[Packet]:
        """The packets of all segments; one segment is in memory at a time."""
        for index in range(self.state["segments"]):
            yield from encoding.read(self._segment_path(index))

    def last_packet(self) -> Packet:
        """The last packet of the last segment."""
        return encoding.read(self._segment_path(self.state["segments"] - 1))[-1]

    def _segment_path(self, index):
        return self.folder / f"{index:06d}.segment"
