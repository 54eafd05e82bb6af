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

/** What is computed of a tile between its products, as expressions. */
final class Steps {
    private static final DType F = DType.FLOAT32;
    private static final Expr LEAST = constant(F, Double.NEGATIVE_INFINITY);
    private static final Expr MOST = constant(F, Double.POSITIVE_INFINITY);
    private static final Expr ZERO = constant(F, 0);

    private Steps() {}

    /** Products, scaled by scalar 0 and masked by input {@code mask}. */
    private static Expr score(@Nullable DType mask, int at) {
        Expr s = mul(input(0, F), scalar(0, F));
        if (mask == null) {
            return s;
        }
        Expr m = input(at, mask);
        return mask == DType.BOOL ? select(m, s, LEAST) : add(s, cast(F, m));
    }

    private static int[] rows(boolean maskPerRow, int mask, int... others) {
        int[] rows = Arrays.copyOf(others, others.length + (maskPerRow ? 1 : 0));
        if (maskPerRow) {
            rows[others.length] = mask;
        }
        return rows;
    }

    /** The greatest score of each row: products, [mask] -> maximum. */
    static TileKernel max(@Nullable DType mask, boolean perRow) {
        return TileKernel.fold(ReduceOp.MAX, Kernel.of(score(mask, 1)), rows(perRow, 1));
    }

    /** Exponentials: products, [mask,] what is subtracted -> exponentials. */
    static TileKernel exp(@Nullable DType mask, boolean perRow, DType to) {
        int shift = mask == null ? 1 : 2;
        Expr e = unary(UnaryOp.EXP, sub(score(mask, 1), input(shift, F)));
        return TileKernel.map(Kernel.of(cast(to, e)), rows(perRow, 1, shift));
    }

    /** Each row's sum. */
    static TileKernel sum(DType type) {
        return TileKernel.fold(ReduceOp.SUM, Kernel.of(cast(F, input(0, type))));
    }

    /** Elements, whether each stays -> elements. */
    static TileKernel drop(DType type) {
        return TileKernel.map(Kernel.of(select(input(1, DType.BOOL), input(0, type), constant(type, 0))));
    }

    private static Expr finite(Expr max) {
        return select(binary(BinaryOp.EQ, max, LEAST), ZERO, max);
    }

    /** A maximum -> what is subtracted: of a row that sees nothing 0, so that its exponentials are zeros. */
    static TileKernel shift() {
        return TileKernel.map(Kernel.of(finite(input(0, F))));
    }

    /** The maximum so far, that of a tile -> both's; what is subtracted; what exponentials so far are multiplied by. */
    static TileKernel next() {
        Expr max = binary(BinaryOp.MAX, input(0, F), input(1, F));
        Expr shift = finite(max);
        return TileKernel.map(Kernel.of(max, shift, unary(UnaryOp.EXP, sub(input(0, F), shift))));
    }

    /** Sums so far, what they are multiplied by, sums of a tile -> sums. */
    static TileKernel addSums() {
        return TileKernel.map(Kernel.of(add(mul(input(0, F), input(1, F)), input(2, F))));
    }

    /** Rows so far, what they are multiplied by, rows of a tile -> rows. */
    static TileKernel addRows() {
        return TileKernel.map(Kernel.of(add(mul(input(0, F), input(1, F)), input(2, F))), 1);
    }

    /** Maximum, sum -> the logarithm of all, and by what (with scalar 0) the row is multiplied in the end. */
    static TileKernel last() {
        Expr max = input(0, F);
        Expr sum = input(1, F);
        Expr lse = select(binary(BinaryOp.EQ, max, LEAST), MOST, add(max, unary(UnaryOp.LOG, sum)));
        Expr factor = mul(unary(UnaryOp.RECIPROCAL, sum), scalar(0, F));
        return TileKernel.map(Kernel.of(lse, select(binary(BinaryOp.EQ, sum, ZERO), ZERO, factor)));
    }

    /** Rows, what each is multiplied by -> rows. */
    static TileKernel scaleRows(DType to) {
        return TileKernel.map(Kernel.of(cast(to, mul(input(0, F), input(1, F)))), 1);
    }

    /** Two rows' product, summed. */
    static TileKernel dot(DType type) {
        return TileKernel.fold(ReduceOp.SUM, Kernel.of(mul(cast(F, input(0, type)), cast(F, input(1, type)))));
    }

    /**
     * Of products of queries and keys, gradients by weights, [mask,] [which stay,] logarithms and means: weights, and
     * gradients by products. Scalar 0 is the scale, scalar 1 the factor of those that stay.
     */
    static TileKernel gradients(@Nullable DType mask, boolean perRow, boolean drops, DType to) {
        int stays = mask == null ? 2 : 3;
        int lse = drops ? stays + 1 : stays;
        Expr weight = unary(UnaryOp.EXP, sub(score(mask, 2), input(lse, F)));
        Expr byWeight = input(1, F);
        Expr used = weight;
        if (drops) {
            Expr stay = input(stays, DType.BOOL);
            used = select(stay, mul(weight, scalar(1, F)), ZERO);
            byWeight = select(stay, mul(byWeight, scalar(1, F)), ZERO);
        }
        Expr byScore = mul(weight, sub(byWeight, input(lse + 1, F)));
        var kernel = Kernel.of(cast(to, used), cast(to, mul(byScore, scalar(0, F))));
        return TileKernel.map(kernel, rows(perRow, 2, lse, lse + 1));
    }

    /** Two rows' sum. */
    static TileKernel total() {
        return TileKernel.map(Kernel.of(add(input(0, F), input(1, F))));
    }

    /** Rows in another type. */
    static TileKernel convert(DType to) {
        return TileKernel.map(Kernel.of(cast(to, input(0, F))));
    }
}
