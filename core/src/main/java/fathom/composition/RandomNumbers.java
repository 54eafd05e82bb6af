package fathom.composition;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.RandomBits;

/**
 * Random numbers from random bits, in one kernel: the bits are the only temporary, and are released at once, since the
 * parameters of a large model are drawn in one sequence.
 */
public final class RandomNumbers {
    private static final int FLOAT_DIGITS = 24;
    private static final int DOUBLE_DIGITS = 53;

    private RandomNumbers() {}

    private static DType bitsType(DType wide) {
        return wide == DType.FLOAT64 ? DType.INT64 : DType.INT32;
    }

    /** A number in [0, 1) from {@code digits} bits of an input: no rounding turns it into 1. */
    private static Expr unit(int input, DType wide, int digits) {
        DType type = bitsType(wide);
        Expr bits = input(input, type);
        if (wide == DType.FLOAT64) {
            bits = binary(BinaryOp.SHIFT_RIGHT, bits, new Expr.Const(type, 64 - DOUBLE_DIGITS));
        }
        Expr few = binary(BinaryOp.AND, bits, new Expr.Const(type, (1L << digits) - 1));
        return mul(cast(wide, few), Math.scalb(1.0, -digits));
    }

    private static Expr unit(int input, DType wide) {
        return unit(input, wide, wide == DType.FLOAT64 ? DOUBLE_DIGITS : FLOAT_DIGITS);
    }

    /** A standard normal number from two inputs (Box and Muller, 1958). */
    private static Expr normal(int input, DType wide) {
        Expr nonzero = sub(constant(wide, 1), unit(input, wide)); // never 0
        Expr radius = unary(UnaryOp.SQRT, mul(unary(UnaryOp.LOG, nonzero), -2));
        return mul(radius, unary(UnaryOp.COS, mul(unit(input + 1, wide), 2 * Math.PI)));
    }

    private static Tensor bits(DType wide, long[] shape) {
        return Ops.apply(new RandomBits(Tensors.randomSeed(), bitsType(wide), shape));
    }

    private static Tensor bitsFor(Tensor self, long... shape) {
        return TensorAccess.at(self, () -> bits(DType.FLOAT64, shape));
    }

    private static Tensor bitsFor(Tensor self, DType wide) {
        var at = TensorAccess.enter(self);
        try {
            return bits(wide, Ops.shape(self));
        } finally {
            TensorAccess.leave(at);
        }
    }

    private static Tensor made(DType dtype, Expr e, Tensor... bits) {
        Tensor made = Ops.applyAll(new Pointwise(Kernel.of(cast(dtype, e))), bits)[0];
        release(bits);
        return made;
    }

    private static void release(Tensor... bits) {
        for (Tensor b : bits) {
            TensorAccess.storage(b).release("its numbers were drawn");
        }
    }

    /** {@return numbers in [0, 1), from as many random bits as the type's significand has} */
    public static Tensor uniform(DType dtype, long[] shape) {
        DType wide = wide(dtype);
        int digits =
                switch (dtype) {
                    case FLOAT64 -> DOUBLE_DIGITS;
                    case FLOAT16 -> 11;
                    case BFLOAT16 -> 8;
                    default -> FLOAT_DIGITS;
                };
        return made(dtype, unit(0, wide, digits), bits(wide, shape));
    }

    /** {@return numbers of the standard normal distribution} */
    public static Tensor normal(DType dtype, long[] shape) {
        DType wide = wide(dtype);
        Tensor first = bits(wide, shape);
        return made(dtype, normal(0, wide), first, bits(wide, shape));
    }

    /**
     * {@return float64 numbers in [0, end) for a positive {@code end} per row; 0 instead of a number that would be
     * rounded to the end}
     *
     * @param end float64 {@code [rows, 1]}
     */
    public static Tensor uniformBelow(Tensor end, long columns) {
        Tensor bits = bitsFor(end, end.size(0), columns);
        Expr last = input(1, DType.FLOAT64);
        Expr number = mul(unit(0, DType.FLOAT64), last);
        Expr below = select(binary(BinaryOp.LT, number, last), number, constant(DType.FLOAT64, 0));
        Tensor made = Ops.applyAll(new Pointwise(Kernel.of(below)), bits, end.expand(end.size(0), columns))[0];
        release(bits);
        return made;
    }

    /**
     * {@return one finite number of the exponential distribution per rate, float64; infinity for a rate of 0}
     *
     * @param rate float64, not negative
     */
    public static Tensor exponential(Tensor rate) {
        Tensor bits = bitsFor(rate, DType.FLOAT64);
        Expr by = input(1, DType.FLOAT64);
        Expr nonzero = sub(constant(DType.FLOAT64, 1), unit(0, DType.FLOAT64));
        Expr number = div(neg(unary(UnaryOp.LOG, nonzero)), by);
        Expr finite = binary(BinaryOp.MIN, number, constant(DType.FLOAT64, Double.MAX_VALUE));
        Expr isPositive = binary(BinaryOp.LT, constant(DType.FLOAT64, 0), by);
        Expr e = select(isPositive, finite, constant(DType.FLOAT64, Double.POSITIVE_INFINITY));
        Tensor made = Ops.applyAll(new Pointwise(Kernel.of(e)), bits, rate)[0];
        release(bits);
        return made;
    }

    /** Writes numbers in [low, high). */
    public static Tensor uniformInto(Tensor self, double low, double high) {
        DType wide = wide(self.dtype());
        return write(self, unit(1, wide), high - low, low, bitsFor(self, wide));
    }

    /** Writes numbers of a normal distribution. */
    public static Tensor normalInto(Tensor self, double mean, double std) {
        DType wide = wide(self.dtype());
        Tensor first = bitsFor(self, wide);
        return write(self, normal(1, wide), std, mean, first, bitsFor(self, wide));
    }

    private static Tensor write(Tensor self, Expr number, double factor, double summand, Tensor... bits) {
        DType wide = wide(self.dtype());
        Expr e = add(mul(number, scalar(0, wide)), scalar(1, wide));
        var inputs = new Tensor[bits.length + 1];
        inputs[0] = self;
        System.arraycopy(bits, 0, inputs, 1, bits.length);
        Tensor written =
                Ops.applyInPlace(new Pointwise(Kernel.of(cast(self.dtype(), e)), factor, summand), self, inputs);
        release(bits);
        return written;
    }
}
