"""Large pictures from file to file in bounded memory: read and written by strips, by libvips."""

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import ExifTags, Image

from tfstyle import extras, images
from tfstyle.sheets import Sheet
from tfstyle.works import Work

WRITTEN = {".tif": (8, 16), ".tiff": (8, 16), ".png": (8, 16), ".jpg": (8,), ".jpeg": (8,)}
PROFILES, METADATA = ("srgb", "keep"), ("strip", "keep")
PROFILE = "icc-profile-data"
EXIF, XMP, IPTC = "exif-data", "xmp-data", "iptc-data"
LEFT_OUT = (ExifTags.IFD.GPSInfo, ExifTags.Base.Orientation)
BIG = 4_000_000_000  # bytes; larger TIFF files need BigTIFF
TILE = 256  # pixels, of a TIFF file's tiles
BEGUN = {"boot": None, "sheet": None, "stage": 0, "tiles": 0}


@dataclasses.dataclass(frozen=True)
class Print:
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
        """Refuses what a target's format does not hold.

        Raises:
            ValueError: It does not.
        """
        suffix = Path(target).suffix.lower()
        if self.depth not in WRITTEN.get(suffix, ()):
            known = ", ".join(name for name, depths in WRITTEN.items() if self.depth in depths)
            raise ValueError(
                f"Expected a print of {self.depth} bit as {known}. Received: {target}."
            )
        if self.pyramid and not suffix.startswith(".tif"):
            raise ValueError(f"Expected a pyramid as .tif. Received: {target}.")

    def needs_bigtiff(self, width: int, height: int) -> bool:
        """Whether a TIFF file of a picture may pass 4 GB, if it cannot be deflated."""
        across, down = (-(-side // TILE) for side in (width, height))
        size = across * down * TILE**2 * 3 * self.depth // 8
        return size * (4 / 3 if self.pyramid else 1) > BIG


def paint(
    painter: Callable[[Sheet], Sheet],
    source: str | os.PathLike,
    target: str | os.PathLike,
    form: Print = Print(),
    tell: Callable[[float], None] = lambda share: None,
    job: Mapping | None = None,
    overwrite: bool = False,
) -> tuple[int, int]:
    """Paints a picture's file to another one, which is there whole or not at all.

    Transparent pictures lie on white. Numbers and feature maps wait in a folder beside the target,
    6 bytes a pixel and copy of the picture.

    Args:
        painter: As a stylizer's `painter` gives it.
        source: JPEG, PNG, WebP or TIFF of any size.
        target: TIFF, PNG or JPEG.
        form: How it is written.
        tell: As of `Sheet`.
        job: What the print is made from. The same job goes on after a kill or an error, and its
            print is the same as if it had not been stopped; None begins anew.
        overwrite: As of `works.Work`.

    Returns:
        Width and height.

    Raises:
        ValueError: The target's format holds no such picture.
        FileExistsError: Another job's print was begun.
        OSError: A file cannot be read or written, or libvips is not installed.
    """
    form.check(target)
    picture, target = _opened(source), Path(target)
    images.check_extent(target, picture.height, picture.width)
    with images.writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _work(target, job, overwrite) as work:
        made = work.folder / f"print{target.suffix.lower()}"
        if not made.exists():
            sheet = _decoded(picture, form, work, tell, source)
            painted = painter(sheet)
            if not isinstance(painted, Sheet):  # of a photograph that was mirrored outwards
                painted, pixels = sheet.copy(), painted
                painted[:] = pixels
            _write(painted, picture, form, made)
        work.clear(made)
        with images.writing(target):
            os.replace(made, target)
    return picture.width, picture.height


@contextlib.contextmanager
def _work(target, job, overwrite):
    """A folder beside the target; of a job it stays after an error, once a tile is painted."""
    if job is None:
        with tempfile.TemporaryDirectory(prefix=".tfstyle-", dir=target.parent) as folder:
            work = Work(Path(folder) / target.name, {}, BEGUN)
            work.begin()
            yield work
        return
    work = Work(target, job, BEGUN, overwrite)
    if work.told["boot"] != _boot():
        work.forget()
    work.begin()
    work.write(work.told | {"boot": _boot()}, work.arrays)
    try:
        yield work
    except BaseException:
        if work.told["sheet"] is None:
            work.remove()
        raise
    work.remove()


def _boot():
    """The system's run since it was started, where it tells: files of one before may be cut."""
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
        picture = _opened(source)
    except OSError:
        return None
    return picture.height, picture.width


def _line(error):
    return " ".join(str(getattr(error, "detail", "") or error).split())


def _opened(source):
    """A picture's file, read by strips; a turned one is decoded before, in a file if large."""
    vips, path = _vips(), os.fspath(source)
    try:
        found = vips.Image.new_from_file(path, access="sequential")
        if found.get_typeof("orientation") and found.get("orientation") > 1:
            return vips.Image.new_from_file(path, access="random").autorot()
        return found
    except vips.Error as error:
        raise OSError(f"Expected a picture. Received: {source} ({_line(error)}).") from error


def _decoded(picture, form, work, tell, source):
    """A sheet of a picture's numbers."""
    vips, shape, path = _vips(), (picture.height, picture.width, 3), work.folder / "sheet"
    if path.exists():
        return Sheet(path, shape, tell, work)
    images.check_space(work.folder, 3 * 6 * picture.width * picture.height)
    if picture.hasalpha():
        most = 65535 if picture.format == "ushort" else 255
        picture = picture.flatten(background=[most] * (picture.bands - 1))
    try:
        _to_rgb(picture, form).rawsave(f"{path}-begun")
    except vips.Error as error:
        raise OSError(f"Expected a whole picture. Received: {source} ({_line(error)}).") from error
    os.replace(f"{path}-begun", path)
    return Sheet(path, shape, tell, work)


def _to_rgb(picture, form):
    """A picture in RGB of 16 bit."""
    known = picture.get_typeof(PROFILE)
    keeps = form.profile == "keep" and picture.bands == 3
    depth = 16 if picture.format == "ushort" else 8
    if (known and not keeps) or picture.interpretation == "cmyk":
        picture = picture.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)
    elif not keeps:
        picture = picture.colourspace("rgb16" if depth == 16 else "srgb")
    if picture.format == "uchar":
        picture = picture * 257
    return picture.cast("ushort")


def _write(sheet, source, form, made):
    vips = _vips()
    height, width, _ = sheet.shape
    picture = vips.Image.rawload(
        str(sheet.path), width, height, 3, format="ushort", interpretation="rgb16"
    )
    if form.depth == 8:
        picture = (picture / 257.0 + 0.5).cast("uchar").copy(interpretation="srgb")
    picture = _told(picture.copy(xres=source.xres, yres=source.yres), source, form)
    begun = made.with_stem("begun")
    with images.writing(made):
        try:
            _save(picture, begun, form)
        except vips.Error as error:
            raise OSError(_line(error)) from error
        os.replace(begun, made)


def _told(picture, source, form):
    """A picture with what its photograph's file says besides pixels."""
    known = {n: source.get(n) for n in (PROFILE, EXIF, XMP, IPTC) if source.get_typeof(n)}
    if form.profile == "srgb" or source.bands < 3:
        known.pop(PROFILE, None)
    if form.metadata == "strip":
        known = {name: known[name] for name in known if name == PROFILE}
    if EXIF in known:
        known[EXIF] = _placeless(known[EXIF])
    if b"GPS" in known.get(XMP, b""):
        del known[XMP]
    picture = picture.copy()
    for name, told in known.items():
        picture.set_type(_vips().GValue.blob_type, name, told)
    picture.set_type(_vips().GValue.gint_type, "orientation", 1)
    return picture


def _placeless(told):
    exif = Image.Exif()
    exif.load(told)
    for entry in LEFT_OUT:
        exif.pop(entry, None)
    return exif.tobytes()


def _save(picture, path, form):
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
            pyramid=form.pyramid,
            bigtiff=form.needs_bigtiff(picture.width, picture.height),
        )
    else:
        picture.jpegsave(str(path), Q=form.quality, subsample_mode="off", optimize_coding=True)
