package fathom.vision.models;

import java.util.Locale;

/**
 * Options of the course's convolutional networks: {@code new CourseAlexNet(o -> o.channels(3).classes(100))}. The
 * defaults are the course's, for the greyscale images and ten classes of Fashion-MNIST.
 */
public final class CourseOptions {
    private int channels = 1;
    private int classes = 10;
    private int ratio = 1;
    private int hidden = 4096;
    private double dropout = 0.5;

    CourseOptions() {}

    /** The number of input channels; 1 unless set. */
    public CourseOptions channels(int channels) {
        this.channels = positive("channels", channels);
        return this;
    }

    /** The number of classes; 10 unless set. */
    public CourseOptions classes(int classes) {
        this.classes = positive("classes", classes);
        return this;
    }

    /** The divisor of all hidden channel counts, for a smaller network; 1 unless set. */
    public CourseOptions ratio(int ratio) {
        this.ratio = positive("ratio", ratio);
        return this;
    }

    /** The units of each of the two hidden linear layers, if the network has them; 4096 unless set. */
    public CourseOptions hidden(int hidden) {
        this.hidden = positive("hidden", hidden);
        return this;
    }

    /** The dropout probability, if the network has dropout; 0.5 unless set. */
    public CourseOptions dropout(double dropout) {
        this.dropout = dropout;
        return this;
    }

    int channels() {
        return channels;
    }

    int classes() {
        return classes;
    }

    int hidden() {
        return hidden;
    }

    double dropout() {
        return dropout;
    }

    /** {@return a hidden channel count divided by the ratio} */
    int width(int channels) {
        return Math.max(1, channels / ratio);
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
        }
        return value;
    }
}
