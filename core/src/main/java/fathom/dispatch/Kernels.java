package fathom.dispatch;

import static fathom.ir.Exprs.input;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The cached kernels of the elementary operations, per operation and types. */
public final class Kernels {
    private static final int TYPES = DType.values().length;
    private static final @Nullable Kernel[] UNARY = new Kernel[UnaryOp.values().length * TYPES];
    private static final @Nullable Kernel[] BINARY = new Kernel[BinaryOp.values().length * TYPES * TYPES];
    private static final @Nullable Kernel[] SCALAR = new Kernel[BinaryOp.values().length * TYPES * TYPES * 2];
    private static final @Nullable Kernel[] CASTS = new Kernel[TYPES * TYPES];

    private Kernels() {}

    /** {@return a kernel of one input of type {@code in}, computed in type {@code computed}} */
    public static Kernel unary(UnaryOp op, DType in, DType computed) {
        // the computed type follows from the input's type and the operation, so these two are the key
        int key = op.ordinal() * TYPES + in.ordinal();
        Kernel k = UNARY[key];
        return k != null ? k : (UNARY[key] = Kernel.of(unary(op, cast(computed, input(0, in)))));
    }

    private static Expr unary(UnaryOp op, Expr x) {
        return fathom.ir.Exprs.unary(op, x);
    }

    /**
     * {@return a kernel of two inputs, computed in type {@code computed}, which is determined by their types and the
     * operation}
     */
    public static Kernel binary(BinaryOp op, DType a, DType b, DType computed) {
        int key = (op.ordinal() * TYPES + a.ordinal()) * TYPES + b.ordinal();
        Kernel k = BINARY[key];
        if (k == null) {
            Expr x = cast(computed, input(0, a));
            Expr y = cast(computed, input(1, b));
            BINARY[key] = k = Kernel.of(fathom.ir.Exprs.binary(op, x, y));
        }
        return k;
    }

    /** {@return a kernel of one input and a number, which is the first operand if {@code reversed}} */
    public static Kernel scalar(BinaryOp op, DType a, DType computed, boolean reversed) {
        int key = ((op.ordinal() * TYPES + a.ordinal()) * TYPES + computed.ordinal()) * 2 + (reversed ? 1 : 0);
        Kernel k = SCALAR[key];
        if (k == null) {
            Expr x = cast(computed, input(0, a));
            Expr s = fathom.ir.Exprs.scalar(0, computed);
            SCALAR[key] = k = Kernel.of(fathom.ir.Exprs.binary(op, reversed ? s : x, reversed ? x : s));
        }
        return k;
    }

    /** {@return a kernel that copies with a conversion} */
    public static Kernel cast(DType from, DType to) {
        int key = from.ordinal() * TYPES + to.ordinal();
        Kernel k = CASTS[key];
        return k != null ? k : (CASTS[key] = Kernel.of(fathom.ir.Exprs.cast(to, input(0, from))));
    }

    private static Expr cast(DType to, Expr x) {
        return fathom.ir.Exprs.cast(to, x);
    }

    /**
     * {@return the body of a kernel of a tensor, a mask and a number: selects the number, in the tensor's type, where
     * the mask is true}
     */
    public static Expr maskedFill(String op, Tensor x, Tensor mask, Tensor value) {
        if (value.dim() != 0) {
            throw new IllegalArgumentException(
                    "%s: the value must be a scalar, not of shape %s; use where(...)".formatted(op, value.shape()));
        }
        Expr isMasked = cast(DType.BOOL, input(1, mask.dtype()));
        return fathom.ir.Exprs.select(isMasked, cast(x.dtype(), input(2, value.dtype())), input(0, x.dtype()));
    }

    /** Cached kernels of one input built from a formula, per type: for activations. */
    public static final class Formula {
        private final Function<Expr, Expr> formula;
        private final @Nullable Kernel[] kernels = new Kernel[TYPES];

        public Formula(Function<Expr, Expr> formula) {
            this.formula = formula;
        }

        public Kernel of(DType type) {
            Kernel k = kernels[type.ordinal()];
            return k != null ? k : (kernels[type.ordinal()] = Kernel.of(formula.apply(input(0, type))));
        }
    }
}
