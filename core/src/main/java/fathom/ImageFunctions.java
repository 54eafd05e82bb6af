package fathom;

import fathom.primitive.Pad;
import java.util.Arrays;
import java.util.function.Consumer;

/** Padding and resizing as functions. Part of {@link Tensors}. */
public abstract class ImageFunctions extends ChannelFunctions {
    ImageFunctions() {}

    /** {@return x with zeros around it; pads as of {@link #pad(Tensor, long[], double)}} */
    public static Tensor pad(Tensor x, long... pads) {
        return pad(x, pads, 0);
    }

    /**
     * A number around a tensor.
     *
     * @param pads elements in front of and behind the last dimension, then the last but one, ...: {@code {left, right,
     *     top, bottom}}; negative numbers cut
     * @param value the number
     * @throws IllegalArgumentException if there are more pairs than dimensions, or more is cut than there is
     */
    public static Tensor pad(Tensor x, long[] pads, double value) {
        checkPads(x, pads, x.dim());
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
                        "pad: %s cuts more of dimension %d of input %s than there is"
                                .formatted(Arrays.toString(pads), d, x.shape()));
            }
            if (front < 0 || back < 0) {
                cut = cut.narrow(d, -front, x.size(d) + front + back);
            }
            before[d] = Math.max(0, pads[i]);
            after[d] = Math.max(0, pads[i + 1]);
            grows |= before[d] > 0 || after[d] > 0;
        }
        return grows ? Dispatch.apply(new Pad(before, after, value), cut)[0] : cut.clone();
    }

    /**
     * The tensor's own elements around it.
     *
     * @param x at least as many dimensions as there are pairs of pads
     * @param pads as of {@link #pad(Tensor, long[], double)}; negative numbers cut. What is cut may still be seen in
     *     the mirror of REFLECT, but does not come round in CIRCULAR
     * @param mode which of its elements
     * @throws IllegalArgumentException if REFLECT or CIRCULAR want more elements than there are, or nothing is left
     */
    public static Tensor pad(Tensor x, long[] pads, PadMode mode) {
        if (mode == PadMode.ZEROS) {
            return pad(x, pads, 0);
        }
        checkPads(x, pads, x.dim());
        Tensor y = x;
        for (int i = 0; i < pads.length; i += 2) {
            int d = x.dim() - 1 - i / 2;
            long n = x.size(d);
            long front = pads[i];
            long back = pads[i + 1];
            long first = Math.max(0, -front);
            long left = n - first - Math.max(0, -back); // what is not cut
            long most =
                    switch (mode) {
                        case REFLECT -> n - 1;
                        case CIRCULAR -> left;
                        default -> n == 0 ? 0 : Long.MAX_VALUE;
                    };
            boolean remains = mode == PadMode.CIRCULAR ? left >= 0 : n + front + back > 0;
            if (front > most || back > most || !remains) {
                throw new IllegalArgumentException(
                        "pad: %s of %d and %d does not fit dimension %d of input %s"
                                .formatted(mode, front, back, d, x.shape()));
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
            y = y.indexSelect(d, Tensors.tensor(index));
        }
        return y;
    }

    private static long source(long i, long n, PadMode mode) {
        return mode == PadMode.REFLECT ? i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i : Math.clamp(i, 0, n - 1);
    }

    private static void checkPads(Tensor x, long[] pads, int most) {
        if (pads.length % 2 != 0 || pads.length / 2 > most) {
            throw new IllegalArgumentException(
                    "pad: wants two numbers for each of at most %d dimensions of %s, not %s"
                            .formatted(most, x.shape(), Arrays.toString(pads)));
        }
    }

    /**
     * Resizes sequences or images: {@code interpolate(x, o -> o.size(224, 224).mode(LINEAR))}. An axis whose extent
     * stays what it is, be it by a factor such as 1.3 of 3 elements, is left alone.
     *
     * @param x {@code [N, C, L]} or {@code [N, C, H, W]}
     * @throws IllegalArgumentException unless either a size or factors are told, one or as many as there are axes, and
     *     if {@code alignCorners} is told for NEAREST
     */
    public static Tensor interpolate(Tensor x, Consumer<InterpolateOptions> options) {
        var o = new InterpolateOptions();
        options.accept(o);
        int axes = x.dim() - 2;
        if (axes < 1 || axes > 2) {
            throw new IllegalArgumentException("interpolate: wants [N, C, L] or [N, C, H, W], not " + x.shape());
        }
        if (o.mode() == InterpolateOptions.Mode.NEAREST && o.isAlignCornersTold()) {
            throw new IllegalArgumentException(
                    "interpolate: alignCorners is for LINEAR; the nearest pixel does not depend on it");
        }
        long[] size = o.size();
        double[] scale = o.scaleFactor();
        int told = size.length + scale.length;
        if (size.length > 0 == scale.length > 0 || told != 1 && told != axes) {
            throw new IllegalArgumentException(
                    "interpolate: wants either a size or factors, 1 or %d, for %s; has size %s and factors %s"
                            .formatted(axes, x.shape(), Arrays.toString(size), Arrays.toString(scale)));
        }
        Tensor y = x;
        for (int a = 0; a < axes; a++) {
            long in = x.size(2 + a);
            double factor = scale.length == 0 ? 0 : scale[Math.min(a, scale.length - 1)];
            long out = scale.length == 0 ? size[Math.min(a, size.length - 1)] : (long) Math.floor(in * factor);
            if (out < 1 || in < 1) {
                throw new IllegalArgumentException(
                        "interpolate: cannot make %d of %d pixels of %s".formatted(out, in, x.shape()));
            }
            if (out == in) {
                continue;
            }
            double step = scale.length == 0 ? (double) in / out : 1 / factor;
            y =
                    o.mode() == InterpolateOptions.Mode.NEAREST
                            ? nearest(y, 2 + a, in, Math.toIntExact(out), step)
                            : linear(y, 2 + a, in, Math.toIntExact(out), step, o.alignCorners());
        }
        return y;
    }

    private static Tensor nearest(Tensor x, int dim, long in, int out, double step) {
        var index = new long[out];
        for (int i = 0; i < out; i++) {
            index[i] = Math.min((long) Math.floor(i * step), in - 1);
        }
        return x.indexSelect(dim, Tensors.tensor(index));
    }

    private static Tensor linear(Tensor x, int dim, long in, int out, double step, boolean alignCorners) {
        var low = new long[out];
        var high = new long[out];
        var weight = new double[out];
        for (int i = 0; i < out; i++) {
            double at = alignCorners ? out == 1 ? 0 : i * (in - 1.0) / (out - 1) : Math.max(0, (i + 0.5) * step - 0.5);
            low[i] = Math.min((long) at, in - 1);
            high[i] = Math.min(low[i] + 1, in - 1);
            weight[i] = at - low[i];
        }
        var shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        shape[dim] = out;
        Tensor w = Tensors.tensor(weight, x.dtype()).reshape(shape);
        Tensor a = x.indexSelect(dim, Tensors.tensor(low));
        return a.lerp(x.indexSelect(dim, Tensors.tensor(high)), w);
    }
}
