"""`tfstyle styles` and `methods`."""

from tfstyle import extras
from tfstyle.cli import scripts
from tfstyle.cli.options import add_commercial, add_overwrite, command
from tfstyle.cli.style_options import add_method


def _styles(commands):
    parser = command(
        commands,
        "styles",
        _run_styles,
        "list the named styles, or paint a sheet of them",
        "tfstyle styles -o sheet.png --photo dog.jpg",
    )
    add_method(parser)
    parser.add_argument(
        "-o", "--output", metavar="SHEET", help="also write a picture with every style"
    )
    parser.add_argument(
        "--photo", metavar="PHOTO", help="photograph of the sheet (default: a drawn landscape)"
    )
    add_overwrite(parser)


def _run_styles(options):
    from tfstyle import disk, images, registry

    paintings = registry.paintings()
    for name in registry.styles(options.method):
        about = "{title}, {artist}, {year}".format(**paintings[name]) if name in paintings else ""
        print(f"{name:22s} {about}".rstrip())
    if options.output:
        disk.check_writable(options.output, options.overwrite, images.SUFFIXES)
        images.write(_sheet_of_styles(options), options.output)
    return 0


def _sheet_of_styles(options, side=256, columns=6):
    from tfstyle import contact_sheets, examples, images, loading

    stylizer = loading.load_lite(options.method)
    photo = images.read(options.photo, 2 * side) if options.photo else examples.lake()
    photo = images.resize(photo, *images.fitted(photo.shape[:2], side))
    pictures = {"the photograph": photo}
    pictures |= {name: stylizer.stylize(photo, name) for name in stylizer.styles}
    return contact_sheets.grid(
        [contact_sheets.captioned(*cell) for cell in pictures.items()], columns
    )


def _methods(commands):
    parser = command(
        commands,
        "methods",
        _run_methods,
        "list the methods whose weights are in the package",
        "tfstyle methods",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print a Markdown table")
    form.add_argument(
        "--licences",
        action="store_true",
        help="print what each model learned from, and whether that allows commercial use",
    )
    scripts.add_json(form)
    add_commercial(parser, "list")


def _run_methods(options):
    from tfstyle import model_facts

    models = model_facts.models()
    if options.commercial:
        models = model_facts.cleared(models)
    options.results["models"] = [model.facts for model in models] if options.json else []
    if options.markdown:
        print("\n".join(model_facts.table(models)))
    elif not options.json:
        lines = _licences if options.licences else _facts
        print("\n".join(line for model in models for line in lines(model)))
    return 0


def _facts(model):
    yield f"{model.name}: {model.title}"
    if not model.method.tflite:
        yield f"  needs    Keras: {extras.command('keras')}"
    yield f"  style    {model.style}"
    yield f"  weights  {model.size}"
    yield f"  learned  {model.card['learned_in']}, from {model.method.needs}"
    yield f"  good at  {model.method.good}"
    yield f"  weak at  {model.method.weak}"
    yield f"  paper    {model.method.paper}"


def _licences(model):
    from tfstyle import licences

    cleared = "cleared" if licences.allow(model.card) else "not cleared"
    yield f"{model.name}: {cleared} for commercial use; its weights: {model.card['licence']}"
    for source in licences.sources(model.card):
        yield f"  {licences.STATED[source.commercial]:12s} {source}"


COMMANDS = (_styles, _methods)
