"""A film that is being painted: its finished segments, and what the next one begins with."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tfstyle import images, works
from tfstyle.video import encoding
from tfstyle.video.encoding import Packet

BEGUN = {"segments": 0, "frames": 0, "tick": 0, "ended": False, "broken": None, "shown": False}


class Work(works.Work):
    """A folder beside the film, until the film is there.

    Args:
        target: The film.
        job: What the film is made from; another job does not go on.
        overwrite: Whether another job's folder and film may be replaced.

    Attributes:
        told: Where painting is: `segments`, `frames`, the next `tick`, whether all frames are
            painted (`ended`), why the clip ends early (`broken`), and whether the film that is
            there is a part of this one (`shown`).
        arrays: The state that the next segment begins with.

    Raises:
        FileExistsError: Another job was begun, or the film is there already.
        OSError: The folder is broken or takes no files.
    """

    def __init__(self, target: Path, job: Mapping, overwrite: bool = False):
        super().__init__(target, job, BEGUN, overwrite)
        self._check_target(overwrite)

    def _check_target(self, overwrite):
        if self.target.is_dir():
            if any(self.target.iterdir()) and not (overwrite or self.told["shown"]):
                raise FileExistsError(
                    f"Expected an empty folder, or --overwrite. Received: {self.target}."
                )
        elif self.target.suffix:
            allowed = overwrite or self.told["shown"]
            images.check_writable(self.target, allowed, (self.target.suffix.lower(),))
        elif self.target.exists():
            raise NotADirectoryError(f"Expected a folder. Received: {self.target}, a file.")

    def keep(
        self, packets: list[Packet], arrays: Mapping, ended: bool, broken: str | None = None
    ) -> None:
        """Keeps a segment and the state after it, both or none.

        Raises:
            OSError: The disk is full, or takes none.
        """
        if packets:
            encoding.write(self._segment(self.told["segments"]), packets)
        told = self.told | {"ended": ended, "broken": broken}
        if packets:
            told["segments"] += 1
            told["frames"] += len(packets)
            told["tick"] = packets[-1].tick + 1
        self.write(told, arrays)

    def show(self) -> None:
        """Notes that a part of the film is there, which the whole one may replace."""
        self.write(self.told | {"shown": True}, self.arrays)

    def packets(self) -> Iterator[Packet]:
        """Of all segments, one segment in memory at a time."""
        for index in range(self.told["segments"]):
            yield from encoding.read(self._segment(index))

    def last(self) -> Packet:
        """The last one of all segments."""
        return encoding.read(self._segment(self.told["segments"] - 1))[-1]

    def _segment(self, index):
        return self.folder / f"{index:06d}.segment"
