"""Trainings by name: of every method that has one, and of our encoder."""

import dataclasses
import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfstyle import extras, loading, registry
from tfstyle.methods import METHODS
from tfstyle.training.settings import DISTILLATION, DataArgument, Training

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

BATCHES = "batches"  # what a dataset is called among the parts of the data

Folder = str | os.PathLike


def trainings() -> dict[str, Training]:
    """What there is to know of every training, by the name that `train` takes."""
    methods = {name: method.training for name, method in METHODS.items() if method.training}
    return {registry.ENCODER: DISTILLATION, **methods}


def train(
    method: str,
    data: "Mapping[str, Folder | Sequence[Folder] | tf.data.Dataset] | tf.data.Dataset",
    run: Folder,
    settings: Any = None,
    callbacks: "Sequence[keras.callbacks.Callback]" = (),
    *,
    begin: Folder | None = None,
    teacher: Folder | None = None,
    encoder: Folder | None = None,
    replicas: int = 0,
) -> bool:
    """Trains a method's networks on your own pictures; the same call resumes an interrupted run.

    The run folder gets checkpoints at least every two minutes, the current networks (for
    `tfstyle.load`), losses (log.csv), sample sheets, and in run.json what it was made from. Ctrl-C
    ends a training with a checkpoint.

    Args:
        method: "johnson", "cin", "ghiasi", "adain", "wct", "cyclegan" or "pix2pix", "encoder" for
            the encoder that losses are taken on, or another package's method.
        data: Folders and files by name, as the command's flags are called: {"content": folder,
            "style": file} for johnson, {"content": folder, "style": folders or files} for cin,
            {"content": folder, "style": folders} for ghiasi and adain, and for johnson and ghiasi
            "targets" as well, a folder of what results shall be like; {"content": folders} for wct,
            {"a": folders, "b": folders} for cyclegan, {"pairs": folder} or {"a": folder, "b":
            folder} for pix2pix, {"pictures": folders} for encoder. Or a tf.data.Dataset of batches,
            which is repeated: of {"content"} for wct, of {"a", "b"} for cyclegan, of {"from", "to"}
            for pix2pix; for johnson {"batches": dataset of {"content"}, "style": file}. Its
            pictures are float32 in [0, 1], shape (batch, height, width, 3); batches have one shape.
            A resumed run has the batches that it would have seen where the dataset's order is
            always the same.
        run: The run folder, made where it is missing.
        settings: The method's Settings (of `tfstyle.methods.<method>.settings`), or a dictionary of
            those that are not the default, as the command's flags are called.
        callbacks: Keras callbacks. The steps of the call are one epoch; a callback that sets
            `self.model.stop_training` ends the training with a checkpoint.
        begin: Finished run, or release, whose weights the training begins with; None is random
            ones.
        teacher: Of what the losses are taken on: "vgg19" or "vgg16", a file of weights or a folder
            of two; None is our encoder's own view of VGG-19.
        encoder: For ghiasi, adain and wct: run folder of an encoder, or, for the last two, a VGG;
            None is the released encoder.
        replicas: For cyclegan and pix2pix: GPUs, or shares of the processor, that split each batch;
            0 takes every GPU.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: Keras is not installed, a folder is missing or holds no pictures, or the disk is
            full.
        ValueError: The method, a part of the data or a setting is unknown, or the run folder was
            begun with others.
        FloatingPointError: The losses are no numbers any more.

    Examples:
        >>> import tfstyle
        >>> from tfstyle import examples
        >>> for index in range(2):
        ...     tfstyle.write(examples.lake(80, 96 + index), f"photos/{index}.jpg")
        >>> tfstyle.write(examples.swirls(80, 80), "painting.jpg")
        >>> tiny = {"steps": 2, "batch": 1, "size": 64, "blocks": 1}
        >>> data = {"content": "photos", "style": "painting.jpg"}
        >>> tfstyle.train("johnson", data, "runs/painting", tiny)  # doctest: +ELLIPSIS
        Looks at the painting at 80x80 pixels.
        Computes in ...
        True
        >>> picture = tfstyle.load("johnson", "runs/painting").stylize("photos/0.jpg")
        >>> picture.shape
        (80, 96, 3)
    """
    extras.check_keras("a training")
    training = _training(method)
    options = {"begin": begin, "teacher": teacher, "encoder": encoder, "replicas": replicas}
    return _train_function(method)(
        _data(method, training, data),
        run,
        _settings(method, training, settings),
        callbacks,
        **_further_arguments(method, training, options),
    )


