package fathom.probe;

import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;

/** The minimum memory traffic and the floating-point operations of a kernel. */
public final class CostModel {
    private CostModel() {}

    /** {@return the bytes of the elements, each counted once where a dimension is expanded} */
    public static long bytes(Operand... operands) {
        long sum = 0;
        for (Operand o : operands) {
            long n = o.dtype().size();
            for (int d = 0; d < o.rank(); d++) {
                n *= o.strides()[d] == 0 ? Math.min(1, o.shape()[d]) : o.shape()[d];
            }
            sum += n;
        }
        return sum;
    }

    /** {@return the floating-point operations of a contraction; 0 for anything else} */
    public static long flops(Primitive primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case MatMul _ -> 2 * out[0].numel() * in[0].shape()[in[0].rank() - 1];
            case Convolution _ -> convolution(out[0], in[1]);
            case Attention p -> attention(p, in, 1, 1);
            // recomputed scores, and the gradients of queries and keys; the gradients of weights and of values
            case AttentionGrad p -> attention(p.forward(), in, 3, 2);
            case ConvolutionInputGrad _ -> convolution(in[0], in[1]);
            case ConvolutionWeightGrad _ -> convolution(in[0], out[0]);
            default -> 0;
        };
    }

    /** Counts products of queries with keys and of weights with values; half of each if causal. */
    private static long attention(Attention p, Operand[] in, long withKeys, long withValues) {
        int last = in[0].rank() - 1;
        long keys = in[1].shape()[last - 1];
        long queries = in[0].numel() / in[0].shape()[last];
        long each = 2 * queries * keys * (withKeys * in[0].shape()[last] + withValues * in[2].shape()[last]);
        return p.causal() ? each / 2 : each;
    }

    /** Each element of the forward result is a sum over one filter. */
    private static long convolution(Operand result, Operand weight) {
        long filters = weight.shape()[0];
        return filters == 0 ? 0 : 2 * result.numel() * (weight.numel() / filters);
    }
}
