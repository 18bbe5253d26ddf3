"""`tfstyle upload`."""

import tempfile
from pathlib import Path

from tfstyle.cli.options import command


def _upload(commands):
    parser = command(
        commands,
        "upload",
        _run_upload,
        "upload a release to Hugging Face's hub, with its hashes and a page made from its card",
        "tfstyle release johnson --run runs/wave -o wave\n"
        "  tfstyle upload wave hf://owner/name           # after `hf auth login`\n"
        "  tfstyle upload wave hf://owner/name --dry-run page/",
    )
    parser.add_argument("release", metavar="DIR", help="folder of `tfstyle release`, with its card")
    parser.add_argument("address", metavar="hf://OWNER/NAME")
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    parser.add_argument(
        "--dry-run", metavar="DIR", help="write the files to this folder, and upload nothing"
    )


def _run_upload(options):
    from tfstyle import disk, publication, remote

    if options.dry_run:
        with disk.new_folder(options.dry_run) as folder:
            publication.prepare(Path(options.release), folder, options.address)
        print(options.dry_run)
        return 0
    with tempfile.TemporaryDirectory(prefix="tfstyle-") as scratch:
        folder = publication.prepare(Path(options.release), Path(scratch), options.address)
        print(remote.upload(folder, options.address, options.private))
    return 0


COMMANDS = (_upload,)
