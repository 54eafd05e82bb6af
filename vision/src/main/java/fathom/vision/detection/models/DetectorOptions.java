package fathom.vision.detection.models;

import fathom.vision.detection.regions.GeneralizedRCNNTransform;
import java.util.Locale;

/**
 * Options that all of torchvision's detectors have.
 *
 * @param <S> the class of the options
 */
public abstract class DetectorOptions<S extends DetectorOptions<S>> {
    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

    private int minSize;
    private int maxSize;
    private double[] mean = IMAGENET_MEAN;
    private double[] std = IMAGENET_STD;
    private double scoreThresh;
    private double nmsThresh;
    private int detectionsPerImage;
    private int topkCandidates;

    DetectorOptions(int minSize, int maxSize, double scoreThresh, double nmsThresh, int detections, int topk) {
        this.minSize = minSize;
        this.maxSize = maxSize;
        this.scoreThresh = scoreThresh;
        this.nmsThresh = nmsThresh;
        detectionsPerImage = detections;
        topkCandidates = topk;
    }

    /** The length in pixels to which the shorter side of images is resized; 800 in torchvision. */
    public S minSize(int pixels) {
        minSize = positive("minSize", pixels);
        return self();
    }

    /** The greatest length of the longer side, in pixels; 1333 in torchvision. */
    public S maxSize(int pixels) {
        maxSize = positive("maxSize", pixels);
        return self();
    }

    /** The mean and the standard deviation of each channel, of images in [0, 1]; ImageNet's in torchvision. */
    public S normalization(double[] mean, double[] std) {
        this.mean = mean.clone();
        this.std = std.clone();
        return self();
    }

    /** Only objects with a greater score are predicted, unless {@code detect} is asked for others. */
    public S scoreThresh(double score) {
        scoreThresh = score;
        return self();
    }

    /** Of objects of a class with a greater IoU only the best is predicted. */
    public S nmsThresh(double iou) {
        nmsThresh = iou;
        return self();
    }

    /** The greatest number of objects predicted for an image. */
    public S detectionsPerImage(int objects) {
        detectionsPerImage = positive("detectionsPerImage", objects);
        return self();
    }

    /** The number of best predictions, of a feature map or of a class, among which suppression selects. */
    public S topkCandidates(int candidates) {
        topkCandidates = positive("topkCandidates", candidates);
        return self();
    }

    static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
        }
        return value;
    }

    @SuppressWarnings("unchecked") // S is the class itself
    private S self() {
        return (S) this;
    }

    final GeneralizedRCNNTransform resizing() {
        return GeneralizedRCNNTransform.resizing(minSize, Math.max(minSize, maxSize), mean, std, 32);
    }

    final GeneralizedRCNNTransform square(int side) {
        return GeneralizedRCNNTransform.square(side, mean, std);
    }

    final Selection selection() {
        return new Selection(scoreThresh, nmsThresh, detectionsPerImage, topkCandidates);
    }
}
