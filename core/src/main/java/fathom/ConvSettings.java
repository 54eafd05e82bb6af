package fathom;

import java.util.Arrays;
import java.util.Locale;

/**
 * How a convolution's kernel moves. Each setting takes one number for all axes, or one for rows and one for columns;
 * along a sequence ({@code conv1d}) there are only columns.
 *
 * @param <S> the kind of settings, which each method returns
 */
public abstract class ConvSettings<S extends ConvSettings<S>> {
    private int[] stride = {1, 1};
    private int[] padding = {0, 0};
    private int[] dilation = {1, 1};
    private int[] outputPadding = {0, 0};
    private int groups = 1;

    /** For the kinds of settings. */
    protected ConvSettings() {}

    /** {@return this} */
    protected abstract S self();

    /** From one position of the kernel to the next; 1 unless set. */
    public S stride(int... stride) {
        this.stride = pair("stride", stride, 1);
        return self();
    }

    /** Zeros added on both sides; 0 unless set. */
    public S padding(int... padding) {
        this.padding = pair("padding", padding, 0);
        return self();
    }

    /** From one tap of the kernel to the next; 1 unless set. */
    public S dilation(int... dilation) {
        this.dilation = pair("dilation", dilation, 1);
        return self();
    }

    /** Rows and columns that a transposed convolution adds at the end of its result; 0 unless set. */
    public S outputPadding(int... outputPadding) {
        this.outputPadding = pair("outputPadding", outputPadding, 0);
        return self();
    }

    /** Groups of channels that do not see each other; 1 unless set. */
    public S groups(int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException("groups: wants at least 1, not " + groups);
        }
        this.groups = groups;
        return self();
    }

    /** {@return strides of rows and columns} */
    public int[] stride() {
        return stride.clone();
    }

    /** {@return padding of rows and columns} */
    public int[] padding() {
        return padding.clone();
    }

    /** {@return dilation of rows and columns} */
    public int[] dilation() {
        return dilation.clone();
    }

    /** {@return a transposed convolution's additional rows and columns} */
    public int[] outputPadding() {
        return outputPadding.clone();
    }

    /** {@return the number of groups} */
    public int groups() {
        return groups;
    }

    static int[] pair(String name, int[] given, int least) {
        if (given.length != 1 && given.length != 2) {
            throw new IllegalArgumentException(
                    "%s: wants one number, or two for rows and columns, not %s"
                            .formatted(name, Arrays.toString(given)));
        }
        for (int v : given) {
            if (v < least) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT, "%s: wants at least %d, not %s", name, least, Arrays.toString(given)));
            }
        }
        return new int[] {given[0], given[given.length - 1]};
    }
}
