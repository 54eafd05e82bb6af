package fathom.interop.onnx.export;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Pointwise;
import fathom.primitive.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation with running statistics, which consists of two kernels: {@code factor = rsqrt(variance + eps)
 * weight} per channel, then {@code (x - mean) factor + bias}. Written as one node, which runtimes merge into
 * convolutions.
 */
final class BatchNorms {
    private BatchNorms() {}

    private static final Expr X = new Expr.Input(0, DType.FLOAT32);
    private static final Expr SECOND = new Expr.Input(1, DType.FLOAT32);
    private static final Expr SCALED =
            new Expr.Binary(BinaryOp.MUL, new Expr.Binary(BinaryOp.SUB, X, SECOND), new Expr.Input(2, DType.FLOAT32));
    private static final Kernel WITH_BIAS =
            Kernel.of(new Expr.Binary(BinaryOp.ADD, SCALED, new Expr.Input(3, DType.FLOAT32)));
    private static final Kernel WITHOUT_BIAS = Kernel.of(SCALED);
    private static final Expr DEVIATION =
            new Expr.Unary(UnaryOp.RSQRT, new Expr.Binary(BinaryOp.ADD, X, new Expr.Scalar(0, DType.FLOAT32)));
    private static final Kernel FACTOR = Kernel.of(DEVIATION);
    private static final Kernel WEIGHTED_FACTOR = Kernel.of(new Expr.Binary(BinaryOp.MUL, DEVIATION, SECOND));

    /** {@return whether the step is the second kernel, and was written} */
    static boolean write(Lowering to, Step s) {
        Kernel kernel = ((Pointwise) s.primitive()).kernel();
        boolean hasBias = kernel == WITH_BIAS;
        if (!hasBias && kernel != WITHOUT_BIAS || s.in(0).rank() < 2) {
            return false;
        }
        Step factor = to.producers.get(s.in(2));
        if (factor == null || !(factor.primitive() instanceof Pointwise f)) {
            return false;
        }
        boolean hasWeight = f.kernel() == WEIGHTED_FACTOR;
        if (!hasWeight && f.kernel() != FACTOR) {
            return false;
        }
        Value mean = perChannel(to, s.in(1), s.in(0));
        Value variance = perChannel(to, factor.in(0), s.in(0));
        Value weight = hasWeight ? perChannel(to, factor.in(1), s.in(0)) : null;
        Value bias = hasBias ? perChannel(to, s.in(3), s.in(0)) : null;
        if (mean == null || variance == null || hasWeight && weight == null || hasBias && bias == null) {
            return false;
        }
        GraphWriter graph = to.graph;
        var channels = new long[] {mean.dim(0).size()};
        String one = weight == null ? graph.constant(fathom.Tensors.ones(channels)) : to.name(weight);
        String zero = bias == null ? graph.constant(fathom.Tensors.zeros(channels)) : to.name(bias);
        to.set(
                s.out(0),
                graph.node(
                        "BatchNormalization",
                        List.of(to.name(s.in(0)), one, zero, to.name(mean), to.name(variance)),
                        "epsilon",
                        f.scalars()[0].doubleValue()));
        return true;
    }

    /** {@return the tensor [C] of which {@code v} is the view [1, C, 1, ...]; null if it is none} */
    private static @Nullable Value perChannel(Lowering to, Value v, Value x) {
        Step s = to.producers.get(v);
        if (s == null || !(s.primitive() instanceof Views.Reshape)) {
            return null;
        }
        Value flat = s.in(0);
        boolean fits =
                v.rank() == x.rank()
                        && flat.rank() == 1
                        && v.isFixedShape()
                        && flat.dim(0).equals(v.dim(1))
                        && v.dim(1).equals(x.dim(1));
        return fits ? flat : null;
    }
}
