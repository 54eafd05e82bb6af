package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Mem;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Generated code that starts in scalar code and switches to vector code once that is compiled. Both produce the same
 * bits, so the switch is not observable. Vector code that the compiler does not make fast is never used.
 */
final class Tiered implements Code {
    /** The code to run; set by tests. */
    enum Mode {
        AUTO,
        VECTOR,
        PLAIN
    }

    static volatile Mode mode = WarmUp.EAGER ? Mode.VECTOR : Mode.AUTO;

    /** Estimated nanoseconds of vector work after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 20_000;

    /**
     * Upper bound of the probe's time once compiled: compiled code takes a third of it even on a slow machine,
     * interpreted code thirty times as long.
     */
    private static final long FAST_NANOS = 1_000;

    /** Minimum number of elements of a timed call. */
    private static final long MIN_TIMED = 512;

    /** A call this many times slower than estimated is suspicious; several in a row mean deoptimised code. */
    private static final double SLOW_FACTOR = 20;

    private static final long SLOW_NANOS = 100_000;
    private static final int MAX_SLOW = 4;

    /** Length of a row with unrolled vectors, single vectors and a tail, for any vector size. */
    private static final int WARM_UP_ROW = 219;

    /** Elements of the probe, some microseconds of interpreted vector code. */
    private static final int PROBE_ELEMENTS = 16;

    private final Code code;
    private final DType[] types;
    private final int scalars;
    private final double cost;
    private final WarmUp warmUp;
    private volatile boolean ready;
    private int slow; // consecutive slow calls; benign data race

    /**
     * @param code the generated code
     * @param types the types of its operands
     * @param scalars the number of its scalars
     * @param cost estimated nanoseconds per element of compiled code
     */
    Tiered(Code code, DType[] types, int scalars, double cost) {
        this.code = code;
        this.types = types;
        this.scalars = scalars;
        this.cost = cost;
        this.ready = !code.isVector();
        this.warmUp = new WarmUp(WARM_UP_THRESHOLD, this::exercise);
    }

    @Override
    public void run(long[] parameters) {
        if (mode == Mode.AUTO ? ready : mode == Mode.VECTOR) {
            long elements = parameters[Parameters.N] * parameters[Parameters.ROWS];
            if (elements < MIN_TIMED || mode == Mode.VECTOR) {
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
     * Detects deoptimised vector code, which would run in the interpreter: the scalar code takes over until the vector
     * code is compiled again.
     */
    private void watch(long elements, long nanos) {
        if (nanos <= SLOW_NANOS + (long) (SLOW_FACTOR * cost * elements)) {
            slow = 0;
        } else if (code.isVector() && ++slow >= MAX_SLOW) {
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
     * Calls the code on synthetic data until it is fast; full rows, tails and short rows cover every branch in the
     * profile.
     */
    private boolean exercise() {
        int maxElements = 24 * 64; // 24 vectors of bytes in the widest case, more of other types
        try (var arena = Arena.ofConfined()) {
            var block = new long[Parameters.length(types.length, scalars)];
            block[Parameters.SCRATCH] = arena.allocate(Parameters.SCRATCH_BYTES, 64).address();
            for (int k = 0; k < types.length; k++) {
                long address = arena.allocate(maxElements * 8L, 64).address();
                fill(types[k], address, maxElements);
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
                                call(block, WARM_UP_ROW, 2);
                                call(block, 5, 1);
                                call(block, n, 1);
                            },
                            () -> call(block, PROBE_ELEMENTS, 1),
                            FAST_NANOS + (long) (8 * cost * PROBE_ELEMENTS));
            return ready;
        }
    }

    private void call(long[] block, long n, long rows) {
        block[Parameters.N] = n;
        block[Parameters.ROWS] = rows;
        code.run(block);
    }

    /** Fills with ordinary numbers and, at the end of longer rows, with special cases of functions. */
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
