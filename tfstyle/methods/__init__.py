"""The methods, one row of data each; a paper's own numbers and code are in its folder."""

import dataclasses
import enum
import importlib


class Takes(enum.Enum):
    """What a style is to a method."""

    IMAGE = "any painting's file"
    CHOICE = "one of its named styles, or a mixture of them"
    NAME = "the name of its painting; each has a network of its own"
    NOTHING = "nothing: the style is in the weights"


@dataclasses.dataclass(frozen=True)
class Method:
    """A row of METHODS.

    Args:
        name: As the command line and `tfstyle.load` say it.
        title: A line for people.
        paper: Address.
        takes: What a style is to it.
        good: What it is good at, in words.
        weak: What it is not.
        needs: What a training needs.
        stylizer: Module and class that paints; importing it needs no TensorFlow.
        endpoints: Module and function, networks by file name to endpoints by file and name.
        files: Its released networks, as `<file>.keras`.
        lite: The files that they are exported to, as `<file>.tflite`; none where gradients are
            needed to paint.
        precision: Of these files, as of `export.to_tflite`.
        regional: Module and function, networks by file name to endpoints of a photograph's
            regions, by name; of families that take a style.
        strength: That it paints with where none is asked for.
        home: Released folder that its networks are in, where that is not its own.
        tiled: The network whose `tiles.Geometry` the stylizer takes, by file name; None where it
            has its own.
        kept_open: Whether LiteRT may keep its files open from call to call. LiteRT 2.3 paints noise
            with a U-Net's second call, once in some hundred times after other sizes.

    Examples:
        >>> import tfstyle
        >>> list(tfstyle.METHODS)
        ['gatys', 'johnson', 'cin', 'ghiasi', 'adain', 'wct', 'cyclegan', 'pix2pix']
        >>> tfstyle.METHODS["cin"].title
        'many paintings in one network, and any mixture of them'
        >>> tfstyle.METHODS["cin"].takes.value
        'one of its named styles, or a mixture of them'
    """

    name: str
    title: str
    paper: str
    takes: Takes
    good: str
    weak: str
    needs: str
    stylizer: str
    endpoints: str
    files: tuple[str, ...]
    lite: tuple[str, ...]
    precision: str = "dynamic"
    regional: str | None = None
    strength: float = 1.0
    home: str | None = None
    tiled: str | None = None
    kept_open: bool = True

    @property
    def in_weights(self) -> bool:
        """Whether each of its networks has one style."""
        return self.takes in (Takes.NAME, Takes.NOTHING)


