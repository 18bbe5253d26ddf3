"""Which photographs `tfstyle stylize` reads, and where it writes each picture."""

from pathlib import Path

from tfstyle.cli import scripts

PIPE = scripts.PIPE
PIPED_FORMATS = ("png", "jpeg", "webp", "tiff", "bmp", "gif")

Task = tuple[Path, Path]  # a photograph's file, and its picture's


def are_several(photos) -> bool:
    """Whether PHOTO names more than one file, or a folder."""
    return len(photos) > 1 or Path(photos[0]).is_dir()


def tasks(options) -> list[Task]:
    """The photographs of the options, each with its picture's file.

    Raises:
        ValueError: Two pictures have one file, or a pipe cannot hold what is asked for.
        OSError: A picture cannot be written where it belongs.
    """
    from tfstyle import disk, images

    _check_pipes(options)
    photos, output = list(map(Path, options.photos)), Path(options.output)
    if options.output == PIPE:
        scripts.check_pipe(options.stdout)
        return [(photos[0], Path(f"stdout.{options.format or PIPED_FORMATS[0]}"))]
    if not are_several(photos):
        is_folder = output.is_dir() or options.output.endswith("/")
        target = output / images.written_name(photos[0].name) if is_folder else output
        disk.check_writable(target, options.overwrite, images.SUFFIXES)
        return [(photos[0], target)]
    if output.exists() and not output.is_dir():
        raise NotADirectoryError(f"Expected a folder for the results. Received: {output}.")
    results = [task for photo in photos for task in _tasks_of(photo, output)]
    _check_names([target for _, target in results])
    return results


def _check_names(targets):
    twice = sorted({str(target) for target in targets if targets.count(target) > 1})
    if twice:
        raise ValueError(f"Expected pictures of different names. Received: two for {twice[0]}.")


def _check_pipes(options):
    """Refuses what a pipe cannot hold."""
    if options.format and options.output != PIPE:
        raise ValueError(f"Expected --format with -o -. Received: -o {options.output}.")
    if options.output == PIPE and are_several(options.photos):
        raise ValueError("Expected one photograph for -o -. Received: several, or a folder.")
    if options.output == PIPE and options.json:
        raise ValueError("Expected --json, or the picture on stdout (-o -). Received: both.")
    if PIPE not in options.photos:
        return
    if len(options.photos) > 1:
        raise ValueError("Expected - alone, a picture through stdin. Received: others beside it.")
    if Path(options.output).is_dir() or options.output.endswith("/"):
        raise ValueError(
            f"Expected a picture's name, or -, for what comes through stdin. "
            f"Received: {options.output}, a folder."
        )


def _tasks_of(photo, folder) -> list[Task]:
    """A picture, or those of a folder except the results, each with its file in a folder."""
    from tfstyle import images
    from tfstyle.data import folders

    if not photo.is_dir():
        return [(photo, folder / images.written_name(photo.name))]
    results = folder.resolve()
    paths = [
        path
        for path in folders.pictures(photo)
        if results not in path.resolve().parents or results == photo.resolve()
    ]
    if not paths:
        raise FileNotFoundError(f"Expected a folder with photographs. Received: {photo}, results.")
    names = [path.relative_to(photo) for path in paths]
    return [
        (path, folder / name.with_name(images.written_name(name.name)))
        for path, name in zip(paths, names, strict=True)
    ]
