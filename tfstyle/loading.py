"""Loads stylizers and networks of released models by name, and of others by folder."""

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
            release, see `remote.fetch`: "hf://owner/name", "kaggle://...", an archive's address,
            an archive or a folder; or a module, see `hub.load`: "magenta", an address, a .tar.gz
            file or a folder.
        folder: Of another release or a finished run; None takes the one in the package.
        precision: That convolutions compute in, see `precision.choose`. "auto" is float32 for
            methods that paint in one pass, whose pictures show rounding, and the fastest one for
            methods that optimise. A module always computes in its own.
        exact: Whether the tiles of a photograph above `tiled_network.WHOLE_PIXELS` are normalised
            with the statistics of the whole photograph, layer by layer. Otherwise they are
            normalised with those of a thumbnail, which takes less time but more memory, and
            changes colours and strokes.
        settings: The method's `Settings`; None takes the defaults.
        teacher: VGG weights for a method that optimises the picture, see
            `teachers.loss_network`; None takes our encoder.

    Raises:
        ValueError: There is no such model or precision, or the method takes no such argument.
        OSError: A file is missing from the folder, a module cannot be downloaded, or Keras is
            needed and not installed.

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
        return _load_release(name, precision, exact, settings, teacher)
    if name not in registry.released() and hub.is_module(name):
        return hub.load(folder or name)
    method_class = method(name)
    _check_arguments(method_class, settings, teacher)
    if not method_class.kind.one_pass:
        networks = {} if teacher else load_networks(name, folder)
        stylizer = method_class.of(networks, settings, teacher, precision)
        return stylizer.described(teacher or folder or name, "keras")
    if not extras.has_keras() and _has_tflite(name, folder) and parse(precision) == "auto":
        return load_lite(name, None, folder, exact, settings)
    extras.check_keras(f"{name} in {precision}" if folder is None else f"the networks of {folder}")
    from tfstyle.precision import pure

    with pure("float32"):  # whatever policy the caller has for layers of its own
        networks = load_networks(name, folder, precision)
        signatures = _signatures(method_class, networks, exact)
        return stylizer_of(name, signatures, networks, folder, settings=settings)


def _check_arguments(method_class, settings, teacher):
    if settings is not None and method_class.Settings is None:
        raise ValueError(
            f"Expected no settings: {method_class.name} has none. Received: {settings}."
        )
    if settings is not None and not isinstance(settings, method_class.Settings):
        raise ValueError(f"Expected {method_class.name}'s Settings. Received: {settings}.")
    if teacher is not None and method_class.kind.one_pass:
        raise ValueError(
            f"Expected a teacher only with methods that optimise. Received: {method_class.name}."
        )


def _signatures(method_class, networks, exact):
    """Signatures by name, of whole photographs and of regions of them."""
    from tfstyle.networks.endpoint import Arrays

    tables = [*method_class.endpoints(networks).values(), method_class.regional_endpoints(networks)]
    return {
        label: Arrays(endpoint) if exact else endpoint.arrays
        for endpoints in tables
        for label, endpoint in endpoints.items()
    }


def _load_release(source, precision, exact, settings, teacher):
    """The stylizer of a release, on LiteRT where it has no Keras files; or of a module's .tar."""
    from tfstyle import hub, remote

    if source.startswith(("https://", "http://")) and not source.partition("#")[0].endswith(".zip"):
        archive = remote.download_archive(source)
        if not remote.is_release(archive):
            return hub.load(archive)
    folder = remote.fetch(source)
    name = remote.model_name(folder)
    if extras.has_keras() and _has_keras_files(method(name), folder):
        return load(name, folder, precision, exact, settings, teacher)
    return load_lite(name, None, folder, exact, settings)


def stylizer_of(
    name: str,
    signatures: Mapping,
    networks: Mapping | None = None,
    folder: Folder = None,
    codes: Mapping | None = None,
    settings: Any = None,
) -> Method:
    """A stylizer made of signatures.

    Args:
        name: A released model, or a method with a folder.
        signatures: Functions of arrays by name.
        networks: The Keras models that they run, by file name; None where they run on LiteRT.
        folder: See `load`.
        codes: Style codes by name of the style; None takes the folder's.
        settings: See `load`.

    Raises:
        OSError: A file of the folder is missing or broken.
    """
    method_class = method(name)
    codes = registry.styles(name, folder) if codes is None else codes
    arguments = {"geometry": geometry(name, networks, folder)} if method_class.network else {}
    arguments |= {} if settings is None else {"settings": settings}
    stylizer = method_class(signatures, networks, codes, **arguments)
    return stylizer.described(folder or name, "keras" if networks else "litert")


def geometry_entry(name: str, networks: Mapping) -> dict:
    """A card's entry with the geometry of a method's network; empty where it needs none."""
    if not method(name).network:
        return {}
    return {"geometry": dataclasses.asdict(geometry(name, networks))}


