"""What `tfstyle stylize` has for methods that optimise the picture."""

import dataclasses
import sys
import time
from pathlib import Path

from tfstyle.cli.options import add_teacher, flag, positive
from tfstyle.cli.style_options import read_styles
from tfstyle.methods import Kind, method

SECONDS = 20.0  # between two checkpoints of a run
RUN_OPTIONS = ("style", "weights", "strength", "mask", "feather", "size", "teacher", "precision")
BAR = "{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
FLAGS = ("teacher", "folder", "every")


def add_flags(parser):
    """Adds the flags of methods that optimise the picture; flags that are not given are None."""
    group = parser.add_argument_group("for methods that optimise the picture")
    add_teacher(group, "network to take features from: ", "our encoder")
    group.add_argument(
        "--run",
        dest="folder",
        metavar="DIR",
        help="folder for losses and checkpoints; the same command goes on from the last one",
    )
    group.add_argument(
        "--every",
        type=positive,
        metavar="N",
        help="write a picture to the run folder every N steps (default: none)",
    )


def check(options):
    """Refuses these flags where another method paints.

    Raises:
        ValueError: There are such flags, or flags that exclude each other.
    """
    names = [name for name in FLAGS if getattr(options, name) is not None]
    if method(options.method).kind is not Kind.OPTIMISATION and names:
        flags = ", ".join("--run" if name == "folder" else flag(name) for name in names)
        raise ValueError(
            f"Expected {flags} with methods that optimise alone. Received: {options.method}."
        )
    if options.every and not options.folder:
        raise ValueError("Expected --every with --run. Received: no --run.")
    if options.folder and (len(options.photos) > 1 or Path(options.photos[0]).is_dir()):
        raise ValueError("Expected one photograph with --run. Received: a folder.")


def painter(options, settings, regions):
    """A `Painter` with the options' settings.

    Args:
        options: Options of the command.
        settings: Settings of the method; None for the defaults.
        regions: Masks, or None.
    """
    from tensorflow.config import threading

    from tfstyle import loading, precision

    if options.threads:
        threading.set_intra_op_parallelism_threads(options.threads)
    settings = settings or method(options.method).Settings()
    run = _run(options, settings)
    choice = run.precision if run else precision.choose(options.precision)
    stylizer = loading.load_model(
        options.method,
        options.model,
        precision=choice.name,
        settings=settings,
        teacher=options.teacher,
    )
    return Painter(stylizer, options, read_styles(options, stylizer), regions, choice, run)


class Painter:
    """A function of one photograph that shows its progress; Ctrl-C returns the picture so far.

    Args:
        stylizer: Stylizer of a method that optimises.
        options: Options of the command.
        styles: Paintings.
        regions: Masks, or None.
        choice: The precision that the stylizer computes in, from `precision.choose`.
        run: The run folder, or None.
    """

    def __init__(self, stylizer, options, styles, regions, choice, run=None):
        self.stylizer, self.options, self.styles = stylizer, options, styles
        self.regions, self.interrupted = regions, False
        self.choice, self.run = choice, run

    def __call__(self, content):
        from tfstyle.color import keeper

        if self.options.strength == 0.0:
            return content
        work = self.stylizer.optimisation(
            content, self.styles, self.options.strength, self.options.weights, self.regions
        )
        picture = work.finished(self._optimised(work))
        return keeper(self.options.keep_colors)(content, picture)

    def _optimised(self, work):
        checkpoint = _checkpoint(self.run, self.stylizer)
        work = dataclasses.replace(work, begin=checkpoint)
        print(f"tfstyle: {work.estimate()} Computes in {self.choice}.", file=sys.stderr)
        picture = checkpoint.picture if checkpoint else work.problem.content
        recorder = Recorder(work, self.run, self.options.every)
        try:
            for progress in work:
                picture = progress.picture
                recorder.record(progress)
        except KeyboardInterrupt:
            self.interrupted = True
        recorder.close()
        return picture


class Recorder:
    """Shows the progress of an optimisation in a bar, and keeps it in a run folder.

    Args:
        work: The optimisation.
        run: The run folder, or None.
        every: Steps between pictures in the run folder, or None.
    """

    def __init__(self, work, run=None, every=None):
        from tqdm import tqdm

        self.work, self.run, self.every, self.last = work, run, every, work.begin
        self.saved_at = time.monotonic()
        share = work.begin.share if work.begin else 0.0
        self.bar = tqdm(total=1.0, initial=share, bar_format=BAR)

    def record(self, progress):
        """Shows and keeps a step."""
        self.last = progress
        self.bar.update(progress.share - self.bar.n)
        height, width = progress.picture.shape[:2]
        losses = {name: f"{loss:.3g}" for name, loss in progress.losses.items()}
        self.bar.set_postfix(losses | {"size": f"{width}x{height}", "step": progress.step})
        if self.run:
            self.run.log(self._step(progress), progress.losses)
            self._keep(progress)

    def _keep(self, progress):
        from tfstyle import images

        step = self._step(progress)
        if time.monotonic() - self.saved_at > SECONDS:
            self.saved_at = time.monotonic()
            self.run.keep(step, ".npz", progress.save)
        if self.every and step % self.every == 0:
            picture = self.work.finished(progress.picture)
            images.write(picture, self.run.folder / "pictures" / f"{step:06d}.jpg")

    def _step(self, progress):
        return sum(self.work.steps[: progress.size]) + progress.step

    def close(self):
        """Keeps the last step, and ends the bar."""
        if self.run and self.last:
            self.run.keep(self._step(self.last), ".npz", self.last.save)
        self.bar.close()


def _run(options, settings):
    from tfstyle.training import runs

    if not options.folder:
        return None
    values = dataclasses.asdict(settings)
    values |= {name: getattr(options, name) for name in RUN_OPTIONS} | {"photo": options.photos[0]}
    return runs.Run(options.folder, values)


def _checkpoint(run, stylizer):
    """The progress of an interrupted run, or None."""
    if run is None:
        return None
    run.forget_log()
    return stylizer.restored(run.checkpoint) if run.checkpoint else None


def raise_if_interrupted(painter, target):
    """Ends the command if Ctrl-C ended the optimisation, once its picture is written.

    Raises:
        KeyboardInterrupt: Ctrl-C ended it.
    """
    if getattr(painter, "interrupted", False):
        print(f"tfstyle: {target} is as far as it came.", file=sys.stderr)
        raise KeyboardInterrupt
