package fathom.options;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.UnaryOp;

/** The rounding of a quotient to an integer: PyTorch's {@code rounding_mode} of {@code div}. */
public enum Rounding {
    /** Towards zero, as Java and C divide integers: -7 / 2 is -3. */
    TRUNC,
    /** Down, as Python's {@code //}: -7 / 2 is -4. */
    FLOOR;

    /** {@return the rounded quotient of two values of one type, in that type} */
    public Expr quotient(Expr a, Expr b) {
        return switch (this) {
            case FLOOR -> Exprs.binary(BinaryOp.FLOOR_DIV, a, b);
            case TRUNC -> {
                DType t = a.type();
                if (!t.isFloating()) {
                    yield Exprs.binary(BinaryOp.DIV, a, b);
                }
                // the quotient is rounded to a narrow type before it is rounded to an integer, as PyTorch does
                DType wide = Exprs.wide(t);
                Expr q = Exprs.binary(BinaryOp.DIV, Exprs.cast(wide, a), Exprs.cast(wide, b));
                yield Exprs.unary(UnaryOp.TRUNC, Exprs.cast(t, q));
            }
        };
    }
}
