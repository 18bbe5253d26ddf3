"""`tfstyle compare`."""

import sys
from pathlib import Path

from tfstyle.cli.options import (
    add_commercial,
    add_longer_side,
    add_overwrite,
    add_pair,
    add_precision,
    add_teacher,
    command,
    positive,
)
from tfstyle.cli.scripts import add_json

HTML_SUFFIXES = (".html", ".htm")


def _compare(commands):
    parser = command(
        commands,
        "compare",
        _run_compare,
        "paint one photograph with every released method, side by side with times and figures",
        "tfstyle compare dog.jpg starry.jpg -o sheet.html sheet.png",
    )
    add_pair(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        nargs="+",
        metavar="FILE",
        help="one HTML file that links to no other, or a picture, or both",
    )
    add_longer_side(parser, "the painted pictures", 512)
    _add_models(parser)
    _add_measures(parser)
    add_json(parser)
    add_overwrite(parser)


def _add_models(parser):
    """Adds the flags of which models paint, and for how long."""
    add_commercial(parser, "show")
    parser.add_argument(
        "--limit",
        type=positive,
        default=60,
        metavar="SECONDS",
        help="stop a method that takes longer (default: %(default)s)",
    )
    parser.add_argument(
        "--also",
        metavar="MODULE",
        help="a module to compare with: magenta, which is downloaded, or the address, .tar.gz "
        "file or folder of such a module; it is left out if it cannot be loaded",
    )


def _add_measures(parser):
    add_teacher(parser, "network to measure on: ", "our encoder's view of VGG-19")
    add_precision(parser, "what optimisations compute in (figures are in float32); auto is")


def _run_compare(options):
    from tfstyle import disk, images
    from tfstyle.evaluation import comparison, page

    targets = [Path(path) for path in options.output]
    for target in targets:
        disk.check_writable(target, options.overwrite, (*HTML_SUFFIXES, *images.SUFFIXES))
    if options.also and options.commercial:
        raise ValueError("Expected --commercial without --also, whose licence is not stated here.")
    module = _fetch_module(options.also) if options.also else None
    result = comparison.compare(
        options.photo,
        options.painting,
        options.size,
        options.limit,
        options.teacher,
        module,
        options.precision,
        options.commercial,
    )
    options.results.update(_json_results(result, targets))
    for target in targets:
        if target.suffix.lower() in HTML_SUFFIXES:
            disk.write_bytes(target, page.page(result).encode())
        else:
            images.write(page.contact_sheet(result), target)
        print(target)
    return 1 if options.also and not module else 0


def _json_results(result, targets):
    """The comparison for --json."""
    height, width = result.photo.shape[:2]
    models = [
        {
            "name": entry.model.name,
            "painted": entry.picture is not None,
            "note": entry.note,
            "seconds": entry.seconds,
            "peak_mib": entry.peak,
            "style": entry.distances and entry.distances.style,
            "content": entry.distances and entry.distances.content,
        }
        for entry in result.entries
    ]
    sizes = {"width": width, "height": height, "measured_on": result.measured_on}
    return {"outputs": targets, **sizes, "models": models}


def _fetch_module(source):
    """The module's file or folder; None, and a printed sentence, if it cannot be fetched."""
    from tfstyle import hub

    try:
        return hub.fetch(source)
    except (ValueError, OSError) as error:
        print(f"tfstyle: {source} is left out. {error}", file=sys.stderr)
        return None


COMMANDS = (_compare,)
