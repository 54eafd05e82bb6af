package fathom.vision.transforms;

import java.util.Locale;

/** Options of {@link Transforms#colorJitter(java.util.function.Consumer)}. By default nothing changes. */
public final class ColorJitterOptions {
    private static final double MAX_HUE = 0.5;

    /**
     * A range of values.
     *
     * @param least its lower end
     * @param most its upper end
     */
    record Range(double least, double most) {}

    Range brightness = new Range(1, 1);
    Range contrast = new Range(1, 1);
    Range saturation = new Range(1, 1);
    Range hue = new Range(0, 0);

    ColorJitterOptions() {}

    /** The range of the factor of brightness: from {@code 1 - by}, at least 0, to {@code 1 + by}. */
    public ColorJitterOptions brightness(double by) {
        brightness = around("brightness", by);
        return this;
    }

    /** The range of the factor of brightness. */
    public ColorJitterOptions brightness(double least, double most) {
        brightness = range("brightness", least, most);
        return this;
    }

    /** The range of the factor of contrast: from {@code 1 - by}, at least 0, to {@code 1 + by}. */
    public ColorJitterOptions contrast(double by) {
        contrast = around("contrast", by);
        return this;
    }

    /** The range of the factor of contrast. */
    public ColorJitterOptions contrast(double least, double most) {
        contrast = range("contrast", least, most);
        return this;
    }

    /** The range of the factor of saturation: from {@code 1 - by}, at least 0, to {@code 1 + by}. */
    public ColorJitterOptions saturation(double by) {
        saturation = around("saturation", by);
        return this;
    }

    /** The range of the factor of saturation. */
    public ColorJitterOptions saturation(double least, double most) {
        saturation = range("saturation", least, most);
        return this;
    }

    /** The range of the shift of hue, in turns of the colour circle: from {@code -by} to {@code by}, at most 0.5. */
    public ColorJitterOptions hue(double by) {
        return hue(-by, by);
    }

    /** The range of the shift of hue, in turns of the colour circle, from -0.5 to 0.5. */
    public ColorJitterOptions hue(double least, double most) {
        if (!(least >= -MAX_HUE && least <= most && most <= MAX_HUE)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "hue: expected a range within -0.5 to 0.5, got %s to %s", least, most));
        }
        hue = new Range(least, most);
        return this;
    }

    private static Range around(String name, double by) {
        if (!(by >= 0 && by < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must not be negative, is " + by);
        }
        return new Range(Math.max(0, 1 - by), 1 + by);
    }

    private static Range range(String name, double least, double most) {
        if (!(least >= 0 && least <= most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: expected a range of factors from 0, got %s to %s", name, least, most));
        }
        return new Range(least, most);
    }
}
