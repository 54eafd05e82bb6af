package fathom.cpu.attention;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.cpu.kernels.TileKernel;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The element-wise and row-wise kernels that run between a tile's products, as expressions. */
final class Steps {
    private static final DType F = DType.FLOAT32;
    private static final Expr NEGATIVE_INFINITY = constant(F, Double.NEGATIVE_INFINITY);
    private static final Expr POSITIVE_INFINITY = constant(F, Double.POSITIVE_INFINITY);
    private static final Expr ZERO = constant(F, 0);

    private Steps() {}

    /** Scores: products scaled by scalar 0 and masked by input {@code at}. */
    private static Expr score(@Nullable DType mask, int at) {
        Expr s = mul(input(0, F), scalar(0, F));
        if (mask == null) {
            return s;
        }
        Expr m = input(at, mask);
        return mask == DType.BOOL ? select(m, s, NEGATIVE_INFINITY) : add(s, cast(F, m));
    }

    private static int[] rows(boolean maskPerRow, int mask, int... others) {
        int[] rows = Arrays.copyOf(others, others.length + (maskPerRow ? 1 : 0));
        if (maskPerRow) {
            rows[others.length] = mask;
        }
        return rows;
    }

    /** Row maximum: products, [mask] -> maximum. */
    static TileKernel max(@Nullable DType mask, boolean perRow) {
        return TileKernel.fold(ReduceOp.MAX, Kernel.of(score(mask, 1)), rows(perRow, 1));
    }

    /** Exponentials: products, [mask,] shift -> exponentials. */
    static TileKernel exp(@Nullable DType mask, boolean perRow, DType to) {
        int shift = mask == null ? 1 : 2;
        Expr e = unary(UnaryOp.EXP, sub(score(mask, 1), input(shift, F)));
        return TileKernel.map(Kernel.of(cast(to, e)), rows(perRow, 1, shift));
    }

    /** Row sum. */
    static TileKernel sum(DType type) {
        return TileKernel.fold(ReduceOp.SUM, Kernel.of(cast(F, input(0, type))));
    }

    /** Dropout: elements, keep mask -> elements. */
    static TileKernel drop(DType type) {
        return TileKernel.map(Kernel.of(select(input(1, DType.BOOL), input(0, type), constant(type, 0))));
    }

    private static Expr finite(Expr max) {
        return select(binary(BinaryOp.EQ, max, NEGATIVE_INFINITY), ZERO, max);
    }

    /** Maximum -> shift; 0 for a fully masked row, so that its exponentials are zeros. */
    static TileKernel shift() {
        return TileKernel.map(Kernel.of(finite(input(0, F))));
    }

    /** Running maximum, tile maximum -> new maximum, shift, decay of the previous exponentials. */
    static TileKernel next() {
        Expr max = binary(BinaryOp.MAX, input(0, F), input(1, F));
        Expr shift = finite(max);
        return TileKernel.map(Kernel.of(max, shift, unary(UnaryOp.EXP, sub(input(0, F), shift))));
    }

    /** Running sums, decay, tile sums -> sums. */
    static TileKernel addSums() {
        return TileKernel.map(Kernel.of(add(mul(input(0, F), input(1, F)), input(2, F))));
    }

    /** Running rows, decay, tile rows -> rows. */
    static TileKernel addRows() {
        return TileKernel.map(Kernel.of(add(mul(input(0, F), input(1, F)), input(2, F))), 1);
    }

    /** Maximum, sum -> log-sum-exp, and the final factor of the row (which includes scalar 0). */
    static TileKernel last() {
        Expr max = input(0, F);
        Expr sum = input(1, F);
        Expr lse =
                select(
                        binary(BinaryOp.EQ, max, NEGATIVE_INFINITY),
                        POSITIVE_INFINITY,
                        add(max, unary(UnaryOp.LOG, sum)));
        Expr factor = mul(unary(UnaryOp.RECIPROCAL, sum), scalar(0, F));
        return TileKernel.map(Kernel.of(lse, select(binary(BinaryOp.EQ, sum, ZERO), ZERO, factor)));
    }

    /** Rows, factor per row -> rows. */
    static TileKernel scaleRows(DType to) {
        return TileKernel.map(Kernel.of(cast(to, mul(input(0, F), input(1, F)))), 1);
    }

    /** Dot product of two rows. */
    static TileKernel dot(DType type) {
        return TileKernel.fold(ReduceOp.SUM, Kernel.of(mul(cast(F, input(0, type)), cast(F, input(1, type)))));
    }

    /**
     * Products, weight gradients, [mask,] [keep mask,] log-sum-exp, means -> weights, gradients of the products. Scalar
     * 0 is the scale, scalar 1 the factor of the kept weights.
     */
    static TileKernel gradients(@Nullable DType mask, boolean perRow, boolean drops, DType to) {
        int keepMask = mask == null ? 2 : 3;
        int lse = drops ? keepMask + 1 : keepMask;
        Expr weight = unary(UnaryOp.EXP, sub(score(mask, 2), input(lse, F)));
        Expr weightGrad = input(1, F);
        Expr dropped = weight;
        if (drops) {
            Expr keep = input(keepMask, DType.BOOL);
            dropped = select(keep, mul(weight, scalar(1, F)), ZERO);
            weightGrad = select(keep, mul(weightGrad, scalar(1, F)), ZERO);
        }
        Expr scoreGrad = mul(weight, sub(weightGrad, input(lse + 1, F)));
        var kernel = Kernel.of(cast(to, dropped), cast(to, mul(scoreGrad, scalar(0, F))));
        return TileKernel.map(kernel, rows(perRow, 2, lse, lse + 1));
    }

    /** Sum of two rows. */
    static TileKernel total() {
        return TileKernel.map(Kernel.of(add(input(0, F), input(1, F))));
    }

    /** Conversion to another type. */
    static TileKernel convert(DType to) {
        return TileKernel.map(Kernel.of(cast(to, input(0, F))));
    }
}
