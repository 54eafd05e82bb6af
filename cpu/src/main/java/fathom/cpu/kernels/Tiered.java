package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Mem;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Generated code that starts plain and goes over to vectors once those are compiled. Both give the same bits, so nobody
 * sees when it happens. Vector code that the compiler does not make fast is never used.
 */
final class Tiered implements Code {
    /** Which code is run; tests choose. */
    enum Mode {
        AUTO,
        VECTOR,
        PLAIN
    }

    static volatile Mode mode = WarmUp.EAGER ? Mode.VECTOR : Mode.AUTO;

    /** Nanoseconds of vector work, as estimated, from which compiling it is worth while. */
    private static final long WORTH_IT = 20_000;

    /**
     * The probe takes a third of this when it is compiled, on a slow machine too, and thirty times this when it is not.
     */
    private static final long FAST_NANOS = 1_000;

    /** Calls on fewer elements are not timed. */
    private static final long WATCHED = 512;

    /** So much slower than estimated is not the machine's doing, when it happens several times in a row. */
    private static final double SLOW = 20;

    private static final long SLOW_NANOS = 100_000;
    private static final int MOST_SLOW = 4;

    /** A row of whole groups of vectors, whole vectors and single elements, whatever the width of vectors. */
    private static final int PARTS = 219;

    /** Elements that uncompiled vector code takes some microseconds for. */
    private static final int PROBE = 16;

    private final Code code;
    private final DType[] types;
    private final int scalars;
    private final double cost;
    private final WarmUp warmUp;
    private volatile boolean ready;
    private int slow; // calls in a row; racy on purpose

    /**
     * @param code what is run
     * @param types the types of its operands
     * @param scalars how many scalars it takes
     * @param cost nanoseconds per element when compiled
     */
    Tiered(Code code, DType[] types, int scalars, double cost) {
        this.code = code;
        this.types = types;
        this.scalars = scalars;
        this.cost = cost;
        this.ready = !code.isVector();
        this.warmUp = new WarmUp(WORTH_IT, this::exercise);
    }

    @Override
    public void run(long[] parameters) {
        if (mode == Mode.AUTO ? ready : mode == Mode.VECTOR) {
            long elements = parameters[Parameters.N] * parameters[Parameters.ROWS];
            if (elements < WATCHED || mode == Mode.VECTOR) {
                code.run(parameters);
                return;
            }
            long begin = System.nanoTime();
            code.run(parameters);
            watch(elements, System.nanoTime() - begin);
            return;
        }
        code.plain(parameters);
        if (mode == Mode.AUTO) {
            warmUp.isDone((long) (parameters[Parameters.N] * parameters[Parameters.ROWS] * cost));
        }
    }

    /**
     * The compiler may throw code away that it compiled, and the interpreter would go on with it: then the plain code
     * takes over until it is compiled again.
     */
    private void watch(long elements, long nanos) {
        if (nanos <= SLOW_NANOS + (long) (SLOW * cost * elements)) {
            slow = 0;
        } else if (code.isVector() && ++slow >= MOST_SLOW) {
            slow = 0;
            ready = false;
            warmUp.again();
        }
    }

    @Override
    public void plain(long[] parameters) {
        code.plain(parameters);
    }

    @Override
    public boolean isVector() {
        return code.isVector();
    }

    /**
     * Calls the code on made-up data, with whole rows, tails and short rows so that the compiler has seen every branch,
     * until it is fast.
     */
    private boolean exercise() {
        int most = 24 * 64; // elements: 24 vectors of bytes in the widest case, more of others
        try (var arena = Arena.ofConfined()) {
            var block = new long[Parameters.length(types.length, scalars)];
            block[Parameters.SCRATCH] = arena.allocate(Parameters.SCRATCH_BYTES, 64).address();
            for (int k = 0; k < types.length; k++) {
                long address = arena.allocate(most * 8L, 64).address();
                fill(types[k], address, most);
                block[Parameters.address(k)] = address;
            }
            var numbers = new Number[scalars];
            Arrays.fill(numbers, 0.5);
            Parameters.putScalars(block, types.length, numbers);

            int n = 24 * 16;
            ready =
                    WarmUp.untilCompiled(
                            () -> call(block, 0, 0),
                            () -> {
                                call(block, PARTS, 2);
                                call(block, 5, 1);
                                call(block, n, 1);
                            },
                            () -> call(block, PROBE, 1),
                            FAST_NANOS + (long) (8 * cost * PROBE));
            return ready;
        }
    }

    private void call(long[] block, long n, long rows) {
        block[Parameters.N] = n;
        block[Parameters.ROWS] = rows;
        code.run(block);
    }

    /** Ordinary numbers, and at the end of the longer rows some that functions treat apart. */
    private static void fill(DType type, long address, int n) {
        for (int i = 0; i < n; i++) {
            double value = i % 384 == 383 ? Double.NaN : i % 384 == 380 ? 1e30 : (i * 37 % 101 - 50) / 16.0;
            int whole = i * 37 % 101 - 50;
            switch (type) {
                case FLOAT32 -> Mem.f32(address + 4L * i, (float) value);
                case FLOAT64 -> Mem.f64(address + 8L * i, value);
                case BFLOAT16 -> Mem.i16(address + 2L * i, Float.floatToRawIntBits((float) value) >>> 16);
                case FLOAT16 -> Mem.i16(address + 2L * i, Float.floatToFloat16((float) value));
                case INT64 -> Mem.i64(address + 8L * i, whole);
                case INT32 -> Mem.i32(address + 4L * i, whole);
                case INT16 -> Mem.i16(address + 2L * i, whole);
                case INT8, UINT8 -> Mem.i8(address + i, whole);
                case BOOL -> Mem.i8(address + i, i % 3 == 0 ? 1 : 0);
            }
        }
    }
}
