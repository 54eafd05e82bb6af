package fathom.vision.explain;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.plot.Colormap;

/** Draws heat maps over pictures. */
public final class HeatOverlay {
    /** The fraction of a map's pixels that may be brighter than the colour map's end, so that a single one is none. */
    private static final double OUTLIERS = 0.005;

    private static final double OPACITY = 0.75;

    private HeatOverlay() {}

    /**
     * {@return a map scaled to the range from 0 to 1: divided by its 99.5th percentile, and clamped}
     *
     * @param map [H, W], not negative
     */
    public static Tensor scaled(Tensor map) {
        Tensor m = map.detach().to(DType.FLOAT32);
        double high = m.flatten().quantile(1 - OUTLIERS).item();
        double top = high > 0 ? high : m.max().item();
        return top > 0 ? m.div(top).clamp(0, 1) : Tensors.zerosLike(m);
    }

    /**
     * {@return a picture with a map over it: the hotter, the more of the colour and the less of the picture is seen;
     * float32 [3, H, W] from 0 to 1}
     *
     * @param image [1, H, W] or [3, H, W], uint8 or floating from 0 to 1
     * @param map [H, W], not negative; {@linkplain #scaled scaled} first
     * @throws IllegalArgumentException if the sizes differ
     */
    public static Tensor of(Tensor image, Tensor map) {
        if (image.dim() != 3
                || image.size(0) != 1 && image.size(0) != 3
                || map.dim() != 2
                || image.size(1) != map.size(0)
                || image.size(2) != map.size(1)) {
            throw new IllegalArgumentException(
                    "HeatOverlay: expected an image [1 or 3, H, W] and a map [H, W], got %s and %s"
                            .formatted(image.shape(), map.shape()));
        }
        Tensor x = image.detach().to(DType.FLOAT32);
        Tensor picture = image.dtype() == DType.UINT8 ? x.div(255) : x.clamp(0, 1);
        // in grey, so that colours are those of the map
        Tensor grey = picture.mean(0).expand(3, map.size(0), map.size(1));
        Tensor heat = scaled(map);
        Tensor share = heat.mul(OPACITY);
        return grey.mul(share.rsub(1)).add(Colormap.SPECTRUM.of(heat).mul(share));
    }
}
