package fathom.vision.models;

import java.util.Locale;

/**
 * Options that all classifiers of images have in common: {@code Models.create("resnet18", o -> o.classes(10))}. The
 * defaults are those of the network.
 *
 * @param <S> the options of one family of networks
 */
public abstract class ClassifierOptions<S extends ClassifierOptions<S>> {
    private int channels;
    private int classes;
    private double dropout;

    /** Defaults for ImageNet: three channels and 1000 classes. */
    ClassifierOptions(double dropout) {
        this(3, 1000, dropout);
    }

    ClassifierOptions(int channels, int classes, double dropout) {
        this.channels = channels;
        this.classes = classes;
        this.dropout = dropout;
    }

    /** The number of input channels: 3 for networks of ImageNet, 1 for those of the course, unless set. */
    public final S channels(int channels) {
        this.channels = positive("channels", channels);
        return self();
    }

    /** The number of classes: 1000 for networks of ImageNet, 10 for those of the course, unless set. */
    public final S classes(int classes) {
        this.classes = positive("classes", classes);
        return self();
    }

    /** The probability of all dropout layers, if the network has any; that of its authors unless set. */
    public final S dropout(double dropout) {
        if (!(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException("dropout: expected a probability from 0 to 1, got " + dropout);
        }
        this.dropout = dropout;
        return self();
    }

    /**
     * The side of the images in pixels: for networks that are made for one size, as vision transformers are, which
     * learn a vector for each position. Other networks take any size, and ignore it.
     */
    public S imageSize(int side) {
        positive("imageSize", side);
        return self();
    }

    @SuppressWarnings("unchecked") // S is the class itself
    final S self() {
        return (S) this;
    }

    final int channels() {
        return channels;
    }

    final int classes() {
        return classes;
    }

    final double dropout() {
        return dropout;
    }

    /** {@return a value of at least 1; others are refused} */
    static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
        }
        return value;
    }
}
