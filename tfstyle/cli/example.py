"""`tfstyle example`."""

from pathlib import Path

from tfstyle.cli.options import add_overwrite, command


def _example(commands):
    parser = command(
        commands,
        "example",
        _run_example,
        "write an example photograph and paintings that the project drew itself",
        "tfstyle example pictures",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", help="folder of the pictures; it is created if it is missing"
    )
    add_overwrite(parser)


def _run_example(options):
    from tfstyle import disk, examples, images

    for name, draw in examples.PICTURES.items():
        target = Path(options.folder) / name
        disk.check_writable(target, options.overwrite, images.SUFFIXES)
        images.write(draw(), target)
        print(target)
    return 0


COMMANDS = (_example,)
