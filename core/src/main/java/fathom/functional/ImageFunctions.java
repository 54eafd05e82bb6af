package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.PadMode;
import fathom.primitive.Ops;
import fathom.primitive.Pad;
import java.util.Arrays;
import java.util.Locale;

/** Padding as functions. Part of {@link Tensors}. */
public final class ImageFunctions {
    /** A bound larger than any memory, so that sums of a few pads do not overflow. */
    private static final long MAX_PAD = 1L << 60;

    private ImageFunctions() {}

    /** {@return x padded with zeros; pads as in {@link #pad(Tensor, long[], double)}} */
    public static Tensor pad(Tensor x, long... pads) {
        return pad(x, pads, 0);
    }

    /**
     * Constant padding.
     *
     * @param pads elements in front of and behind the last dimension, then the second-last, ...: {@code {left, right,
     *     top, bottom}}; negative numbers crop
     * @param value the constant
     * @throws IllegalArgumentException if there are more pairs than dimensions, or more is cropped than there is
     */
    public static Tensor pad(Tensor x, long[] pads, double value) {
        checkPads(x, pads);
        var before = new long[x.dim()];
        var after = new long[x.dim()];
        Tensor cut = x;
        boolean grows = false;
        for (int i = 0; i < pads.length; i += 2) {
            int d = x.dim() - 1 - i / 2;
            long front = Math.min(0, pads[i]);
            long back = Math.min(0, pads[i + 1]);
            if (x.size(d) + front + back < 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "pad: %s crops more of dimension %d of input %s than there is",
                                Arrays.toString(pads),
                                d,
                                x.shape()));
            }
            if (front < 0 || back < 0) {
                cut = cut.narrow(d, -front, x.size(d) + front + back);
            }
            before[d] = Math.max(0, pads[i]);
            after[d] = Math.max(0, pads[i + 1]);
            grows |= before[d] > 0 || after[d] > 0;
        }
        return grows ? Ops.applyAll(new Pad(before, after, value), cut)[0] : cut.clone();
    }

    /**
     * Padding with the tensor's own elements.
     *
     * @param x with at least as many dimensions as pairs of pads
     * @param pads as in {@link #pad(Tensor, long[], double)}; negative numbers crop. Cropped elements may still appear
     *     in the reflection of REFLECT, but do not wrap around in CIRCULAR
     * @param mode which of its elements
     * @throws IllegalArgumentException if REFLECT or CIRCULAR need more elements than there are, or no element remains
     */
    public static Tensor pad(Tensor x, long[] pads, PadMode mode) {
        if (mode == PadMode.ZEROS) {
            return pad(x, pads, 0);
        }
        checkPads(x, pads);
        Tensor y = x;
        for (int i = 0; i < pads.length; i += 2) {
            int d = x.dim() - 1 - i / 2;
            long n = x.size(d);
            long front = pads[i];
            long back = pads[i + 1];
            long first = Math.max(0, -front);
            long left = n - first - Math.max(0, -back); // the elements not cropped
            long most =
                    switch (mode) {
                        case REFLECT -> n - 1;
                        case CIRCULAR -> left;
                        default -> n == 0 ? 0 : Long.MAX_VALUE;
                    };
            boolean remains = mode == PadMode.CIRCULAR ? left >= 0 : n + front + back > 0;
            boolean isIndexable = n + front + back <= Integer.MAX_VALUE - 8; // by a Java array
            if (front > most || back > most || !remains || !isIndexable) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "pad: %s of %d and %d does not fit dimension %d of input %s",
                                mode,
                                front,
                                back,
                                d,
                                x.shape()));
            }
            if (front == 0 && back == 0) {
                continue;
            }
            var index = new long[Math.toIntExact(n + front + back)];
            for (int k = 0; k < index.length; k++) {
                index[k] =
                        mode == PadMode.CIRCULAR
                                ? first + Math.floorMod(k - Math.max(0, front), left)
                                : source(k - front, n, mode);
            }
            y = y.indexSelect(d, y.newTensor(index, DType.INT64));
        }
        return y;
    }

    private static long source(long i, long n, PadMode mode) {
        return mode == PadMode.REFLECT ? i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i : Math.clamp(i, 0, n - 1);
    }

    private static void checkPads(Tensor x, long[] pads) {
        int most = x.dim();
        if (pads.length % 2 != 0 || pads.length / 2 > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pad: expected two numbers for each of at most %d dimensions of %s, not %s",
                            most,
                            x.shape(),
                            Arrays.toString(pads)));
        }
        for (long pad : pads) {
            if (pad > MAX_PAD || pad < -MAX_PAD) {
                throw new IllegalArgumentException(
                        "pad: %s of input %s: expected numbers from -2^60 to 2^60"
                                .formatted(Arrays.toString(pads), x.shape()));
            }
        }
    }
}