METHODS = {
    method.name: method
    for method in (
        Method(
            name="gatys",
            title="any painting, by optimising the picture itself",
            paper="https://arxiv.org/abs/1508.06576",
            takes=Takes.IMAGE,
            good="the nearest to the painting, in its own strokes, with the most of the photograph",
            weak="seconds to minutes a picture, and not for phones; no named styles",
            needs="nothing: each picture is optimised",
            stylizer="tfstyle.methods.gatys.stylizer:Gatys",
            endpoints="",
            files=("encoder", "readouts"),
            lite=(),
            strength=0.5,
            home="encoder",
        ),
        Method(
            name="johnson",
            title="one painting, one network: the smallest, in its bold strokes",
            paper="https://arxiv.org/abs/1603.08155",
            takes=Takes.NAME,
            good="redraws the photograph in the strokes, shapes and colours of its painting",
            weak="small faces can be lost; strengths only fade pictures into each other",
            needs="photographs and one painting",
            stylizer="tfstyle.methods.johnson.stylizer:stylizer",
            endpoints="tfstyle.methods.endpoints:translation",
            files=("generator",),
            lite=("generator",),
            tiled="generator",
        ),
        Method(
            name="cin",
            title="many paintings in one network, and any mixture of them",
            paper="https://arxiv.org/abs/1610.07629",
            takes=Takes.CHOICE,
            good="as small as one painting's network; styles mix; a new one is learned in minutes",
            weak="paints in no style that it was not taught",
            needs="photographs and the paintings",
            stylizer="tfstyle.methods.cin.stylizer:stylizer",
            endpoints="tfstyle.methods.endpoints:conditioned",
            regional="tfstyle.methods.endpoints:regional",
            files=("transformer",),
            lite=("transformer",),
        ),
        Method(
            name="ghiasi",
            title="any painting in one pass: a style vector conditions one network",
            paper="https://arxiv.org/abs/1705.06830",
            takes=Takes.IMAGE,
            good="fast; redraws the photograph in the strokes and colours of any painting",
            weak="small faces can be lost; colours can lie where nothing asks for them",
            needs="photographs and thousands of paintings",
            stylizer="tfstyle.methods.ghiasi.stylizer:stylizer",
            endpoints="tfstyle.methods.ghiasi.endpoints:endpoints",
            regional="tfstyle.methods.ghiasi.endpoints:regional",
            files=("predictor", "transformer"),
            lite=("predictor", "transformer"),
        ),
        Method(
            name="adain",
            title="any painting in one pass: features take its moments, a decoder paints them",
            paper="https://arxiv.org/abs/1703.06868",
            takes=Takes.IMAGE,
            good="only a decoder is trained; its blends of styles are exact",
            weak="blurs small detail and faces; the frame of a shape can glow",
            needs="photographs and thousands of paintings",
            stylizer="tfstyle.methods.adain.stylizer:stylizer",
            endpoints="tfstyle.methods.adain.endpoints:endpoints",
            regional="tfstyle.methods.adain.endpoints:regional",
            files=("encoder", "decoder"),
            lite=("adain",),
            precision="int8",
        ),
        Method(
            name="wct",
            title="any painting, none trained on: features whitened and coloured at five levels",
            paper="https://arxiv.org/abs/1705.08086",
            takes=Takes.IMAGE,
            good="large strokes and textures; each level has a weight of its own",
            weak="bends faces and straight lines; several times slower; no named styles",
            needs="photographs alone",
            stylizer="tfstyle.methods.wct.stylizer:stylizer",
            endpoints="tfstyle.methods.wct.endpoints:endpoints",
            regional="tfstyle.methods.wct.endpoints:regional",
            files=("encoder", "decoder1", "decoder2", "decoder3", "decoder4", "decoder5"),
            lite=("wct",),
            precision="float16",  # tiles differ visibly with int8 weights
        ),
        Method(
            name="cyclegan",
            title="one domain of pictures to another, learned without pairs",
            paper="https://arxiv.org/abs/1703.10593",
            takes=Takes.NOTHING,
            good="changes weather or the time of day, where a painting's style cannot",
            weak="a training for every pair of domains; keeps shapes, invents the rest",
            needs="two folders of pictures, a few hundred each",
            stylizer="tfstyle.methods.cyclegan.stylizer:stylizer",
            endpoints="tfstyle.methods.endpoints:translation",
            files=("generator",),
            lite=("generator",),
            tiled="generator",
        ),
        Method(
            name="pix2pix",
            title="one domain of pictures to another, learned from pairs",
            paper="https://arxiv.org/abs/1611.07004",
            takes=Takes.NOTHING,
            good="learns exactly what a pair shows: labels to photographs, grey to colour",
            weak="needs pairs; makes up what the given picture does not say",
            needs="some hundred pairs of pictures",
            stylizer="tfstyle.methods.pix2pix.stylizer:stylizer",
            endpoints="tfstyle.methods.endpoints:translation",
            files=("generator",),
            lite=("generator",),
            tiled="generator",
            kept_open=False,
        ),
    )
}

MAGENTA = Method(  # not one of ours: its weights are fetched, and no training makes others
    name="magenta",
    title="Magenta's modules of TensorFlow Hub, or a SavedModel that is called as they are",
    paper="https://arxiv.org/abs/1705.06830",
    takes=Takes.IMAGE,
    good="its authors' own weights, which others are measured beside",
    weak="one painting at a time; strengths only fade pictures into each other; is downloaded",
    needs="photographs and thousands of paintings",
    stylizer="tfstyle.methods.module:Module",
    endpoints="",
    files=("saved_model",),
    lite=(),
)


def found(address: str):
    """What "module:name" names."""
    module, _, name = address.partition(":")
    return getattr(importlib.import_module(module), name)


def method(name: str) -> Method:
    """The row of a name, or of a variant's: "ghiasi-desktop" is a variant of "ghiasi".

    Raises:
        ValueError: There is no such method.
    """
    known, rows = name.partition("-")[0], METHODS | {MAGENTA.name: MAGENTA}
    if known not in rows:
        raise ValueError(f"Expected a method of {', '.join(rows)}. Received: {name!r}.")
    return rows[known]
