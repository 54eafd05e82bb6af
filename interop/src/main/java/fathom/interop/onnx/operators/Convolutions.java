package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.ConvOptions;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Convolutions of one to three dimensions. */
final class Convolutions {
    private Convolutions() {}

    static void addTo(OperatorTable table) {
        table.add("Conv", Convolutions::convolution).weights(1, 2);
        table.add("ConvTranspose", Convolutions::transposed).weights(1, 2);
    }

    private static SlidingWindow window(Call c, Tensor x, Tensor weight) {
        long[] kernel = SlidingWindow.spatial(weight.shape().dims());
        long[] input = SlidingWindow.spatial(x.shape().dims());
        if (kernel.length < 1 || kernel.length > 3 || kernel.length != input.length) {
            throw c.refuse("convolutions have one to three spatial axes, of the input and of the weight");
        }
        return SlidingWindow.of(c, Axes.ints(c, kernel), input);
    }

    private static Value[] convolution(Call c) {
        Tensor x = c.tensor(0);
        Tensor weight = c.tensor(1);
        SlidingWindow w = window(c, x, weight);
        ConvOptions o = options(c, w).padding(w.low(), w.high());
        @Nullable Tensor bias = c.optional(2);
        return Value.of(
                switch (w.kernel().length) {
                    case 1 -> Tensors.conv1d(x, weight, bias, o);
                    case 2 -> Tensors.conv2d(x, weight, bias, o);
                    default -> Tensors.conv3d(x, weight, bias, o);
                });
    }

    private static ConvOptions options(Call c, SlidingWindow w) {
        return new ConvOptions().stride(w.strides()).dilation(w.dilations()).groups(c.number("group", 1));
    }

    private static Value[] transposed(Call c) {
        Tensor x = c.tensor(0);
        Tensor weight = c.tensor(1);
        SlidingWindow w = window(c, x, weight);
        int rank = w.kernel().length;
        int[] more = SlidingWindow.numbers(c, "output_padding", rank, 0);
        int[] low = w.low();
        int[] high = w.high();
        long[] size = c.wholes("output_shape");
        String padding = c.text("auto_pad", "NOTSET");
        boolean isSame = padding.startsWith("SAME");
        if (size != null || isSame) {
            low = new int[rank];
            high = new int[rank];
            for (int i = 0; i < rank; i++) {
                long in = x.size(2 + i);
                long out = size != null ? size[size.length - rank + i] : in * w.strides()[i];
                long reach = (long) (w.kernel()[i] - 1) * w.dilations()[i] + 1;
                long total = w.strides()[i] * (in - 1) + more[i] + reach - out;
                if (total < 0) {
                    throw c.refuse(
                            String.format(Locale.ROOT, "no padding gives the size %d along spatial axis %d", out, i));
                }
                low[i] = (int) (padding.equals("SAME_UPPER") ? total / 2 : total - total / 2);
                high[i] = (int) total - low[i];
            }
        }
        ConvOptions o = options(c, w).padding(low, high).outputPadding(more);
        @Nullable Tensor bias = c.optional(2);
        return Value.of(
                switch (rank) {
                    case 1 -> Tensors.convTranspose1d(x, weight, bias, o);
                    case 2 -> Tensors.convTranspose2d(x, weight, bias, o);
                    default -> Tensors.convTranspose3d(x, weight, bias, o);
                });
    }
}
