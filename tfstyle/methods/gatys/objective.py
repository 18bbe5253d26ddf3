"""Gatys, Ecker & Bethge 2015, https://arxiv.org/abs/1508.06576: a picture whose features are the
photograph's and whose feature statistics are the painting's.

Departures from the paper, each of which a setting takes back where it can: content is compared by
the correlation of channels, which does not pull against the style's moments; style by the
Wasserstein distance of Gaussians; every layer's style loss is a share of the painting's, and the
sum a share of the photograph's, so that weights mean the same for every picture.
"""

from keras import ops

from tfstyle import statistics
from tfstyle.methods.gatys.feature_extractor import FeatureExtractor
from tfstyle.methods.gatys.settings import Settings
from tfstyle.training.pixels import crop_features
from tfstyle.training.style import StyleDistance

EPSILON = 1e-5  # added to variances, in squared feature units


class ContentStyleObjective:
    """`pixels.PictureObjective` of content, style and total variation.

    A window is given "content", features by layer, and "masks", shape (1, height, width, styles),
    where there are any. What is wanted: "styles", each one's `targets`; "shares"
    of each style's loss; "weights" of the losses; and "variances" of the content's layers.

    Args:
        feature_extractor: What looks.
        settings: Layers and losses.
    """

    def __init__(self, feature_extractor: FeatureExtractor, settings: Settings):
        self.feature_extractor, self.settings = feature_extractor, settings
        self.style = StyleDistance(feature_extractor.readouts, settings.style_loss)
        self.styles, self.contents = (
            {layer: weight / sum(dict(layers).values()) for layer, weight in layers}
            for layers in (settings.style_layers, settings.content_layers)
        )

    def features(self, crop, part) -> dict:
        """Content features of a window's part, by layer."""
        return self._contents(self.feature_extractor.network(crop, training=False), part)

    def _contents(self, features, part):
        return {layer: self._read_out(layer, features[layer], part) for layer in self.contents}

    def _read_out(self, layer, features, part):
        """Of a window's part, as VGG-19 has them."""
        features = crop_features(features, part, self.feature_extractor.strides[layer])
        if layer not in self.feature_extractor.readouts:
            return features
        kernel, bias = (
            ops.cast(array, features.dtype) for array in self.feature_extractor.readouts[layer]
        )
        return ops.matmul(features, kernel) + bias

    def sums(self, crop, part, inputs):
        features = self.feature_extractor.network(crop, training=False)
        sums = {"styles": self._style_sums(features, part, inputs)}
        if "content" in inputs:
            contents = self._contents(features, part)
            compare = _products if self.settings.content_loss == "correlation" else _errors
            sums["content"] = {k: compare(contents[k], inputs["content"][k]) for k in contents}
        if self.settings.variation_weight:
            sums["variation"] = _variation(crop, part)
        return sums

    def _style_sums(self, features, part, inputs):
        masks = inputs.get("masks")
        return [
            {
                layer: statistics.position_sums(*self._masked(layer, features[layer], part, mask))
                for layer in self.styles
            }
            for mask in (ops.split(masks, masks.shape[-1], -1) if "masks" in inputs else [None])
        ]

    def _masked(self, layer, features, part, mask):
        stride = self.feature_extractor.strides[layer]
        if mask is not None:
            mask = crop_features(_halved(mask, stride), part, stride)
        return crop_features(features, part, stride), mask

    def of_sums(self, sums, targets):
        weights, losses = targets["weights"], {}
        if targets["styles"]:
            style_losses = self.style_losses(sums["styles"], targets["styles"])
            losses["style"] = weights["style"] * ops.sum(
                targets["shares"] * ops.stack(style_losses)
            )
        if "content" in sums:
            losses["content"] = weights["content"] * sum(
                share * self._content(sums["content"][layer], targets["variances"][layer])
                for layer, share in self.contents.items()
            )
        if "variation" in sums:
            count, total = sums["variation"]
            losses["variation"] = self.settings.variation_weight * total / count
        return losses

    def _content(self, sums, variances):
        if self.settings.content_loss == "features":
            return sums[1] / sums[0] / ops.sum(variances)
        count, total, squares, products = sums
        variance = ops.maximum(squares / count - ops.square(total / count), 0.0)
        return 2.0 - 2.0 * ops.mean(products / count / ops.sqrt(variance + EPSILON))

    def style_losses(self, sums, styles) -> list:
        """Of each style; all see the same sums where there are no masks.

        Args:
            sums: Of each mask, or of the whole, by layer.
            styles: What `targets` says of each.
        """
        sums = sums if len(sums) == len(styles) else list(sums) * len(styles)
        return [
            sum(w * self._style(k, style[k], sums_by_layer[k]) for k, w in self.styles.items())
            for style, sums_by_layer in zip(styles, sums, strict=True)
        ]

    def targets(self, sums) -> dict:
        """What the style loss compares with, by layer.

        Args:
            sums: Of a painting, by layer.
        """
        pairs = {
            layer: statistics.covariance_of_sums(*sums_of_layer)
            for layer, sums_of_layer in sums.items()
        }
        return {layer: self.style.target(layer, *pair) for layer, pair in pairs.items()}

    def _style(self, layer, target, sums):
        return self.style.distance(layer, target, *statistics.covariance_of_sums(*sums))


def _halved(mask, stride):
    """Pooled by twos as the network is; by more at once, windows of a picture would not agree."""
    while stride > 1:
        mask, stride = ops.average_pool(mask, 2, 2, padding="same"), stride // 2
    return mask


def _products(features, target):
    return _positions(features), *statistics.product_sums(features, target)


def _errors(features, target):
    error = ops.cast(features, "float32") - ops.cast(target, "float32")
    return _positions(features), ops.sum(ops.square(error))


def _positions(features):
    return ops.cast(ops.size(features[..., 0]), "float32")


def _variation(crop, part):
    """Pixels of a window's part, and the squares of the differences of neighbours, summed."""
    down = ops.pad(crop[:, 1:] - crop[:, :-1], ((0, 0), (0, 1), (0, 0), (0, 0)))
    across = ops.pad(crop[:, :, 1:] - crop[:, :, :-1], ((0, 0), (0, 0), (0, 1), (0, 0)))
    squares = crop_features(ops.square(down) + ops.square(across), part)
    return _positions(squares), ops.sum(squares)
