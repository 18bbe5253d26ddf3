"""`tfstyle compare`."""

import sys
from pathlib import Path

from tfstyle.cli.options import add_commercial, add_precision, add_teacher, command, positive
from tfstyle.cli.scripts import add_json

PAGES = (".html", ".htm")


def _compare(commands):
    parser = command(
        commands,
        "compare",
        _run_compare,
        "paint one photograph by every released family, side by side with times and figures",
        "tfstyle compare dog.jpg starry.jpg -o sheet.html sheet.png",
    )
    parser.add_argument("photo", metavar="PHOTO", help="a picture's file")
    parser.add_argument("painting", metavar="PAINTING", help="a picture's file")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        nargs="+",
        metavar="FILE",
        help="one HTML file that needs nothing else, or a picture, or both",
    )
    parser.add_argument(
        "--size",
        type=positive,
        default=512,
        metavar="PIXELS",
        help="longer side of what is painted (default: %(default)s)",
    )
    parser.add_argument(
        "--limit",
        type=positive,
        default=60,
        metavar="SECONDS",
        help="that a family may take (default: %(default)s)",
    )
    parser.add_argument(
        "--also",
        metavar="MODULE",
        help="magenta, which is downloaded, or the address, .tar.gz file or folder of such a "
        "module, to paint with beside them; left out where it cannot be had",
    )
    add_teacher(parser, "network to measure on: ", "our encoder's view of VGG-19")
    add_precision(parser, "what optimisations compute in, figures in float32; auto is")
    add_commercial(parser, "show")
    add_json(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _run_compare(options):
    from tfstyle import images
    from tfstyle.evaluation import comparison, page

    targets = [Path(path) for path in options.output]
    for target in targets:
        images.check_writable(target, options.overwrite, (*PAGES, *images.SUFFIXES))
    if options.also and options.commercial:
        raise ValueError("Expected --commercial without --also, whose licence is not stated here.")
    module = _module(options.also) if options.also else None
    found = comparison.compare(
        options.photo,
        options.painting,
        options.size,
        options.limit,
        options.teacher,
        module,
        options.precision,
        options.commercial,
    )
    options.results.update(_results(found, targets))
    for target in targets:
        if target.suffix.lower() in PAGES:
            images.write_file(target, page.page(found).encode())
        else:
            images.write(page.sheet(found), target)
        print(target)
    return 1 if options.also and not module else 0


def _results(found, targets):
    """The comparison for programs."""
    height, width = found.photo.shape[:2]
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
        for entry in found.entries
    ]
    sizes = {"width": width, "height": height, "measured_on": found.measured_on}
    return {"outputs": targets, **sizes, "models": models}


def _module(source):
    """Its file or folder, or None and a sentence where it cannot be had."""
    from tfstyle import hub

    try:
        return hub.fetch(source)
    except (ValueError, OSError) as error:
        print(f"tfstyle: {source} is left out. {error}", file=sys.stderr)
        return None


COMMANDS = (_compare,)
