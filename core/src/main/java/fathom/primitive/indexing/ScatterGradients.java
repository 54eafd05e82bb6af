package fathom.primitive.indexing;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Ops;
import fathom.primitive.Pad;
import fathom.primitive.Tape;
import fathom.primitive.indexing.ScatterReduce.Mode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gradients of scattered products and extrema, for all values, including zeros and ties. */
final class ScatterGradients {
    private ScatterGradients() {}

    private static Tensor scatter(Mode mode, int dim, Tensor self, Tensor index, Tensor src) {
        return Ops.apply(new ScatterReduce(dim, mode), self, index, src);
    }

    /** Values tied for the extremum of one element, self's among them, share the gradient equally. */
    static @Nullable Tensor[] extremum(Tape t, int dim, Tensor g) {
        Tensor index = t.input(1);
        Tensor result = t.output(0).detach();
        Tensor self = t.input(0).detach().eq(result).to(g.dtype());
        Tensor src = corner(t.input(2).detach(), index).eq(result.gather(dim, index)).to(g.dtype());
        Tensor share = g.div(scatter(Mode.ADD, dim, self, index, src));
        return new @Nullable Tensor[] {
            self.mul(share), null, inCorner(src.mul(share.gather(dim, index)), t.inputShape(2))
        };
    }

    /**
     * The product of all other values scattered to an element: that of the nonzero ones, without division by zero, and
     * a factor for the zeros. The factor is 1 without other zeros, and with exactly one other zero it is that zero
     * itself: it does not change the first derivative, but the second depends on it.
     */
    static @Nullable Tensor[] prod(Tape t, int dim, Tensor g) {
        Tensor index = t.input(1);
        Tensor self = t.input(0);
        Tensor src = corner(t.input(2), index);
        Tensor selfZero = self.detach().eq(0);
        Tensor srcZero = src.detach().eq(0);
        Tensor selfRest = self.maskedFill(selfZero, 1);
        Tensor srcRest = src.maskedFill(srcZero, 1);
        Tensor product = scatter(Mode.PROD, dim, selfRest, index, srcRest);
        Tensor zeros = scatter(Mode.ADD, dim, selfZero.to(DType.INT64), index, srcZero.to(DType.INT64));
        Tensor selfNil = self.maskedFill(selfZero.logicalNot(), 0);
        Tensor srcNil = src.maskedFill(srcZero.logicalNot(), 0);
        Tensor sum = scatter(Mode.ADD, dim, selfNil, index, srcNil);
        Tensor whole = g.mul(product);
        var grads = new @Nullable Tensor[3];
        if (t.needsGrad(0)) {
            grads[0] = whole.div(selfRest).mul(factor(zeros, selfZero, sum, selfNil));
        }
        if (t.needsGrad(2)) {
            Tensor factor = factor(zeros.gather(dim, index), srcZero, sum.gather(dim, index), srcNil);
            grads[2] = inCorner(whole.gather(dim, index).div(srcRest).mul(factor), t.inputShape(2));
        }
        return grads;
    }

    private static Tensor factor(Tensor zeros, Tensor isZero, Tensor sum, Tensor own) {
        Tensor others = zeros.sub(isZero.to(DType.INT64));
        Tensor other = sum.sub(own).where(others.eq(1), 0);
        return Tensors.where(others.eq(0), 1, other);
    }

    /** {@return the elements of a source addressed by an index} */
    private static Tensor corner(Tensor src, Tensor index) {
        Tensor corner = src;
        for (int d = 0; d < src.dim(); d++) {
            if (src.size(d) != index.size(d)) {
                corner = corner.narrow(d, 0, index.size(d));
            }
        }
        return corner;
    }

    /** {@return the gradient of the elements addressed by an index, with zeros for the others} */
    static Tensor inCorner(Tensor g, long[] shape) {
        long[] inner = Ops.shape(g);
        if (Arrays.equals(inner, shape)) {
            return g;
        }
        var after = new long[shape.length];
        Arrays.setAll(after, d -> shape[d] - inner[d]);
        return Ops.apply(new Pad(new long[shape.length], after, 0), g);
    }
}
