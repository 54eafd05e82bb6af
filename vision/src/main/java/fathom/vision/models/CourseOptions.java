package fathom.vision.models;

/**
 * Options of the course's convolutional networks: {@code new CourseAlexNet(o -> o.channels(3).classes(100))}. The
 * defaults are the course's, for the greyscale images and ten classes of Fashion-MNIST.
 */
public final class CourseOptions extends ClassifierOptions<CourseOptions> {
    private int ratio = 1;
    private int hidden = 4096;

    CourseOptions() {
        super(1, 10, 0.5);
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

    int hidden() {
        return hidden;
    }

    /** {@return a hidden channel count divided by the ratio} */
    int width(int channels) {
        return Math.max(1, channels / ratio);
    }
}
