"""What a result is made from; a command goes on only with a result of the same job."""

from pathlib import Path

OF_PROCESS = ("run", "command", "results", "stdout", "kinds", "passed_on")
NOT_OF_RESULT = ("commercial", "json", "output", "overwrite", "threads", "workers", "report")


def job(options, paths, **facts) -> dict:
    """A command's options, the files that they name, and the version.

    Args:
        options: Options of the command.
        paths: Texts that may name files or folders. Those of a model's folder are added.
        **facts: What else the result is made from.
    """
    import tfstyle

    excluded = (*OF_PROCESS, *NOT_OF_RESULT)
    values = {k: _json_value(v) for k, v in vars(options).items() if k not in excluded}
    model = Path(options.model) if options.model else None
    model_files = sorted(model.iterdir()) if model and model.is_dir() else []
    paths = map(Path, [*paths, *model_files])
    versions = {str(path): _file_version(path) for path in paths if path.exists()}
    return {**values, **facts, "files": versions, "version": tfstyle.__version__}


def _json_value(value):
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _file_version(path):
    """Path, bytes and time of change, which differ where a file was replaced."""
    status = path.stat()
    return [str(path.resolve()), status.st_size, status.st_mtime_ns]
