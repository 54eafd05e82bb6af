package fathom.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every operation on every type it is defined for, against the oracle: whole vectors, tails and extreme values. */
class PointwiseOpsTest {
    private static final Set<UnaryOp> OF_INTEGERS =
            EnumSet.of(
                    UnaryOp.NEG,
                    UnaryOp.ABS,
                    UnaryOp.SIGN,
                    UnaryOp.FLOOR,
                    UnaryOp.CEIL,
                    UnaryOp.ROUND,
                    UnaryOp.TRUNC,
                    UnaryOp.NOT,
                    UnaryOp.IS_NAN);
    private static final Set<BinaryOp> NOT_OF_INTEGERS = EnumSet.of(BinaryOp.ATAN2, BinaryOp.HYPOT, BinaryOp.COPYSIGN);
    private static final Set<BinaryOp> BITWISE =
            EnumSet.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR, BinaryOp.SHIFT_LEFT, BinaryOp.SHIFT_RIGHT);
    private static final Set<BinaryOp> OF_BOOL =
            EnumSet.of(
                    BinaryOp.AND,
                    BinaryOp.OR,
                    BinaryOp.XOR,
                    BinaryOp.EQ,
                    BinaryOp.NE,
                    BinaryOp.LT,
                    BinaryOp.LE,
                    BinaryOp.GT,
                    BinaryOp.GE);
    private static final Set<BinaryOp> DIVISIONS =
            EnumSet.of(BinaryOp.DIV, BinaryOp.FLOOR_DIV, BinaryOp.REMAINDER, BinaryOp.FMOD);

    private final CpuBackend cpu = new CpuBackend();

    @AfterEach
    void restore() {
        Tiered.mode = Tiered.Mode.AUTO;
    }

    @TestFactory
    List<DynamicTest> unary() {
        var tests = new ArrayList<DynamicTest>();
        for (var type : DType.values()) {
            for (var op : UnaryOp.values()) {
                boolean defined =
                        type.isFloating()
                                ? op != UnaryOp.NOT
                                : type.isIntegral() ? OF_INTEGERS.contains(op) : op == UnaryOp.NOT;
                if (defined) {
                    var kernel = Kernel.of(new Expr.Unary(op, new Expr.Input(0, type)));
                    tests.add(DynamicTest.dynamicTest(op + " " + type, () -> check(kernel, type)));
                }
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> binary() {
        var tests = new ArrayList<DynamicTest>();
        for (var type : DType.values()) {
            for (var op : BinaryOp.values()) {
                boolean defined =
                        type.isFloating()
                                ? !BITWISE.contains(op)
                                : type.isIntegral() ? !NOT_OF_INTEGERS.contains(op) : OF_BOOL.contains(op);
                if (defined) {
                    Expr b = new Expr.Input(1, type);
                    if (type.isIntegral() && DIVISIONS.contains(op)) {
                        // divisors must not be zero
                        b =
                                Exprs.select(
                                        new Expr.Binary(BinaryOp.EQ, b, Exprs.constant(type, 0)),
                                        Exprs.constant(type, 3),
                                        b);
                    }
                    var kernel = Kernel.of(new Expr.Binary(op, new Expr.Input(0, type), b));
                    tests.add(DynamicTest.dynamicTest(op + " " + type, () -> check(kernel, type, type)));
                }
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> powersByConstants() {
        var tests = new ArrayList<DynamicTest>();
        for (double exponent : new double[] {0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 2.5}) {
            for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT32}) {
                if (!type.isFloating() && (exponent < 0 || exponent != Math.rint(exponent))) {
                    continue;
                }
                var kernel =
                        Kernel.of(
                                new Expr.Binary(BinaryOp.POW, new Expr.Input(0, type), Exprs.constant(type, exponent)));
                tests.add(DynamicTest.dynamicTest(exponent + " " + type, () -> check(kernel, type)));
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> casts() {
        var tests = new ArrayList<DynamicTest>();
        for (var from : DType.values()) {
            for (var to : DType.values()) {
                var kernel = Kernel.of(new Expr.Cast(to, new Expr.Input(0, from)));
                tests.add(DynamicTest.dynamicTest(from + " to " + to, () -> check(kernel, from)));
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> selects() {
        var tests = new ArrayList<DynamicTest>();
        for (var type : DType.values()) {
            var kernel =
                    Kernel.of(
                            new Expr.Select(
                                    new Expr.Input(0, DType.BOOL), new Expr.Input(1, type), new Expr.Input(2, type)));
            tests.add(DynamicTest.dynamicTest("" + type, () -> check(kernel, DType.BOOL, type, type)));
        }
        return tests;
    }

    private void check(Kernel kernel, DType... types) {
        var random = new Random(kernel.toString().hashCode());
        try (var arena = Arena.ofConfined()) {
            for (var values : Values.values()) {
                if (values == Values.EXTREME && isRoot(kernel.body())) {
                    continue;
                }
                for (long n : new long[] {1, 7, 16, 83, 1000}) {
                    var in = new Operand[types.length];
                    for (int i = 0; i < in.length; i++) {
                        in[i] = Operands.random(arena, types[i], new long[] {n}, Layout.CONTIGUOUS, values, random);
                    }
                    var out = new Spec[] {Spec.of(kernel.outputType(0), n)};
                    for (var mode : List.of(Tiered.Mode.VECTOR, Tiered.Mode.PLAIN)) {
                        Tiered.mode = mode;
                        assertTrue(Oracle.compare(cpu, new Pointwise(kernel), in, out, tolerance(kernel.body())));
                    }
                }
            }
        }
    }

    @TestFactory
    List<DynamicTest> scalarAndVectorCodeHaveTheSameBits() {
        var tests = new ArrayList<DynamicTest>();
        for (var op : UnaryOp.values()) {
            if (op != UnaryOp.NOT) {
                var kernel = Kernel.of(new Expr.Unary(op, new Expr.Input(0, DType.FLOAT32)));
                tests.add(DynamicTest.dynamicTest("" + op, () -> checkBits(kernel)));
            }
        }
        for (var op : List.of(BinaryOp.POW, BinaryOp.REMAINDER, BinaryOp.FLOOR_DIV, BinaryOp.MAX)) {
            var kernel =
                    Kernel.of(new Expr.Binary(op, new Expr.Input(0, DType.FLOAT32), new Expr.Input(1, DType.FLOAT32)));
            tests.add(DynamicTest.dynamicTest("" + op, () -> checkBits(kernel)));
        }
        return tests;
    }

    /** Some numbers of each exponent and both signs, and those around which the result becomes 1. */
    @Test
    void erfIsWithinTwoUlpForEveryExponent() {
        int mantissas = 64;
        var x = new double[512 * mantissas + 4096];
        for (int i = 0; i < 512 * mantissas; i++) {
            x[i] = Float.intBitsToFloat(i / mantissas << 23 | i % mantissas * 0x20001);
        }
        for (int i = 0; i < 4096; i++) {
            x[512 * mantissas + i] = 3.5 + i / 8192.0;
        }
        var kernel = Kernel.of(new Expr.Unary(UnaryOp.ERF, new Expr.Input(0, DType.FLOAT32)));
        try (var arena = Arena.ofConfined()) {
            var in = new Operand[] {Operands.of(arena, DType.FLOAT32, new long[] {x.length}, x)};
            var out = new Spec[] {Spec.of(DType.FLOAT32, x.length)};
            for (var mode : List.of(Tiered.Mode.VECTOR, Tiered.Mode.PLAIN)) {
                Tiered.mode = mode;
                assertTrue(Oracle.compare(cpu, new Pointwise(kernel), in, out, new Tolerance(1.6e-7, Float.MIN_VALUE)));
            }
        }
    }

    private void checkBits(Kernel kernel) {
        try (var arena = Arena.ofConfined()) {
            for (var values : Values.values()) {
                long[] shape = {4000};
                var in = new Operand[kernel.inputCount()];
                for (int i = 0; i < in.length; i++) {
                    in[i] = Operands.random(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS, values, new Random(i));
                }
                var out = Operands.allocate(arena, Spec.of(kernel.outputType(0), shape));
                Tiered.mode = Tiered.Mode.VECTOR;
                cpu.run(new Pointwise(kernel), in, new Operand[] {out});
                double[] vector = Operands.toArray(out);
                Tiered.mode = Tiered.Mode.PLAIN;
                cpu.run(new Pointwise(kernel), in, new Operand[] {out});
                assertArrayEquals(vector, Operands.toArray(out));
            }
        }
    }

    /** PyTorch computes these powers as (reciprocal) square roots; C's pow differs for -0 and -infinity. */
    private static boolean isRoot(Expr e) {
        return e instanceof Expr.Binary(BinaryOp op, Expr x, Expr.Const c)
                && op == BinaryOp.POW
                && Math.abs(c.asDouble()) == 0.5;
    }

    /** Operations that round once must be exact; approximations are within a few ulp. */
    private static Tolerance tolerance(Expr e) {
        boolean exact =
                switch (e) {
                    case Expr.Unary u ->
                            u.op().compareTo(UnaryOp.RECIPROCAL) <= 0 && u.op() != UnaryOp.RSQRT
                                    || u.op() == UnaryOp.NOT
                                    || u.op() == UnaryOp.IS_NAN;
                    case Expr.Binary b ->
                            b.op() != BinaryOp.POW && b.op() != BinaryOp.ATAN2 && b.op() != BinaryOp.HYPOT;
                    default -> true;
                };
        if (exact) {
            return Tolerance.EXACT;
        }
        return switch (e.type()) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-14);
            case BFLOAT16 -> new Tolerance(0x1p-7, 1e-38);
            case FLOAT16 -> new Tolerance(0x1p-10, 1e-7);
            default -> new Tolerance(4e-7, 1e-43);
        };
    }
}
