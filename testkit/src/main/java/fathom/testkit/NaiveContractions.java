package fathom.testkit;

import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Matrix products and convolutions from their definitions. */
final class NaiveContractions {
    private NaiveContractions() {}

    static void matMul(MatMul p, Operand[] in, Operand out) {
        Operand a = in[0];
        Operand b = in[1];
        int r = out.rank();
        long inner = a.shape()[r - 1];
        var total = new Accumulator(out.dtype());
        Walk.over(
                out.shape(),
                (at, index) -> {
                    total.reset();
                    for (long k = 0; k < inner; k++) {
                        total.addProduct(a, at[0] + k * a.strides()[r - 1], b, at[1] + k * b.strides()[r - 2]);
                    }
                    if (p.bias()) {
                        total.add(in[2], index[r - 1] * in[2].strides()[0]);
                    }
                    total.store(out, at[2]);
                },
                Walk.with(a.strides(), r - 1, 0),
                Walk.with(b.strides(), r - 2, 0),
                out.strides());
    }

    static void convolution(Convolution p, Operand[] in, Operand out) {
        Operand x = in[0];
        Operand w = in[1];
        long perGroup = w.shape()[1];
        long outPerGroup = w.shape()[0] / p.groups();
        long[][] taps = indices(spatial(w.shape()));
        var total = new Accumulator(out.dtype());
        Walk.over(
                out.shape(),
                (at, o) -> {
                    total.reset();
                    long firstChannel = o[1] / outPerGroup * perGroup;
                    for (long[] tap : taps) {
                        long[] inputPosition = inputPosition(p.window(), o, tap, x.shape());
                        for (long c = 0; inputPosition != null && c < perGroup; c++) {
                            total.addProduct(
                                    x,
                                    offset(x, index(o[0], firstChannel + c, inputPosition)),
                                    w,
                                    offset(w, index(o[1], c, tap)));
                        }
                    }
                    if (in.length > 2) {
                        total.add(in[2], o[1] * in[2].strides()[0]);
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    static void convolutionInputGrad(ConvolutionInputGrad p, Operand g, Operand w, Operand out) {
        long perGroup = w.shape()[1];
        long outPerGroup = w.shape()[0] / p.groups();
        long[][] taps = indices(spatial(w.shape()));
        var total = new Accumulator(out.dtype());
        Walk.over(
                out.shape(),
                (at, i) -> {
                    total.reset();
                    long group = i[1] / perGroup;
                    for (long[] tap : taps) {
                        long[] outputPosition = outputPosition(p.window(), i, tap, g.shape());
                        for (long o = group * outPerGroup;
                                outputPosition != null && o < (group + 1) * outPerGroup;
                                o++) {
                            total.addProduct(
                                    g,
                                    offset(g, index(i[0], o, outputPosition)),
                                    w,
                                    offset(w, index(o, i[1] % perGroup, tap)));
                        }
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    static void convolutionWeightGrad(ConvolutionWeightGrad p, Operand g, Operand x, Operand out) {
        long perGroup = out.shape()[1];
        long outPerGroup = out.shape()[0] / p.groups();
        long[][] positions = indices(spatial(g.shape()));
        var total = new Accumulator(out.dtype());
        Walk.over(
                out.shape(),
                (at, k) -> {
                    total.reset();
                    long channel = k[0] / outPerGroup * perGroup + k[1];
                    long[] tap = spatial(k);
                    for (long n = 0; n < g.shape()[0]; n++) {
                        for (long[] position : positions) {
                            long[] o = index(n, k[0], position);
                            long[] inputPosition = inputPosition(p.window(), o, tap, x.shape());
                            if (inputPosition != null) {
                                total.addProduct(g, offset(g, o), x, offset(x, index(n, channel, inputPosition)));
                            }
                        }
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    /** {@return the spatial sizes: all but the first two} */
    private static long[] spatial(long[] extents) {
        return Arrays.copyOfRange(extents, 2, extents.length);
    }

    private static long[] index(long first, long second, long[] spatial) {
        var index = new long[2 + spatial.length];
        index[0] = first;
        index[1] = second;
        System.arraycopy(spatial, 0, index, 2, spatial.length);
        return index;
    }

    /** {@return all indices into a shape, in row-major order} */
    private static long[][] indices(long[] extents) {
        var all = new ArrayList<long[]>();
        Walk.over(extents, (_, index) -> all.add(index.clone()));
        return all.toArray(long[][]::new);
    }

    /** {@return the input position of a tap, for an output position {@code [n, c, ...]}; null in the padding} */
    private static long @Nullable [] inputPosition(Window window, long[] position, long[] tap, long[] in) {
        var inputPosition = new long[tap.length];
        for (int d = 0; d < inputPosition.length; d++) {
            Window.Axis axis = window.axis(d);
            inputPosition[d] = position[2 + d] * axis.stride() - axis.low() + tap[d] * axis.dilation();
            if (inputPosition[d] < 0 || inputPosition[d] >= in[2 + d]) {
                return null;
            }
        }
        return inputPosition;
    }

    /** {@return the output position whose tap reads an input element {@code [n, c, ...]}; null if none} */
    private static long @Nullable [] outputPosition(Window window, long[] element, long[] tap, long[] out) {
        var position = new long[tap.length];
        for (int d = 0; d < position.length; d++) {
            Window.Axis axis = window.axis(d);
            long from = element[2 + d] + axis.low() - tap[d] * axis.dilation();
            position[d] = from / axis.stride();
            if (from < 0 || from % axis.stride() != 0 || position[d] >= out[2 + d]) {
                return null;
            }
        }
        return position;
    }

    static long offset(Operand o, long... index) {
        long[] strides = o.strides();
        if (index.length != strides.length) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%d indices into an operand of shape %s",
                            index.length,
                            Arrays.toString(o.shape())));
        }
        long offset = 0;
        for (int d = 0; d < index.length; d++) {
            offset += index[d] * strides[d];
        }
        return offset;
    }
}
