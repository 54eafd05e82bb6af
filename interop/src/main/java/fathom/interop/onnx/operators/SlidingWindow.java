package fathom.interop.onnx.operators;

import fathom.interop.onnx.graph.Call;
import java.util.Arrays;
import java.util.Locale;

/**
 * The window of a convolution or pooling operator: one number per spatial axis.
 *
 * @param kernel the sizes
 * @param strides the strides
 * @param dilations the dilations
 * @param low the padding in front
 * @param high the padding behind
 */
record SlidingWindow(int[] kernel, int[] strides, int[] dilations, int[] low, int[] high) {
    /**
     * {@return the window that a node describes}
     *
     * @param kernel the sizes
     * @param input the sizes of the input's spatial axes, for padding by name
     */
    static SlidingWindow of(Call c, int[] kernel, long[] input) {
        int rank = kernel.length;
        int[] strides = numbers(c, "strides", rank, 1);
        int[] dilations = numbers(c, "dilations", rank, 1);
        String name = c.text("auto_pad", "NOTSET");
        var low = new int[rank];
        var high = new int[rank];
        switch (name) {
            case "NOTSET", "" -> {
                int[] pads = numbers(c, "pads", 2 * rank, 0);
                System.arraycopy(pads, 0, low, 0, rank);
                System.arraycopy(pads, rank, high, 0, rank);
            }
            case "VALID" -> {}
            case "SAME_UPPER", "SAME_LOWER" -> {
                for (int i = 0; i < rank; i++) {
                    long out = (input[i] + strides[i] - 1) / strides[i];
                    long reach = (long) (kernel[i] - 1) * dilations[i] + 1;
                    int total = (int) Math.max(0, (out - 1) * strides[i] + reach - input[i]);
                    low[i] = name.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                    high[i] = total - low[i];
                }
            }
            default -> throw c.refuse("its attribute auto_pad is " + name);
        }
        return new SlidingWindow(kernel, strides, dilations, low, high);
    }

    /** {@return an attribute of as many numbers} */
    static int[] numbers(Call c, String name, int count, int otherwise) {
        long[] given = c.wholes(name);
        if (given == null) {
            var all = new int[count];
            Arrays.fill(all, otherwise);
            return all;
        }
        if (given.length != count) {
            throw c.refuse(
                    String.format(Locale.ROOT, "its attribute %s has %d numbers, not %d", name, given.length, count));
        }
        return Axes.ints(c, given);
    }

    /** {@return the spatial sizes of a tensor [N, C, ...]} */
    static long[] spatial(long[] shape) {
        return Arrays.copyOfRange(shape, Math.min(2, shape.length), shape.length);
    }
}
