package fathom.vision.style;

import fathom.Tensor;

/**
 * The losses of neural style transfer (Gatys, Ecker and Bethge, 2016), as the course has them.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/neural-style.html">Dive into Deep Learning, Neural Style
 *     Transfer</a>
 */
public final class StyleLoss {
    private StyleLoss() {}

    /**
     * {@return the Gram matrix of features, the products of each two channels averaged over pixels and channels: {@code
     * [C, C]}}
     *
     * @param features {@code [1, C, H, W]}
     * @throws IllegalArgumentException if there are several images
     */
    public static Tensor gram(Tensor features) {
        if (features.dim() != 4 || features.size(0) != 1) {
            throw new IllegalArgumentException(
                    "gram: expected the features of one image, [1, C, H, W], got " + features.shape());
        }
        long channels = features.size(1);
        Tensor x = features.reshape(channels, -1);
        return x.matmul(x.t()).div((double) channels * x.size(1));
    }

    /** {@return the mean squared difference of features from those of the content image} */
    public static Tensor content(Tensor features, Tensor ofContent) {
        return features.sub(ofContent.detach()).square().mean();
    }

    /**
     * {@return the mean squared difference of the features' Gram matrix from that of the style image}
     *
     * @param gramOfStyle {@link #gram} of the style image's features
     */
    public static Tensor style(Tensor features, Tensor gramOfStyle) {
        return gram(features).sub(gramOfStyle.detach()).square().mean();
    }

    /**
     * {@return the total variation: half the sum of the mean absolute differences of vertical and of horizontal
     * neighbours}
     *
     * @param image {@code [N, C, H, W]} of at least 2 x 2 pixels
     */
    public static Tensor totalVariation(Tensor image) {
        long h = image.size(2);
        long w = image.size(3);
        Tensor vertical = image.narrow(2, 1, h - 1).sub(image.narrow(2, 0, h - 1)).abs().mean();
        Tensor horizontal = image.narrow(3, 1, w - 1).sub(image.narrow(3, 0, w - 1)).abs().mean();
        return vertical.add(horizontal).mul(0.5);
    }
}
