package fathom.interop.onnx.export;

import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Convolutions. */
final class Windows {
    private Windows() {}

    private static long[] all(Window window, ToLongFunction<Window.Axis> of) {
        var out = new long[window.rank()];
        for (int i = 0; i < out.length; i++) {
            out[i] = of.applyAsLong(window.axis(i));
        }
        return out;
    }

    private static long[] pads(long[] low, long[] high) {
        var pads = new long[2 * low.length];
        System.arraycopy(low, 0, pads, 0, low.length);
        System.arraycopy(high, 0, pads, low.length, high.length);
        return pads;
    }

    private static long[] kernel(Value weight) {
        long[] shape = weight.sizes();
        return java.util.Arrays.copyOfRange(shape, 2, shape.length);
    }

    static void convolution(Lowering to, Step s, Convolution c) {
        Window window = s.same(Convolution.class, "the padding", Convolution::window);
        GraphWriter graph = to.graph;
        long[] low = all(window, Window.Axis::low);
        long[] high = all(window, Window.Axis::high);
        String x = to.name(s.in(0));
        for (int i = 0; i < low.length; i++) {
            if (high[i] < 0) { // the last elements are never read
                x = graph.node("Slice", List.of(x, graph.integers(0), graph.integers(high[i]), graph.integers(2 + i)));
                high[i] = 0;
            }
        }
        var in = new ArrayList<>(to.names(s.inputs()));
        in.set(0, x);
        if (s.inputs().size() > 2) {
            in.set(2, graph.cast(in.get(2), s.in(2).type(), s.in(0).type()));
        }
        to.set(
                s.out(0),
                graph.node(
                        "Conv",
                        in,
                        "dilations",
                        all(window, Window.Axis::dilation),
                        "group",
                        c.groups(),
                        "kernel_shape",
                        kernel(s.in(1)),
                        "pads",
                        pads(low, high),
                        "strides",
                        all(window, Window.Axis::stride)));
    }

    static void transposed(Lowering to, Step s, ConvolutionInputGrad c) {
        GraphWriter graph = to.graph;
        Window window = s.same(ConvolutionInputGrad.class, "the padding", ConvolutionInputGrad::window);
        Value x = s.in(0);
        long[] kernel = kernel(s.in(1));
        long[] low = all(window, Window.Axis::low);
        long[] high = all(window, Window.Axis::high);
        var behind = new long[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            Window.Axis axis = window.axis(i);
            int at = i;
            // the size of the result, less that without output padding
            Dim size = s.attribute(ConvolutionInputGrad.class, p -> p.in()[at]);
            var more = new long[size.sizes().length];
            for (int t = 0; t < more.length; t++) {
                long without = (x.dim(2 + i).sizes()[t] - 1) * axis.stride() - low[i] - high[i] + axis.reach(kernel[i]);
                more[t] = size.sizes()[t] - without;
            }
            Dim padding = new Dim(more);
            if (!padding.isFixed()) {
                throw new UnsupportedOperationException(
                        "Onnx.export: the output padding of a transposed convolution depends on a dynamic axis; export with fixed axes");
            }
            behind[i] = padding.size();
            if (behind[i] < 0) {
                high[i] -= behind[i];
                behind[i] = 0;
            }
            if (high[i] < 0) {
                behind[i] -= high[i];
                high[i] = 0;
            }
        }
        to.set(
                s.out(0),
                graph.node(
                        "ConvTranspose",
                        to.names(s.inputs()),
                        "dilations",
                        all(window, Window.Axis::dilation),
                        "group",
                        c.groups(),
                        "kernel_shape",
                        kernel,
                        "output_padding",
                        behind,
                        "pads",
                        pads(low, high),
                        "strides",
                        all(window, Window.Axis::stride)));
    }
}
