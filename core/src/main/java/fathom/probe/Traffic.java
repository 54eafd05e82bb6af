package fathom.probe;

import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;

/** What a kernel must at least move and compute. */
public final class Traffic {
    private Traffic() {}

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

    /** {@return the floating-point operations of a contraction; 0 of anything else} */
    public static long flops(Primitive primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case MatMul _ -> 2 * out[0].numel() * in[0].shape()[in[0].rank() - 1];
            case Conv2d _ -> convolution(out[0], in[1]);
            case Conv2dInputGrad _ -> convolution(in[0], in[1]);
            case Conv2dWeightGrad _ -> convolution(in[0], out[0]);
            default -> 0;
        };
    }

    /** Each element of the forward result is a sum over one filter. */
    private static long convolution(Operand result, Operand weight) {
        long filters = weight.shape()[0];
        return filters == 0 ? 0 : 2 * result.numel() * (weight.numel() / filters);
    }
}
