"""Stylizers of released models by name, and of other ones by folder."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfstyle import extras, litert, registry
from tfstyle.methods import DEFAULT, Method, method
from tfstyle.precision import parse
from tfstyle.registry import Folder
from tfstyle.tiles import Geometry


def load(
    name: str = DEFAULT,
    folder: Folder = None,
    precision: str = "auto",
    exact: bool = True,
    settings: Any = None,
    teacher: Folder = None,
) -> Method:
    """A stylizer on Keras where that is installed, and else on LiteRT.

    Args:
        name: A released model: a method, or a variant of one such as "ghiasi-desktop"; a
            release, as `remote.fetched` takes it: "hf://owner/name", "kaggle://...", an archive's
            address, an archive or a folder; or a module, as `hub.load` takes it: "magenta", an
            address, a .tar.gz file or a folder.
        folder: Of another release or a finished run; None takes the one in the package.
        precision: That convolutions compute in, as of `precision.choose`; "auto" is float32,
            but for methods that optimise what is fastest here: in pictures of one pass rounding
            shows. A module's is its own, on TensorFlow.
        exact: Whether the tiles of a photograph above `canvas.WHOLE_PIXELS` are normalised with
            the statistics of the whole, layer by layer; else with those of a thumbnail, which
            takes less time but more memory, and changes colours and strokes.
        settings: The method's `Settings`, which it paints with; None takes the defaults.
        teacher: Of a method that optimises the picture: a VGG's weights, as
            `teachers.loss_network` takes them; None is our encoder.

    Raises:
        ValueError: There is no such model or precision, or the method takes no such argument.
        OSError: The folder does not hold its files, or a module cannot be downloaded; or they
            need Keras, which is not installed.

    Examples:
        >>> import tfstyle
        >>> from tfstyle import examples
        >>> stylizer = tfstyle.load("cin")
        >>> stylizer
        <CIN: method=cin, model=cin, engine=keras, styles=34 names>
        >>> picture = stylizer.stylize(examples.lake(48, 64), "starry-night", strength=0.8)
        >>> picture.shape, str(picture.dtype)
        ((48, 64, 3), 'float32')
    """
    from tfstyle import hub, remote

    if name not in registry.released() and remote.is_release(name):
        return _fetched(name, precision, exact, settings, teacher)
    if name not in registry.released() and hub.is_module(name):
        return hub.load(folder or name)
    found = method(name)
    _check_arguments(found, settings, teacher)
    if not found.kind.one_pass:
        return _optimising(name, folder, precision, settings, teacher)
    if not extras.has_keras() and _is_exported(name, folder) and parse(precision) == "auto":
        return load_lite(name, None, folder, exact, settings)
    extras.check_keras(f"{name} in {precision}" if folder is None else f"the networks of {folder}")
    from tfstyle.precision import pure

    with pure("float32"):  # whatever policy the caller has for layers of its own
        networks = load_networks(name, folder, precision)
        signatures = _signatures(found, networks, exact)
        return stylizer(name, signatures, networks, folder, settings=settings)


def _check_arguments(found, settings, teacher):
    if settings is not None and found.Settings is None:
        raise ValueError(f"Expected no settings: {found.name} has none. Received: {settings}.")
    if settings is not None and not isinstance(settings, found.Settings):
        raise ValueError(f"Expected {found.name}'s Settings. Received: {settings}.")
    if teacher is not None and found.kind.one_pass:
        raise ValueError(
            f"Expected a teacher with methods that optimise alone. Received: {found.name}."
        )


def _signatures(found, networks, exact):
    """Functions of arrays, by name, for pictures and for regions of them."""
    from tfstyle.networks.endpoint import Arrays

    tables = [*found.endpoints(networks).values(), found.regional_endpoints(networks)]
    return {
        label: Arrays(endpoint) if exact else endpoint.arrays
        for endpoints in tables
        for label, endpoint in endpoints.items()
    }


def _optimising(name, folder, precision, settings, teacher):
    found = method(name)
    networks = {} if teacher else load_networks(name, folder)
    made = found.of(networks, settings, teacher, precision)
    return made.described(teacher or folder or name, "keras")


def _fetched(source, precision, exact, settings, teacher):
    """A release's stylizer, on LiteRT where it holds no Keras files; or a module's, in a .tar."""
    from tfstyle import hub, remote

    if source.startswith(("https://", "http://")) and not source.partition("#")[0].endswith(".zip"):
        archive = remote.archive(source)
        if not remote.is_release(archive):
            return hub.load(archive)
    folder = remote.fetched(source)
    name = remote.name(folder)
    on_keras = extras.has_keras() and all(
        (folder / f"{file}.keras").is_file() for file in method(name).files
    )
    if on_keras:
        return load(name, folder, precision, exact, settings, teacher)
    return load_lite(name, None, folder, exact, settings)


def stylizer(
    name: str,
    signatures: Mapping,
    networks: Mapping | None = None,
    folder: Folder = None,
    codes: Mapping | None = None,
    settings: Any = None,
) -> Method:
    """A stylizer of signatures.

    Args:
        name: A released model, or a method with a folder.
        signatures: Functions of arrays, by name.
        networks: The Keras models behind them, by file name; None of LiteRT's.
        folder: As of `load`.
        codes: Of named styles, by name; None are the folder's.
        settings: As of `load`.

    Raises:
        OSError: A file of the folder is missing or broken.
    """
    found = method(name)
    codes = registry.styles(name, folder) if codes is None else codes
    known = {"geometry": geometry(name, networks, folder)} if found.network else {}
    known |= {} if settings is None else {"settings": settings}
    made = found(signatures, networks, codes, **known)
    return made.described(folder or name, "keras" if networks else "litert")


def told(name: str, networks: Mapping) -> dict:
    """What a card says for tiles: the geometry of a network, where the stylizer takes one."""
    if not method(name).network:
        return {}
    return {"geometry": dataclasses.asdict(geometry(name, networks))}


def geometry(name: str, networks: Mapping | None = None, folder: Folder = None) -> Geometry:
    """Of a method's network, for tiles: of its layers, or as the card beside its files says.

    Raises:
        OSError: The card does not say.
    """
    if networks:
        from tfstyle.networks import geometry as layers

        return layers.geometry(networks[method(name).network])
    path = registry.home(name, folder) / registry.CARD
    try:
        return Geometry(**registry.read_json(path)["geometry"])
    except (KeyError, TypeError) as error:
        raise OSError(
            f"Expected a network's stride and reach. Received: {path}, without; export or release "
            "it again."
        ) from error


def load_networks(name: str, folder: Folder = None, precision: str = "float32") -> dict:
    """The Keras models of a method, by file name.

    Args:
        name: A released model.
        folder: As of `load`.
        precision: As of `load`.
    """
    extras.check_keras(f"{name}'s networks")
    from tfstyle.networks import files
    from tfstyle.precision import choose

    found = method(name)
    home = registry.home(found.home or name, folder)
    networks = {file: files.load(home / f"{file}.keras") for file in found.files}
    name = "float32" if precision == "auto" else choose(precision).name
    return {file: files.convolving_in(network, name) for file, network in networks.items()}


def load_lite(
    name: str = DEFAULT,
    threads: int | None = None,
    folder: Folder = None,
    exact: bool = True,
    settings: Any = None,
) -> Method:
    """A stylizer on LiteRT, which imports neither TensorFlow nor Keras.

    Args:
        name: A released model.
        threads: Processor threads; None takes all cores.
        folder: Of another release; None takes the one in the package.
        exact: As of `load`.
        settings: As of `load`.

    Raises:
        ValueError: There is no such model, or it has no TFLite files, or no settings.
        OSError: The folder does not hold its files.

    Examples:
        >>> from tfstyle import examples, loading
        >>> stylizer = loading.load_lite("johnson-great-wave")
        >>> stylizer.stylize(examples.lake(48, 64)).shape
        (48, 64, 3)
    """
    found = method(name)
    _check_arguments(found, settings, None)
    if not found.tflite:
        raise ValueError(f"Expected a model with TFLite files. Received: {name}, {found.title}.")
    files = registry.tflite_files(name, folder)
    signatures = litert.signatures(files, threads, found.kept_open, exact)
    return stylizer(name, signatures, None, folder, settings=settings)


def chosen(
    method_name: str,
    model: Folder = None,
    threads: int | None = None,
    lite: bool = True,
    precision: str = "auto",
    exact: bool = True,
    settings: Any = None,
    teacher: Folder = None,
) -> Method:
    """A stylizer of a method by a released model's name or by a folder.

    Args:
        method_name: A method, or a released model's full name.
        model: What follows the method in a released model's name, such as "sunny2rainy"; or the
            folder of a release, which runs on LiteRT, or of a finished run, which runs on Keras;
            None takes the model of the method's own name. Of magenta, whatever `hub.load` takes.
        threads: Processor threads of LiteRT; None takes all cores.
        lite: Whether it may run on LiteRT, which paints masks with the whole photograph's
            statistics; it does anyway where there is no Keras.
        precision: As of `load`; LiteRT's files have one of their own.
        exact: As of `load`.
        settings: As of `load`.
        teacher: As of `load`.

    Raises:
        ValueError: There is no such model.
        OSError: A file cannot be read.
    """
    found, name = method(method_name), f"{method_name}-{model}" if model else method_name
    if found.fetched:
        from tfstyle import hub

        return hub.load(name if name in hub.MODULES else model or name)
    lite = (lite or not extras.has_keras()) and bool(found.tflite)
    if name in registry.released():
        if lite:
            return load_lite(name, threads, None, exact, settings)
        return load(name, None, precision, exact, settings, teacher)
    folder = _folder(model)
    if lite and model and _is_exported(method_name, folder):
        return load_lite(method_name, threads, folder, exact, settings)
    if model and all((folder / f"{file}.keras").is_file() for file in found.files):
        return load(method_name, folder, precision, exact, settings, teacher)
    known = [n for n in registry.released() if n.partition("-")[0] == found.name]
    needed = ", ".join(f"{file}.keras" for file in found.files)
    raise ValueError(
        f"Expected one of {', '.join(known) or 'none yet'} (--model is what follows "
        f"{found.name}-), or as --model a folder with {needed}. Received: {name}."
    )


def _is_exported(name, folder):
    """Whether all its TFLite files are there."""
    files = registry.tflite_files(name, folder)
    return bool(files) and all(path.is_file() for path in files)


def _folder(model):
    """Of a release or a run; fetched where it is elsewhere."""
    from tfstyle import remote

    text = str(model or "")
    return remote.fetched(text) if "://" in text or text.endswith(".zip") else Path(text)


def encoder(folder: Folder = None) -> tuple:
    """Our encoder and its read-outs, two frozen Keras models.

    Args:
        folder: A run folder of `tfstyle train encoder`; None takes the released ones.

    Raises:
        OSError: The folder holds no finished encoder, or Keras is not installed.
    """
    extras.check_keras("our encoder")
    from tfstyle.networks import files

    folder = Path(folder or registry.RELEASED / "encoder")
    paths = [folder / f"{file}.keras" for file in ("encoder", "readouts")]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"Expected a finished encoder. Received: {path}, not there.")
    return tuple(map(files.load, paths))


def view():
    """Our encoder's view of VGG-19: a frozen Keras model, pictures to a dictionary of its taps."""
    import keras

    feature_extractor, readouts = encoder()
    taps = readouts(feature_extractor.output)
    return keras.Model(feature_extractor.input, taps, name="view")
