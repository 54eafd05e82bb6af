package fathom.functional;

import fathom.primitive.window.Window;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Stride, padding, dilation and groups of a convolution. Each takes one number for all axes, or one per spatial axis,
 * outermost first: {@code stride(2)}, {@code stride(2, 1)} for rows and columns.
 *
 * @param <S> the concrete type, which each method returns
 */
public abstract class AbstractConvOptions<S extends AbstractConvOptions<S>> {
    /** The maximum number of axes of a convolution. */
    private static final int MAX_AXES = 3;

    private int[] stride = {1};
    private int[] low = {0};
    private int[] high = {0};
    private @Nullable String paddingName;
    private int[] dilation = {1};
    private int[] outputPadding = {0};
    private int groups = 1;

    /** For subclasses. */
    protected AbstractConvOptions() {}

    /** {@return this} */
    protected abstract S self();

    /** The stride: elements from one position of the kernel to the next. Default: 1. */
    public S stride(int... stride) {
        this.stride = checked("stride", stride, 1);
        return self();
    }

    /** The zero padding on both sides. Default: 0. */
    public S padding(int... padding) {
        return padding(padding, padding);
    }

    /**
     * The zero padding in front and behind, which may differ.
     *
     * @param low zeros in front, one number or one per axis
     * @param high zeros behind, likewise
     */
    public S padding(int[] low, int[] high) {
        this.low = checked("padding", low, 0);
        this.high = checked("padding", high, 0);
        this.paddingName = null;
        return self();
    }

    /**
     * The padding by name: {@code "valid"} for none, {@code "same"} for a result of the input's size, with any odd
     * element behind; requires stride 1.
     *
     * @throws IllegalArgumentException for any other name
     */
    public S padding(String name) {
        if (!name.equals("same") && !name.equals("valid")) {
            throw new IllegalArgumentException(
                    "padding: expected \"same\", \"valid\" or numbers, not \"%s\"".formatted(name));
        }
        padding(0);
        paddingName = name;
        return self();
    }

    /** The dilation: elements from one tap of the kernel to the next. Default: 1. */
    public S dilation(int... dilation) {
        this.dilation = checked("dilation", dilation, 1);
        return self();
    }

    /** Elements that a transposed convolution adds at the end of its result, along each axis. Default: 0. */
    public S outputPadding(int... outputPadding) {
        this.outputPadding = checked("outputPadding", outputPadding, 0);
        return self();
    }

    /** The number of channel groups, which are convolved independently. Default: 1. */
    public S groups(int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException("groups: expected at least 1, not " + groups);
        }
        this.groups = groups;
        return self();
    }

    /** {@return the strides for {@code rank} axes} */
    public int[] strides(int rank) {
        return perAxis("stride", stride, rank);
    }

    /** {@return the dilations for {@code rank} axes} */
    public int[] dilations(int rank) {
        return perAxis("dilation", dilation, rank);
    }

    /** {@return the additional elements of a transposed convolution for {@code rank} axes} */
    public int[] outputPaddings(int rank) {
        return perAxis("outputPadding", outputPadding, rank);
    }

    /**
     * {@return the padding in front and behind: two arrays with a number per axis}
     *
     * @param kernel the kernel's size, on which {@code "same"} depends
     * @throws IllegalArgumentException if it is {@code "same"} and a stride is not 1
     */
    public int[][] paddings(long... kernel) {
        int rank = kernel.length;
        if (!isPaddingSame()) {
            return new int[][] {perAxis("padding", low, rank), perAxis("padding", high, rank)};
        }
        int[] strides = strides(rank);
        if (Arrays.stream(strides).anyMatch(s -> s != 1)) {
            throw new IllegalArgumentException(
                    "padding \"same\" requires a stride of 1, not " + Arrays.toString(strides));
        }
        int[] dilations = dilations(rank);
        var paddings = new int[2][rank];
        for (int i = 0; i < rank; i++) {
            int all = Math.toIntExact(dilations[i] * (kernel[i] - 1));
            paddings[0][i] = all / 2;
            paddings[1][i] = all - all / 2;
        }
        return paddings;
    }

    /** {@return the number of channel groups} */
    public int groups() {
        return groups;
    }

    /** {@return whether the padding is {@code "same"}} */
    public boolean isPaddingSame() {
        return "same".equals(paddingName);
    }

    /** {@return {@code "same"} or {@code "valid"} if the padding was set by name, else null} */
    public @Nullable String paddingName() {
        return paddingName;
    }

    /** {@return the window for a weight [O, C/groups, kernel...]} */
    public final Window window(long... kernel) {
        int rank = kernel.length;
        int[] strides = strides(rank);
        int[] dilations = dilations(rank);
        int[][] paddings = paddings(kernel);
        var axes = new Window.Axis[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = new Window.Axis(strides[i], paddings[0][i], paddings[1][i], dilations[i]);
        }
        return new Window(axes);
    }

    /** {@return one number per axis} */
    public static int[] perAxis(String name, int[] given, int rank) {
        if (given.length != 1 && given.length != rank) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected one number, or one for each of %d axes, not %s",
                            name,
                            rank,
                            Arrays.toString(given)));
        }
        var all = new int[rank];
        for (int i = 0; i < rank; i++) {
            all[i] = given[given.length == 1 ? 0 : i];
        }
        return all;
    }

    /** {@return a copy of the numbers, checked in count and minimum} */
    public static int[] checked(String name, int[] given, int least) {
        if (given.length < 1 || given.length > MAX_AXES) {
            throw new IllegalArgumentException(
                    "%s: expected one number, or one for each axis, not %s".formatted(name, Arrays.toString(given)));
        }
        for (int v : given) {
            if (v < least) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT, "%s: expected at least %d, not %s", name, least, Arrays.toString(given)));
            }
        }
        return given.clone();
    }

    /** {@return two numbers, for rows and columns} */
    public static int[] pair(String name, int[] given, int least) {
        if (given.length != 1 && given.length != 2) {
            throw new IllegalArgumentException(
                    "%s: expected one number, or two for rows and columns, not %s"
                            .formatted(name, Arrays.toString(given)));
        }
        return perAxis(name, checked(name, given, least), 2);
    }
}
