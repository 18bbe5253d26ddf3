"""What a method is: facts on its class, and a stylizer that paints as its instance."""

import enum
import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import tfstyle
from tfstyle.tiles import Geometry
from tfstyle.training.settings import Training

Signatures = Mapping[str, Callable[..., dict]]
Code = dict  # arrays by name


class Kind(enum.Enum):
    """What a method paints in, and so what it offers."""

    OPTIMISATION = "any picture's style, by optimising the result"
    NAMED = "styles that it has learned, by name"
    ARBITRARY = "any picture's style, in one pass of its networks"
    TRANSLATION = "another domain of pictures, without a style"

    @property
    def takes_pictures(self) -> bool:
        """Whether a style can be a picture."""
        return self in (Kind.OPTIMISATION, Kind.ARBITRARY)

    @property
    def one_pass(self) -> bool:
        """Whether a picture takes one pass of its networks, on phones and in films too."""
        return self is not Kind.OPTIMISATION


class Method:
    """A way to transfer style; its instances are stylizers.

    Attributes:
        name: As the command line and `tfstyle.load` say it.
        title: A line for people.
        paper: Address.
        kind: What it paints in.
        accepts: What a style is to it, in words.
        good: What it is good at, in words.
        weak: What it is not.
        needs: What a training needs.
        files: Its networks, as `<file>.keras`.
        tflite: The files that they are exported to, as `<file>.tflite`.
        precision: Of these files; see `export.to_tflite`.
        uncalibrated: Files that int8 activations would ruin, and their precision instead.
        strength: That it paints with where none is asked for.
        in_weights: Whether each of its networks has one style.
        home: Released folder that its networks are in, where that is not its own.
        network: The network whose `tiles.Geometry` its stylizer takes, by file name; None where
            the class has its own.
        style_signature: The signature that encodes a style, if there is one.
        magenta_layout: Whether its networks are a style predictor and a transformer, which can be
            exported as Magenta's modules and pairs of files are.
        kept_open: Whether LiteRT may keep its files open from call to call. LiteRT 2.3 paints
            noise with a U-Net's second call, once in some hundred times after other sizes.
        fetched: Whether its weights are somebody else's, which are downloaded.
        visualized_layers: Layers that `layer_visualization` makes visible, by name; empty where the
            method has none.
        color_calibration: Whether a color calibration can be fitted behind its generator.
        Settings: Dataclass of the numbers that it paints with, if there are any.
        training: What there is to know of its training, if it has one.
        released: Folder of its released models, each in a folder of its name.

    Examples:
        >>> import tfstyle
        >>> list(tfstyle.METHODS)
        ['gatys', 'johnson', 'cin', 'adain', 'ghiasi', 'wct', 'pix2pix', 'cyclegan']
        >>> tfstyle.METHODS["cin"].title
        'many paintings in one network, and any mixture of them'
        >>> tfstyle.METHODS["cin"].kind.name
        'NAMED'
        >>> tfstyle.METHODS["cin"].accepts
        'one of its named styles, or a mixture of them'
    """

    name: ClassVar[str]
    title: ClassVar[str]
    paper: ClassVar[str]
    kind: ClassVar[Kind]
    accepts: ClassVar[str] = "any painting's file"
    good: ClassVar[str]
    weak: ClassVar[str]
    needs: ClassVar[str]
    files: ClassVar[tuple[str, ...]]
    tflite: ClassVar[tuple[str, ...]] = ()
    precision: ClassVar[str] = "dynamic"
    uncalibrated: ClassVar[Mapping[str, str]] = {}
    strength: ClassVar[float] = 1.0
    in_weights: ClassVar[bool] = False
    home: ClassVar[str | None] = None
    network: ClassVar[str | None] = None
    style_signature: ClassVar[str | None] = None
    magenta_layout: ClassVar[bool] = False
    kept_open: ClassVar[bool] = True
    fetched: ClassVar[bool] = False
    visualized_layers: ClassVar[tuple[str, ...]] = ()
    color_calibration: ClassVar[bool] = False
    Settings: ClassVar[type | None] = None
    training: ClassVar[Training | None] = None
    released: ClassVar[Path] = Path(tfstyle.__file__).parent / "released"

    styles: Mapping[str, Code] = {}
    networks: Mapping[str, Any] = {}
    description: Mapping[str, str] = {}

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """What its networks answer to, `networks.endpoint.Endpoint`s by file and signature.

        Args:
            networks: Keras models by file name.
        """
        raise NotImplementedError

    @classmethod
    def train(
        cls,
        data: Mapping[str, Any],
        folder: str | os.PathLike,
        settings: Any,
        callbacks: Sequence[Any] = (),
        **given: Any,
    ) -> bool:
        """Trains its networks into a run folder; the same call resumes an interrupted training.

        A class that declares a `training` has its function in a module training.py beside its
        method.py: `train`, with these arguments. Another place is said by overriding this method.

        Args:
            data: Of each of the sources that `training` names, a folder or file, or a list of
                them; or, as "batches", a tf.data.Dataset in place of those that it can replace.
            folder: The run folder, which holds `files` with every checkpoint.
            settings: Of the dataclass that `training` names.
            callbacks: Keras callbacks.
            **given: What `training` says that it takes.

        Returns:
            True when the run is complete, False when it was interrupted.

        Raises:
            OSError: A folder is missing or holds no pictures.
            ValueError: The run folder was begun with other settings or other data.
            FloatingPointError: The training diverges.
        """
        if cls.training is None:
            raise NotImplementedError
        owner = next(base for base in cls.__mro__ if "training" in vars(base))
        package = owner.__module__.rpartition(".")[0]
        module = importlib.import_module(f"{package}.training")
        return module.train(data, folder, settings, callbacks, **given)

    @classmethod
    def regional_endpoints(cls, networks: Mapping[str, Any]) -> dict[str, Any]:
        """What they answer to of a photograph's region, by signature; in no exported file."""
        return {}

    @classmethod
    def layer_visualization(
        cls,
        networks: Mapping[str, Any],
        iterations: int,
        seed: int,
        teacher: str | os.PathLike | None = None,
        precision: str = "auto",
    ) -> Any:
        """Pictures that show what single layers hold, where there are `visualized_layers`.

        Args:
            networks: Keras models by file name; none with a teacher.
            iterations: Steps at the first size; later sizes take fewer.
            seed: Of the noise that pictures begin with.
            teacher: A VGG's weights, as `teachers.loss_network` takes them; None takes `networks`.
            precision: That the network computes in, from `precision.choose`.

        Returns:
            An object with `figure` and `texture`; see Gatys' `LayerVisualization`.

        Raises:
            OSError: The teacher's weights cannot be read.
        """
        raise NotImplementedError

    @classmethod
    def stylize_inputs(cls, endpoints: Mapping[str, Any]) -> dict[str, Any]:
        """Keras inputs of the `stylize` signature besides the content, by name.

        Args:
            endpoints: Of all its files, by signature.
        """
        raise NotImplementedError

    def stylize_graph(self, endpoints: Mapping[str, Any], content: Any, **inputs: Any) -> Any:
        """The symbolic pastiche of the `stylize` signature, of its inputs.

        Args:
            endpoints: See `stylize_inputs`.
            content: Symbolic photograph.
            **inputs: See `stylize_inputs`.
        """
        raise NotImplementedError

    def passes(self) -> list[dict]:
        """The signatures that a photograph goes through, with what each needs around it.

        Returns:
            Of each its name as "signature", and in pixels: as "margin" how many are mirrored around
            a photograph; as "flat_margin" how many around a photograph of one colour; as "stride"
            of what its sides are then filled up to a multiple.
        """
        raise NotImplementedError

    def described(self, model: object, engine: str) -> Self:
        """The stylizer itself, which from now on has a description.

        Args:
            model: A released model's name, or the folder, file or address of another one.
            engine: What computes its pictures: "keras", "litert" or "saved_model".
        """
        self.description = {"model": str(model), "engine": engine}
        return self

    def __repr__(self):
        words = {"method": self.name, **self.description, "styles": self._accepted()}
        return f"<{type(self).__name__}: {', '.join(f'{k}={v}' for k, v in words.items())}>"

    def _accepted(self):
        """The styles that it accepts, in words."""
        named = len(self.styles)
        if self.in_weights:
            return "in the weights"
        if not self.kind.takes_pictures:
            return f"{named} names"
        return f"any picture or {named} names" if named else "any picture"


def pass_through(signature: str, geometry: Geometry, margin: int, flat_margin: int = 0) -> dict:
    """An entry of `Method.passes`."""
    sizes = {"stride": geometry.stride, "margin": margin, "flat_margin": flat_margin or margin}
    return {"signature": signature, **sizes}
