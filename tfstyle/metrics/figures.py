"""The metrics of one pastiche, by name, and their mean."""

import dataclasses

import numpy as np

NAN = float("nan")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Distances:
    """The metrics of one pastiche, in the order of the tables; NaN where not measured.

    Args:
        remd: Relaxed earth mover's distance of pastiche and painting on relu3_1, the mean of full
            and half size, in [0, 2] (Kolkin, Salavon & Shakhnarovich 2019,
            https://arxiv.org/abs/1904.12785, equations 3 to 5). Agreed with what viewers chose.
        remd_squeeze: The same of 3x3 patches of SqueezeNet's fire5, which no training sees: the
            judge of networks that were trained on REMD.
        painterliness: Share of the way in `remd` from the better of the photograph and its colour
            grade (0) to the painting mirrored (1); beside those controls alone. A table shows that
            of the means.
        weave: Mean log10 of how far the spectrum stands out at the frequencies of an 8-pixel
            lattice; about 0.1 of photographs and of white noise.
        wasserstein: Mean over relu3_1, relu4_1 and relu5_1 of the squared 2-Wasserstein distance
            between Gaussians of the painting's and the pastiche's covariances, as a share of the
            painting's trace.
        style: Mean over the five taps of |m(pastiche) - m(style)|^2 / |m(style)|^2, where m is
            the vector of channel means and deviations. With `content` kept for continuity: the
            two together are best where a photograph is seen through a filter.
        content: 1 - mean cosine over positions between the relu4_1 maps of pastiche and content,
            each normalised per channel.
        cfsd: Content feature structural distance (Chung, Hyun & Heo 2024, StyleID,
            https://arxiv.org/abs/2312.09008): KL divergence of relu3_1 self-similarities.
        squeeze: The distance `style`, on SqueezeNet's features.
        lpips: Learned perceptual distance of pastiche and content (Zhang et al. 2018,
            https://arxiv.org/abs/1801.03924, equation 1), with SqueezeNet; approximate, since its
            weights are not the ones that the heads were fitted to.
        ssim: Structural similarity of pastiche and content (Wang et al. 2004); 1 at best.
        wasserstein_relu1_1: The distance `wasserstein` of one tap; the others likewise.
    """

    remd: float = NAN
    remd_squeeze: float = NAN
    painterliness: float = NAN
    weave: float = NAN
    wasserstein: float = NAN
    style: float = NAN
    content: float = NAN
    cfsd: float = NAN
    squeeze: float = NAN
    lpips: float = NAN
    ssim: float = NAN
    wasserstein_relu1_1: float = NAN
    wasserstein_relu2_1: float = NAN
    wasserstein_relu3_1: float = NAN
    wasserstein_relu4_1: float = NAN
    wasserstein_relu5_1: float = NAN


NAMES = tuple(field.name for field in dataclasses.fields(Distances))
SHOWN = tuple(name for name in NAMES if not name.startswith("wasserstein_"))  # in a table


def mean(figures: list[Distances]) -> Distances:
    """The mean of each metric."""
    return Distances(**{n: float(np.mean([getattr(f, n) for f in figures])) for n in NAMES})
