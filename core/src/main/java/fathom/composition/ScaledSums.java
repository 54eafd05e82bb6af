package fathom.composition;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.Promotion;
import fathom.ir.Kernel;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** {@code beta * self + alpha * product}, shared by addmm, addmv, addr, addbmm and baddbmm. */
public final class ScaledSums {
    private ScaledSums() {}

    /**
     * The weighted sum of a tensor, expanded to the product's shape, and a product. If {@code beta} is 0 the tensor is
     * ignored, so its NaN and infinities do not propagate.
     *
     * @throws IllegalArgumentException if the tensor cannot be expanded, or factors of integers are not integers
     */
    public static Tensor of(String name, Tensor self, Tensor product, Number beta, Number alpha) {
        OperandTypes.parameter(name, product.dtype(), "the added tensor", self);
        DType t = Promotion.of(self, product);
        if (!t.isFloating() && (DType.ofCategory(beta).isFloating() || DType.ofCategory(alpha).isFloating())) {
            throw new IllegalArgumentException(
                    "%s: beta and alpha for %s must be integers, not %s and %s".formatted(name, t, beta, alpha));
        }
        Tensor x;
        try {
            x = self.expand(Ops.shape(product));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: %s does not expand to the product's shape %s".formatted(name, self.shape(), product.shape()),
                    e);
        }
        if (beta.doubleValue() == 0) {
            return product.to(t).mul(alpha);
        }
        var scaled = mul(scalar(0, t), cast(t, input(0, self.dtype())));
        var sum = add(scaled, mul(scalar(1, t), cast(t, input(1, product.dtype()))));
        return Ops.applyAll(new Pointwise(Kernel.of(sum), beta, alpha), x, product)[0];
    }
}
