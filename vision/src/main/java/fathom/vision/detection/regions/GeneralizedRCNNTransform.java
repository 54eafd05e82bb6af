package fathom.vision.detection.regions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.InterpolateOptions.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prepares images of different sizes for a detector: normalises, resizes (bilinearly, keeping the aspect ratio unless a
 * size is fixed), and pads them to one tensor; moves boxes along and back. torchvision's class of the same name.
 *
 * {@snippet :
 * var transform = GeneralizedRCNNTransform.resizing(800, 1333, mean, std, 32);
 * ImageBatch batch = transform.batch(images);
 * }
 */
public final class GeneralizedRCNNTransform {
    private final int minSize;
    private final int maxSize;
    private final int sizeDivisible;
    private final boolean isFixed;
    private final double[] mean;
    private final double[] std;

    private GeneralizedRCNNTransform(
            int minSize, int maxSize, double[] mean, double[] std, int sizeDivisible, boolean isFixed) {
        if (minSize < 1 || maxSize < 1 || sizeDivisible < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "GeneralizedRCNNTransform: sizes must be at least 1, got %d, %d and %d",
                            minSize,
                            maxSize,
                            sizeDivisible));
        }
        this.minSize = minSize;
        this.maxSize = maxSize;
        this.mean = mean.clone();
        this.std = std.clone();
        this.sizeDivisible = sizeDivisible;
        this.isFixed = isFixed;
    }

    /**
     * {@return a transform that keeps the aspect ratio}
     *
     * @param minSize the length of the shorter side, unless the longer one exceeded {@code maxSize} then
     * @param maxSize the greatest length of the longer side
     * @param mean subtracted from each channel
     * @param std by which each channel is divided then
     * @param sizeDivisible the number of which the batch's sides are multiples
     */
    public static GeneralizedRCNNTransform resizing(
            int minSize, int maxSize, double[] mean, double[] std, int sizeDivisible) {
        return new GeneralizedRCNNTransform(minSize, maxSize, mean, std, sizeDivisible, false);
    }

    /** {@return a transform to squares} */
    public static GeneralizedRCNNTransform square(int side, double[] mean, double[] std) {
        return new GeneralizedRCNNTransform(side, side, mean, std, 1, true);
    }

    /**
     * {@return images as the network takes them}
     *
     * @param images floating-point {@code [C, H, W]} in [0, 1], of any sizes
     */
    public ImageBatch batch(List<Tensor> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("detection: expected at least one image");
        }
        var resized = new ArrayList<Tensor>();
        for (Tensor image : images) {
            if (image.dim() != 3) {
                throw new IllegalArgumentException(
                        "detection: expected images of shape [C, H, W], got " + image.shape());
            }
            resized.add(resized(image.unsqueeze(0)).squeeze(0));
        }
        List<ImageSize> sizes = resized.stream().map(i -> new ImageSize((int) i.size(1), (int) i.size(2))).toList();
        long height = multiple(sizes.stream().mapToInt(ImageSize::height).max().orElseThrow());
        long width = multiple(sizes.stream().mapToInt(ImageSize::width).max().orElseThrow());
        return new ImageBatch(Tensors.stack(resized.stream().map(i -> padded(i, height, width)).toList(), 0), sizes);
    }

    /**
     * {@return images of one size as the network takes them}
     *
     * @param images floating-point {@code [N, C, H, W]} in [0, 1]
     */
    public ImageBatch batch(Tensor images) {
        if (images.dim() != 4) {
            throw new IllegalArgumentException(
                    "detection: expected images of shape [N, C, H, W], got " + images.shape());
        }
        Tensor x = resized(images);
        var size = new ImageSize((int) x.size(2), (int) x.size(3));
        var sizes = new ArrayList<ImageSize>();
        for (long i = 0; i < x.size(0); i++) {
            sizes.add(size);
        }
        return new ImageBatch(padded(x, multiple(size.height()), multiple(size.width())), sizes);
    }

    private long multiple(int side) {
        return (long) Math.ceilDiv(side, sizeDivisible) * sizeDivisible;
    }

    private static Tensor padded(Tensor x, long height, long width) {
        long below = height - x.size(-2);
        long right = width - x.size(-1);
        return below == 0 && right == 0 ? x : Tensors.pad(x, 0, right, 0, below);
    }

    private Tensor resized(Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("detection: expected floating-point images in [0, 1], got " + x.dtype());
        }
        Tensor normal =
                x.sub(x.newTensor(mean, x.dtype()).reshape(-1, 1, 1))
                        .div(x.newTensor(std, x.dtype()).reshape(-1, 1, 1));
        ImageSize to = resizedSize((int) x.size(2), (int) x.size(3));
        return to.height() == x.size(2) && to.width() == x.size(3)
                ? normal
                : Tensors.interpolate(normal, o -> o.size(to.height(), to.width()).mode(Mode.BILINEAR));
    }

    /** {@return the size to which an image of a size is resized} */
    public ImageSize resizedSize(int height, int width) {
        if (isFixed) {
            return new ImageSize(minSize, minSize);
        }
        // by the reciprocal in float32, as PyTorch divides numbers by tensors
        float scale = Math.min(1f / Math.min(height, width) * minSize, 1f / Math.max(height, width) * maxSize);
        return new ImageSize((int) Math.floor(height * (double) scale), (int) Math.floor(width * (double) scale));
    }

    /**
     * {@return boxes of an image of one size in an image of another}
     *
     * @param boxes {@code [..., 4]}
     */
    public static Tensor resizeBoxes(Tensor boxes, ImageSize from, ImageSize to) {
        double x = (float) to.width() / from.width(); // rounded to float32, as torchvision does
        double y = (float) to.height() / from.height();
        return x == 1 && y == 1 ? boxes : boxes.mul(boxes.newTensor(new double[] {x, y, x, y}, boxes.dtype()));
    }

    /** {@return the targets of images, moved along} */
    public PaddedTargets targets(List<Tensor> images, List<BoxTarget> targets, DType type) {
        if (images.size() != targets.size()) {
            throw new IllegalArgumentException(
                    "detection: expected the objects of each of %s images, got %s"
                            .formatted(images.size(), targets.size()));
        }
        var moved = new ArrayList<BoxTarget>();
        for (int i = 0; i < images.size(); i++) {
            var from = new ImageSize((int) images.get(i).size(1), (int) images.get(i).size(2));
            BoxTarget t = targets.get(i);
            checkPositive(i, t.boxes());
            Tensor boxes = resizeBoxes(t.boxes().to(type), from, resizedSize(from.height(), from.width()));
            moved.add(new BoxTarget(boxes, t.labels()));
        }
        return PaddedTargets.of(moved);
    }

    private static void checkPositive(int image, Tensor boxes) {
        double[] b = boxes.reshape(-1).to(DType.FLOAT64).toDoubleArray();
        for (int i = 0; i < b.length; i += 4) {
            if (!(b[i + 2] > b[i] && b[i + 3] > b[i + 1])) {
                throw new IllegalArgumentException(
                        "detection: boxes must have a positive height and width; image %s has [%s, %s, %s, %s]"
                                .formatted(image, b[i], b[i + 1], b[i + 2], b[i + 3]));
            }
        }
    }
}
