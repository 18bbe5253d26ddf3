"""What a result is made from, by which a command knows the one that it goes on with."""

from pathlib import Path

OF_PROCESS = ("run", "command", "results", "stdout", "kinds", "passed_on")
OTHERS = ("commercial", "json", "output", "overwrite", "threads", "workers", "report")


def job(options, files, **more) -> dict:
    """A command's options, which files they name, and the version.

    Args:
        options: Of the command.
        files: Names, of which some may be files or folders; those of a model's folder are known.
        **more: What else the result is made from.
    """
    import tfstyle

    told = {k: v for k, v in vars(options).items() if k not in (*OF_PROCESS, *OTHERS)}
    model = Path(options.model) if options.model else None
    inside = sorted(model.iterdir()) if model and model.is_dir() else []
    found = {str(path): _stamp(path) for path in map(Path, [*files, *inside]) if path.exists()}
    plain = {name: _plain(value) for name, value in told.items()}
    return {**plain, **more, "files": found, "version": tfstyle.__version__}


def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _stamp(path):
    status = path.stat()
    return [str(path.resolve()), status.st_size, status.st_mtime_ns]