def geometry(name: str, networks: Mapping | None = None, folder: Folder = None) -> Geometry:
    """The geometry that tiles need: of a method's network, or from the card beside its files.

    Raises:
        OSError: The card has none.
    """
    if networks:
        from tfstyle.networks import geometry as layers

        return layers.geometry(networks[method(name).network])
    path = registry.model_folder(name, folder) / registry.CARD
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
        folder: See `load`.
        precision: See `load`.
    """
    extras.check_keras(f"{name}'s networks")
    from tfstyle.networks import files
    from tfstyle.precision import choose

    method_class = method(name)
    folder = registry.model_folder(method_class.home or name, folder)
    networks = {file: files.load(folder / f"{file}.keras") for file in method_class.files}
    dtype = "float32" if precision == "auto" else choose(precision).name
    return {file: files.convolving_in(network, dtype) for file, network in networks.items()}


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
        exact: See `load`.
        settings: See `load`.

    Raises:
        ValueError: There is no such model, or it has no TFLite files, or no settings.
        OSError: A file is missing from the folder.

    Examples:
        >>> from tfstyle import examples, loading
        >>> stylizer = loading.load_lite("johnson-great-wave")
        >>> stylizer.stylize(examples.lake(48, 64)).shape
        (48, 64, 3)
    """
    method_class = method(name)
    _check_arguments(method_class, settings, None)
    if not method_class.tflite:
        raise ValueError(
            f"Expected a model with TFLite files. Received: {name}, {method_class.title}."
        )
    files = registry.tflite_files(name, folder)
    signatures = litert.signatures(files, threads, method_class.kept_open, exact)
    return stylizer_of(name, signatures, None, folder, settings=settings)


def load_model(
    method_name: str,
    model: Folder = None,
    threads: int | None = None,
    lite: bool = True,
    precision: str = "auto",
    exact: bool = True,
    settings: Any = None,
    teacher: Folder = None,
) -> Method:
    """A stylizer by method and model, as `--method` and `--model` name them.

    Args:
        method_name: A method, or a released model's full name.
        model: What follows the method in a released model's name, such as "sunny2rainy"; or the
            folder of a release, which runs on LiteRT, or of a finished run, which runs on Keras;
            None takes the model of the method's own name. For magenta, see `hub.load`.
        threads: Processor threads of LiteRT; None takes all cores.
        lite: Whether it may run on LiteRT, which paints masks with the whole photograph's
            statistics. Without Keras it does in any case.
        precision: On Keras, see `load`; TFLite files have their own.
        exact: See `load`.
        settings: See `load`.
        teacher: See `load`.

    Raises:
        ValueError: There is no such model.
        OSError: A file cannot be read.
    """
    method_class, name = method(method_name), f"{method_name}-{model}" if model else method_name
    if method_class.fetched:
        from tfstyle import hub

        return hub.load(name if name in hub.MODULES else model or name)
    lite = (lite or not extras.has_keras()) and bool(method_class.tflite)
    if name in registry.released():
        if lite:
            return load_lite(name, threads, None, exact, settings)
        return load(name, None, precision, exact, settings, teacher)
    folder = _local_folder(model)
    if lite and model and _has_tflite(method_name, folder):
        return load_lite(method_name, threads, folder, exact, settings)
    if model and _has_keras_files(method_class, folder):
        return load(method_name, folder, precision, exact, settings, teacher)
    raise _unknown_model(method_class, name)


def _unknown_model(method_class, name):
    """The error that there is no such model of a method."""
    models = [n for n in registry.released() if n.partition("-")[0] == method_class.name]
    files = ", ".join(f"{file}.keras" for file in method_class.files)
    return ValueError(
        f"Expected one of {', '.join(models) or 'none yet'} (--model is what follows "
        f"{method_class.name}-), or as --model a folder with {files}. Received: {name}."
    )


def _has_tflite(name, folder):
    files = registry.tflite_files(name, folder)
    return bool(files) and all(path.is_file() for path in files)


def _has_keras_files(method_class, folder):
    return all((folder / f"{file}.keras").is_file() for file in method_class.files)


def _local_folder(model):
    """The folder of a release or a run, which is fetched where it is elsewhere."""
    from tfstyle import remote

    text = str(model or "")
    return remote.fetch(text) if "://" in text or text.endswith(".zip") else Path(text)


def encoder(folder: Folder = None) -> tuple:
    """Our encoder and its readouts, two frozen Keras models.

    Args:
        folder: A run folder of `tfstyle train encoder`; None takes the released ones.

    Raises:
        OSError: The folder has no finished encoder, or Keras is not installed.
    """
    extras.check_keras("our encoder")
    from tfstyle.networks import files

    folder = Path(folder or registry.RELEASED / "encoder")
    paths = [folder / f"{file}.keras" for file in ("encoder", "readouts")]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"Expected a finished encoder. Received: {path}, not there.")
    return tuple(map(files.load, paths))


def feature_extractor():
    """Our encoder with its readouts, a frozen Keras model: pictures to VGG-19's features by tap."""
    import keras

    network, readouts = encoder()
    return keras.Model(network.input, readouts(network.output), name="view")
