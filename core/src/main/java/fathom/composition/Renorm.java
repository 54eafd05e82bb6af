package fathom.composition;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ops.MatrixProductOps;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** The scaling step of {@link MatrixProductOps#renorm}: limits norms to a maximum. */
public final class Renorm {
    private Renorm() {}

    /**
     * {@return x scaled down to {@code maxnorm} where its norm exceeds it; x and norm broadcast} The factor has the
     * precision of the norm, as in PyTorch's renorm, whose {@code embedding_renorm_} computes it in float64: the two
     * differ in the last bit.
     */
    public static Tensor scale(Tensor x, Tensor norm, Number maxnorm) {
        DType t = Exprs.wide(x.dtype());
        var length = cast(t, input(1, norm.dtype()));
        var most = scalar(0, t);
        var shorter = div(most, add(length, 1e-7));
        var factor = select(binary(BinaryOp.GT, length, most), shorter, constant(t, 1));
        var body = cast(x.dtype(), mul(cast(t, input(0, x.dtype())), factor));
        return Ops.applyAll(new Pointwise(Kernel.of(body), maxnorm), x, norm)[0];
    }
}
