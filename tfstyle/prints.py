"""Large pictures from file to file in bounded memory: read and written by strips, by libvips."""

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import ExifTags, Image

from tfstyle import disk, extras, images
from tfstyle.checkpoint import Checkpoint
from tfstyle.large_images import LargeImage

DEPTHS = {".tif": (8, 16), ".tiff": (8, 16), ".png": (8, 16), ".jpg": (8,), ".jpeg": (8,)}
PROFILES, METADATA = ("srgb", "keep"), ("strip", "keep")
PROFILE = "icc-profile-data"
EXIF, XMP, IPTC = "exif-data", "xmp-data", "iptc-data"
REMOVED = (ExifTags.IFD.GPSInfo, ExifTags.Base.Orientation)
BIGTIFF_SIZE = 4_000_000_000  # bytes; larger TIFF files need BigTIFF
TILE = 256  # pixels, of a TIFF file's tiles
INITIAL = {"boot": None, "sheet": None, "stage": 0, "tiles": 0}


@dataclasses.dataclass(frozen=True)
class PrintOptions:
    """How a large picture is written.

    Args:
        depth: Bits a channel, 8 or 16.
        profile: "srgb" converts the photograph's colours to sRGB; "keep" paints an RGB picture's
            numbers as they are, and the result has its profile.
        metadata: "strip" keeps pixels a length (DPI) alone; "keep" EXIF, IPTC and XMP as well,
            without the place (GPS) and the orientation, for the pixels are turned.
        pyramid: Whether a TIFF file also holds the picture at halves of its size.
        quality: Of JPEG.
    """

    depth: int = 8
    profile: str = "srgb"
    metadata: str = "strip"
    pyramid: bool = False
    quality: int = 95

    def check(self, target: str | os.PathLike) -> None:
        """Checks that a target's format holds the depth, and the pyramid.

        Raises:
            ValueError: It does not.
        """
        suffix = Path(target).suffix.lower()
        if self.depth not in DEPTHS.get(suffix, ()):
            suffixes = ", ".join(name for name, depths in DEPTHS.items() if self.depth in depths)
            raise ValueError(
                f"Expected a print of {self.depth} bit as {suffixes}. Received: {target}."
            )
        if self.pyramid and not suffix.startswith(".tif"):
            raise ValueError(f"Expected a pyramid as .tif. Received: {target}.")

    def needs_bigtiff(self, width: int, height: int) -> bool:
        """Whether a TIFF file of a picture may pass 4 GB, if it cannot be deflated."""
        across, down = (-(-side // TILE) for side in (width, height))
        size = across * down * TILE**2 * 3 * self.depth // 8
        return size * (4 / 3 if self.pyramid else 1) > BIGTIFF_SIZE


def paint(
    painter: Callable[[LargeImage], LargeImage],
    source: str | os.PathLike,
    target: str | os.PathLike,
    options: PrintOptions = PrintOptions(),
    report: Callable[[float], None] = lambda share: None,
    job: Mapping | None = None,
    overwrite: bool = False,
) -> tuple[int, int]:
    """Paints a picture's file to another one, which is there whole or not at all.

    Transparent pictures lie on white. Intermediate pictures, of 6 bytes a pixel, and feature maps
    are kept in a folder beside the target until it is there.

    Args:
        painter: As a stylizer's `painter` gives it.
        source: JPEG, PNG, WebP or TIFF of any size.
        target: TIFF, PNG or JPEG.
        options: How the target is written.
        report: See `LargeImage`.
        job: What the print is made from. The same job goes on after a kill or an error, and its
            print is the same as if it had not been stopped; None begins anew.
        overwrite: See `checkpoint.Checkpoint`.

    Returns:
        Width and height.

    Raises:
        ValueError: The target's format does not hold such a picture.
        FileExistsError: The folder beside the target is another job's.
        OSError: A file cannot be read or written, or libvips is not installed.
    """
    options.check(target)
    picture, target = _open(source), Path(target)
    images.check_extent(target, picture.height, picture.width)
    with disk.explained_write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _checkpoint(target, job, overwrite) as checkpoint:
        result = checkpoint.folder / f"print{target.suffix.lower()}"
        if not result.exists():
            image = _decode(picture, options, checkpoint, report, source)
            painted = painter(image)
            if not isinstance(painted, LargeImage):  # of a photograph that was mirrored outwards
                painted, pixels = image.copy(), painted
                painted[:] = pixels
            _write(painted, picture, options, result)
        checkpoint.keep_only(result)
        with disk.explained_write_errors(target):
            os.replace(result, target)
    return picture.width, picture.height


@contextlib.contextmanager
def _checkpoint(target, job, overwrite):
    """A checkpoint beside the target; a job's stays after an error, once a tile is painted."""
    if job is None:
        with tempfile.TemporaryDirectory(prefix=".tfstyle-", dir=target.parent) as folder:
            checkpoint = Checkpoint(Path(folder) / target.name, {}, INITIAL)
            checkpoint.begin()
            yield checkpoint
        return
    checkpoint = Checkpoint(target, job, INITIAL, overwrite)
    if checkpoint.state["boot"] != _boot():
        checkpoint.reset()
    checkpoint.begin()
    checkpoint.save(checkpoint.state | {"boot": _boot()}, checkpoint.arrays)
    try:
        yield checkpoint
    except BaseException:
        if checkpoint.state["sheet"] is None:
            checkpoint.remove()
        raise
    checkpoint.remove()


def _boot():
    """The system's boot id, where it has one: files from before a crash may be incomplete."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def _vips():
    try:
        import pyvips
    except (ImportError, OSError) as error:
        raise OSError(
            f"Expected libvips for a print: {extras.command('prints')}. Received: none."
        ) from error
    return pyvips


def is_installed() -> bool:
    """Whether prints can be painted."""
    try:
        _vips()
    except OSError:
        return False
    return True


def extent(source: str | os.PathLike) -> tuple[int, int] | None:
    """Height and width of a picture in a file; None where libvips cannot read it."""
    try:
        picture = _open(source)
    except OSError:
        return None
    return picture.height, picture.width


def _message(error):
    return " ".join(str(getattr(error, "detail", "") or error).split())


def _open(source):
    """A picture's file, read by strips; one with an orientation is decoded first and turned."""
    vips, path = _vips(), os.fspath(source)
    try:
        picture = vips.Image.new_from_file(path, access="sequential")
        if picture.get_typeof("orientation") and picture.get("orientation") > 1:
            return vips.Image.new_from_file(path, access="random").autorot()
        return picture
    except vips.Error as error:
        raise OSError(f"Expected a picture. Received: {source} ({_message(error)}).") from error


def _decode(picture, options, checkpoint, report, source):
    """A large image of a picture's numbers."""
    vips, shape, path = _vips(), (picture.height, picture.width, 3), checkpoint.folder / "sheet"
    if path.exists():
        return LargeImage(path, shape, report, checkpoint)
    disk.check_space(checkpoint.folder, 3 * 6 * picture.width * picture.height)
    if picture.hasalpha():
        white = 65535 if picture.format == "ushort" else 255
        picture = picture.flatten(background=[white] * (picture.bands - 1))
    try:
        _to_rgb(picture, options).rawsave(f"{path}-begun")
    except vips.Error as error:
        raise OSError(
            f"Expected a whole picture. Received: {source} ({_message(error)})."
        ) from error
    os.replace(f"{path}-begun", path)
    return LargeImage(path, shape, report, checkpoint)


def _to_rgb(picture, options):
    """A picture in RGB of 16 bit."""
    has_profile = picture.get_typeof(PROFILE)
    keeps = options.profile == "keep" and picture.bands == 3
    depth = 16 if picture.format == "ushort" else 8
    if (has_profile and not keeps) or picture.interpretation == "cmyk":
        picture = picture.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)
    elif not keeps:
        picture = picture.colourspace("rgb16" if depth == 16 else "srgb")
    if picture.format == "uchar":
        picture = picture * 257
    return picture.cast("ushort")


def _write(image, source, options, result):
    vips = _vips()
    height, width, _ = image.shape
    picture = vips.Image.rawload(
        str(image.path), width, height, 3, format="ushort", interpretation="rgb16"
    )
    if options.depth == 8:
        picture = (picture / 257.0 + 0.5).cast("uchar").copy(interpretation="srgb")
    picture = _with_metadata(picture.copy(xres=source.xres, yres=source.yres), source, options)
    begun = result.with_stem("begun")
    with disk.explained_write_errors(result):
        try:
            _encode(picture, begun, options)
        except vips.Error as error:
            raise OSError(_message(error)) from error
        os.replace(begun, result)


def _with_metadata(picture, source, options):
    """A copy of a picture with the profile and the metadata of its source that are kept."""
    fields = {n: source.get(n) for n in (PROFILE, EXIF, XMP, IPTC) if source.get_typeof(n)}
    if options.profile == "srgb" or source.bands < 3:
        fields.pop(PROFILE, None)
    if options.metadata == "strip":
        fields = {name: fields[name] for name in fields if name == PROFILE}
    if EXIF in fields:
        fields[EXIF] = _without_location(fields[EXIF])
    if b"GPS" in fields.get(XMP, b""):
        del fields[XMP]
    picture = picture.copy()
    for name, blob in fields.items():
        picture.set_type(_vips().GValue.blob_type, name, blob)
    picture.set_type(_vips().GValue.gint_type, "orientation", 1)
    return picture


def _without_location(blob):
    exif = Image.Exif()
    exif.load(blob)
    for entry in REMOVED:
        exif.pop(entry, None)
    return exif.tobytes()


def _encode(picture, path, options):
    if path.suffix == ".png":
        picture.pngsave(str(path))
    elif path.suffix.startswith(".tif"):
        picture.tiffsave(
            str(path),
            compression="deflate",
            predictor="horizontal",
            tile=True,
            tile_width=TILE,
            tile_height=TILE,
            pyramid=options.pyramid,
            bigtiff=options.needs_bigtiff(picture.width, picture.height),
        )
    else:
        picture.jpegsave(str(path), Q=options.quality, subsample_mode="off", optimize_coding=True)
