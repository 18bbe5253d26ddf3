"""FFmpeg's filter graphs on decoded frames: deinterlacing, and tone mapping of HDR."""

from collections.abc import Iterator

from tfstyle.video import packages

DEINTERLACE = "bwdif", "mode=send_frame:deint=interlaced"
TONE_MAP = (
    "scale",
    "intent=perceptual:out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709:out_range=tv",
)


def filtered(frames: Iterator, time_base, *filters: tuple[str, str]) -> Iterator:
    """Decoded frames through filters, with their times.

    Args:
        frames: Of PyAV, of one size and format.
        time_base: Seconds a tick.
        *filters: Names of FFmpeg's filters with their options; none leaves frames as they are.
    """
    if not filters:
        yield from frames
        return
    graph = None
    for frame in frames:
        if graph is None:
            graph = _graph(frame, time_base, filters)
        graph.push(frame)
        yield from _pulled(graph, time_base)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph, time_base)


def _graph(frame, time_base, filters):
    graph = packages.av().filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=time_base
    )
    graph.link_nodes(source, *(graph.add(*options) for options in filters), graph.add("buffersink"))
    graph.configure()
    return graph


def _pulled(graph, time_base):
    av = packages.av()
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if frame.pts is not None:
            frame.pts = round(frame.pts * frame.time_base / time_base)
        frame.time_base = time_base
        yield frame
