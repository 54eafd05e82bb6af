package fathom.vision.detection.regions;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The default boxes of SSD (Liu et al., 2016), as torchvision's generator of the same name makes them: for each map of
 * scale s two squares, of sides s and the geometric mean of s and the next scale, and two rectangles of area s^2 for
 * each aspect ratio.
 */
public final class DefaultBoxGenerator implements BoxGenerator {
    private final List<double[][]> sizes = new ArrayList<>();
    private final double[] steps;

    /**
     * A generator.
     *
     * @param aspectRatios for each feature map, each with its inverse
     * @param scales the sides of the squares as fractions of the image, one more than there are maps
     * @param steps the distance between the positions of each map, in pixels
     */
    public DefaultBoxGenerator(double[][] aspectRatios, double[] scales, double[] steps) {
        if (scales.length != aspectRatios.length + 1 || steps.length != aspectRatios.length) {
            throw new IllegalArgumentException(
                    "DefaultBoxGenerator: for %s feature maps, expected one scale more and as many steps, got %s and %s"
                            .formatted(aspectRatios.length, scales.length, steps.length));
        }
        for (int k = 0; k < aspectRatios.length; k++) {
            var pairs = new ArrayList<double[]>();
            double side = scales[k];
            double next = Math.sqrt(scales[k] * scales[k + 1]);
            pairs.add(clipped(side, side));
            pairs.add(clipped(next, next));
            for (double ratio : aspectRatios[k]) {
                double root = Math.sqrt(ratio);
                pairs.add(clipped(side * root, side / root));
                pairs.add(clipped(side / root, side * root));
            }
            sizes.add(pairs.toArray(double[][]::new));
        }
        this.steps = steps.clone();
    }

    private static double[] clipped(double w, double h) {
        return new double[] {Math.clamp((float) w, 0, 1), Math.clamp((float) h, 0, 1)};
    }

    @Override
    public List<Integer> perLocation() {
        return sizes.stream().map(s -> s.length).toList();
    }

    @Override
    public List<Tensor> anchors(List<Tensor> features, int height, int width) {
        if (features.size() != sizes.size()) {
            throw new IllegalArgumentException(
                    "DefaultBoxGenerator: is for %s feature maps, got %s".formatted(sizes.size(), features.size()));
        }
        var all = new ArrayList<Tensor>();
        for (int k = 0; k < features.size(); k++) {
            Tensor map = features.get(k);
            long h = map.size(2);
            long w = map.size(3);
            Tensor size = map.newTensor(sizes.get(k), map.dtype());
            long n = size.size(0);
            Tensor y = centres(map, h, height / steps[k]).reshape(h, 1, 1, 1).expand(h, w, n, 1);
            Tensor x = centres(map, w, width / steps[k]).reshape(1, w, 1, 1).expand(h, w, n, 1);
            Tensor centre = Tensors.cat(List.of(x, y), 3).reshape(h * w * n, 2);
            Tensor half = size.mul(0.5).expand(h, w, n, 2).reshape(h * w * n, 2);
            Tensor pixels = map.newTensor(new double[] {width, height}, map.dtype());
            all.add(Tensors.cat(List.of(centre.sub(half).mul(pixels), centre.add(half).mul(pixels)), 1));
        }
        return all;
    }

    /** Rounded to float32, as torchvision does. */
    private static Tensor centres(Tensor like, long n, double cells) {
        var at = new double[(int) n];
        for (int i = 0; i < n; i++) {
            at[i] = (i + 0.5f) / (float) cells;
        }
        return like.newTensor(at, like.dtype());
    }
}
