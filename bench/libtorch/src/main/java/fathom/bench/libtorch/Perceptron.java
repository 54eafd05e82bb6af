package fathom.bench.libtorch;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LayerNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The feed-forward network of transformers, with GELU. */
final class Perceptron extends Net {
    private final LinearImpl up;
    private final LinearImpl down;
    private final BytePointer exact = new BytePointer("none");

    Perceptron(int width, int hidden) {
        up = add(new LinearImpl(width, hidden));
        down = add(new LinearImpl(hidden, width));
    }

    /** {@return layer norm over the last dimension} */
    static LayerNormImpl norm(int width, double eps) {
        var options = new LayerNormOptions(new LongVector(new long[] {width}));
        options.eps().put(eps);
        return new LayerNormImpl(options);
    }

    @Override
    Tensor forward(Tensor x) {
        return then(then(up.forward(x), y -> torch.gelu(y, exact)), down::forward);
    }
}
