package fathom.vision.detection;

import java.util.Locale;

/** Which of the predicted objects count as detected. */
public final class DetectOptions {
    private double threshold = 0.5;
    private double nmsThreshold = 0.5;
    private int limit = 100;

    DetectOptions() {}

    /** The least confidence of an object. Default: 0.5. */
    public DetectOptions threshold(double confidence) {
        this.threshold = fraction("threshold", confidence);
        return this;
    }

    /** Objects that overlap one of higher confidence with a greater IoU are left out. Default: 0.5. */
    public DetectOptions nmsThreshold(double iou) {
        this.nmsThreshold = fraction("nmsThreshold", iou);
        return this;
    }

    /** The maximum number of objects in an image, those of the highest confidence. Default: 100. */
    public DetectOptions limit(int objects) {
        if (objects < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "limit: must be at least 1, got %d", objects));
        }
        this.limit = objects;
        return this;
    }

    private static double fraction(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("%s: must be from 0 to 1, got %s".formatted(name, value));
        }
        return value;
    }

    /** {@return the least confidence} */
    public double threshold() {
        return threshold;
    }

    /** {@return the greatest IoU with an object of higher confidence} */
    public double nmsThreshold() {
        return nmsThreshold;
    }

    /** {@return the maximum number of objects in an image} */
    public int limit() {
        return limit;
    }
}
