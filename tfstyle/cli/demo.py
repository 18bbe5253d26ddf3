"""`tfstyle demo`."""

import argparse
import os
import sys
import tempfile

from tfstyle import extras
from tfstyle.cli.options import ONE_PASS, add_commercial, add_precision, command, positive

LARGEST_FILE = "32mb"
ADDRESS = "127.0.0.1"
PRECISION_USE = "what Keras computes in: optimisations, and masks" + ONE_PASS
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def _demo(commands):
    parser = command(
        commands,
        "demo",
        _run_demo,
        f"open a page to drag photographs and paintings into; needs {extras.command('demo')}",
        "tfstyle demo --port 8000",
    )
    _add_server(parser)
    _add_limits(parser)
    add_commercial(parser, "offer")
    add_precision(parser, PRECISION_USE)


def _add_server(parser):
    parser.add_argument(
        "--host",
        default=ADDRESS,
        help="address to listen on; 0.0.0.0 is all of them (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=positive,
        metavar="N",
        help="port to listen on (default: the first free one from 7860)",
    )
    parser.add_argument(
        "--share", action="store_true", help="give it a public address through gradio.live"
    )
    parser.add_argument(
        "--mcp", action="store_true", help="offer it to language models at /gradio_api/mcp"
    )
    parser.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="open a browser (default: where there is a screen)",
    )


def _add_limits(parser):
    parser.add_argument(
        "--max-pixels",
        type=positive,
        default=4_000_000,
        metavar="N",
        help="largest number of pixels of a photograph; larger ones are reduced (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--concurrency",
        type=positive,
        default=2,
        metavar="N",
        help="number of pictures painted at once; the others wait (default: %(default)s)",
    )


def _run_demo(options):
    with tempfile.TemporaryDirectory(prefix="tfstyle-") as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        try:
            from tfstyle.demo import page
        except ModuleNotFoundError as error:
            raise OSError(extras.sentence(error) or str(error)) from error
        try:
            page.launch(
                options.max_pixels,
                options.concurrency,
                folder,
                options.precision,
                options.commercial,
                **_launch_options(options),
            )
        except OSError as error:
            if "empty port" not in str(error):
                raise
            port = options.port or "all from 7860"
            raise OSError(f"Expected a free port, given by --port. Received: {port}.") from error
    return 0


def _launch_options(options):
    """Arguments of `gradio.Blocks.launch`."""
    has_screen = sys.platform in ("darwin", "win32") or any(map(os.environ.get, SCREENS))
    return {
        "server_name": options.host,
        "server_port": options.port,
        "share": options.share,
        "mcp_server": options.mcp,
        "inbrowser": has_screen if options.open is None else options.open,
        "max_file_size": LARGEST_FILE,
    }


COMMANDS = (_demo,)