def _training(name):
    by_name = trainings()
    if name not in by_name:
        raise ValueError(f"Expected a training of {', '.join(by_name)}. Received: {name!r}.")
    return by_name[name]


def _train_function(name) -> Callable[..., bool]:
    if name != registry.ENCODER:
        return METHODS[name].train
    return importlib.import_module("tfstyle.training.encoder").train


def _data(name, training, data):
    """The parts of a training's data by name, each as its argument says."""
    from tfstyle.data import datasets

    data = dict(data) if isinstance(data, Mapping) else {BATCHES: data}
    arguments = {argument.name: argument for argument in training.data}
    required = {argument.name for argument in training.data if argument.required}
    if training.batches and BATCHES in data:
        data[BATCHES] = datasets.checked(data[BATCHES], training.batches)
        replaced = {argument.name for argument in training.data if argument.batched}
        arguments = {BATCHES: None} | {k: v for k, v in arguments.items() if k not in replaced}
        required -= replaced
    if not required <= data.keys() or not data.keys() <= arguments.keys() or not data:
        words = "; ".join(f"{argument.name}: {argument.help}" for argument in training.data)
        raise ValueError(f"Expected as data of {name}: {words}. Received: {', '.join(data)}.")
    return {part: _part(arguments[part], value) for part, value in data.items()}


def _part(argument: DataArgument | None, value):
    """Paths of an argument: several as a list."""
    is_path = isinstance(value, (str, os.PathLike))
    if argument is None or is_path != argument.several:
        return value
    if is_path:
        return [value]
    raise ValueError(f"Expected one {argument.metavar} as {argument.name}. Received: {value}.")


def _settings(name, training, settings):
    if isinstance(settings, training.Settings):
        return settings
    names = [field.name for field in dataclasses.fields(training.Settings)]
    if settings is not None and not isinstance(settings, Mapping):
        raise ValueError(f"Expected {name}'s Settings, or a dictionary. Received: {settings}.")
    unknown = ", ".join(sorted((settings or {}).keys() - set(names)))
    if unknown:
        raise ValueError(f"Expected settings of {', '.join(names)}. Received: {unknown}.")
    return training.Settings(**(settings or {}))


def _further_arguments(name, training, options):
    """The arguments of a training besides data and settings, by name."""
    arguments = {"begin": "begin", "replicas": "strategy"}
    arguments |= {"teacher": "teacher" if "teacher" in training.takes else "loss_network"}
    arguments |= {"encoder": "encoder" if training.encoders else ""}
    for option, argument in arguments.items():
        if options[option] and argument not in training.takes:
            raise ValueError(f"Expected no {option} for {name}. Received: {options[option]}.")
    makers = {
        "begin": lambda: options["begin"],
        "encoder": lambda: lambda: _frozen_encoder(options["encoder"]),
        "loss_network": lambda: lambda: _loss_network(options["teacher"], options["encoder"]),
        "teacher": lambda: lambda: _teacher(options["teacher"]),
        "strategy": lambda: _strategy(options["replicas"]),
    }
    return {argument: makers[argument]() for argument in training.takes}


def _strategy(replicas):
    from tfstyle.training import devices

    return devices.strategy(replicas)


def _teacher(source):
    from tfstyle.networks import teachers

    return teachers.teacher(source)


def _loss_network(teacher, encoder):
    from tfstyle.networks import encoder as encoders
    from tfstyle.networks import teachers

    if teacher or not _is_ours(encoder):
        return teachers.loss_network(teacher or encoder)
    feature_extractor, readouts = loading.encoder(encoder)
    return encoders.like(feature_extractor), encoders.readout_weights(readouts)


def _frozen_encoder(source):
    from tfstyle.networks import encoder as encoders
    from tfstyle.networks import teachers

    if _is_ours(source):
        return encoders.like(loading.encoder(source)[0])
    return teachers.from_source(source)


def _is_ours(source):
    return source is None or Path(source).is_dir()
