package fathom.vision.detection.regions;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Anchors in pixels for feature maps of several resolutions, as torchvision's generator of the same name makes them:
 * each position of a map has one anchor for each aspect ratio and size, in this order.
 *
 * {@snippet :
 * var anchors = new AnchorGenerator(new double[][] {{32}, {64}}, new double[] {0.5, 1, 2});
 * List<Tensor> perMap = anchors.anchors(maps, 256, 320);   // [3 H W, 4] each
 * }
 */
public final class AnchorGenerator implements BoxGenerator {
    private final List<double[][]> cells;

    /**
     * A generator.
     *
     * @param sizes the square roots of the anchors' areas, in pixels, for each feature map
     * @param aspectRatios heights divided by widths, for all feature maps
     */
    public AnchorGenerator(double[][] sizes, double... aspectRatios) {
        if (sizes.length == 0 || aspectRatios.length == 0) {
            throw new IllegalArgumentException("AnchorGenerator: expected sizes and aspect ratios");
        }
        cells = Arrays.stream(sizes).map(s -> cell(s, aspectRatios)).toList();
    }

    /** Rounded to pixels; computed in float32, as torchvision does. */
    private static double[][] cell(double[] sizes, double[] ratios) {
        var cell = new ArrayList<double[]>();
        for (double ratio : ratios) {
            float h = (float) Math.sqrt((float) ratio);
            float w = 1 / h;
            for (double size : sizes) {
                double x = Math.rint(w * (float) size / 2);
                double y = Math.rint(h * (float) size / 2);
                cell.add(new double[] {-x, -y, x, y});
            }
        }
        return cell.toArray(double[][]::new);
    }

    @Override
    public List<Integer> perLocation() {
        return cells.stream().map(c -> c.length).toList();
    }

    @Override
    public List<Tensor> anchors(List<Tensor> features, int height, int width) {
        if (features.size() != cells.size()) {
            throw new IllegalArgumentException(
                    "AnchorGenerator: has sizes for %s feature maps, got %s".formatted(cells.size(), features.size()));
        }
        var anchors = new ArrayList<Tensor>();
        for (int i = 0; i < features.size(); i++) {
            Tensor map = features.get(i);
            long h = map.size(2);
            long w = map.size(3);
            Tensor base = map.newTensor(cells.get(i), map.dtype());
            long k = base.size(0);
            Tensor y = map.device().with(() -> Tensors.arange(h)).mul(height / h).to(map.dtype());
            Tensor x = map.device().with(() -> Tensors.arange(w)).mul(width / w).to(map.dtype());
            Tensor dy = y.reshape(h, 1, 1, 1).expand(h, w, k, 1);
            Tensor dx = x.reshape(1, w, 1, 1).expand(h, w, k, 1);
            anchors.add(Tensors.cat(List.of(dx, dy, dx, dy), 3).add(base).reshape(h * w * k, 4));
        }
        return anchors;
    }
}
