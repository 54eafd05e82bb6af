package fathom.cpu.indexing;

import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.RandomBits;
import java.lang.foreign.Arena;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Random bits numbered by place: SplitMix64's finaliser of the key and the element's row-major number. */
public final class RandomNumbers {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long FIRST = 0xBF58476D1CE4E5B9L;
    private static final long SECOND = 0x94D049BB133111EBL;

    /** The bits of a number that decide. */
    private static final long DIGITS = ((1L << RandomBits.DIGITS) - 1) << 32;

    /** Elements of a chunk of a parallel loop; whole groups. */
    private static final long GRAIN = 1 << 14;

    /** Bools that are written at a time. */
    private static final int GROUP = 8;

    /** One bit at the bottom of each byte. */
    private static final long BYTES = 0x0101010101010101L;

    private static final int EXERCISE = 256;
    private static final long COMPILED = 10 * EXERCISE;
    private static final WarmUp VECTORS = new WarmUp(50_000, RandomNumbers::exercise);

    private RandomNumbers() {}

    /** Writes random bits, or what is decided by them. */
    public static void write(RandomBits p, Operand out) {
        if (!Layouts.isContiguous(out.shape(), out.strides())) {
            scattered(p, out);
            return;
        }
        long key = p.key();
        long address = out.address();
        Parallel.forRange(
                out.numel(),
                GRAIN,
                (from, to) -> {
                    switch (out.dtype()) {
                        case BOOL -> bools(key, p.threshold(), address, from, to);
                        case INT32 -> ints(key, address, from, to);
                        default -> longs(key, address, from, to);
                    }
                });
    }

    private static void scattered(RandomBits p, Operand out) {
        long[] number = {0};
        new Lines(out.shape(), -1, out)
                .forEach(at -> {
                    long z = mix(p.key() + ++number[0] * GOLDEN);
                    long value =
                            switch (out.dtype()) {
                                case BOOL -> decide(z, p.threshold());
                                case INT32 -> z >>> 32;
                                default -> z;
                            };
                    Cells.set(out.dtype(), at[0], value);
                });
    }

    private static void longs(long key, long address, long from, long to) {
        for (long i = from; i < to; i++) {
            Mem.i64(address + i * 8, mix(key + (i + 1) * GOLDEN));
        }
    }

    private static void ints(long key, long address, long from, long to) {
        for (long i = from; i < to; i++) {
            Mem.i32(address + i * 4, (int) (mix(key + (i + 1) * GOLDEN) >>> 32));
        }
    }

    private static void bools(long key, int threshold, long address, long from, long to) {
        long whole = to;
        if (VECTORS.isDone(to - from)) {
            whole = from + ((to - from) & -GROUP);
            VectorBools.write(key, threshold, address, from, whole);
            from = whole;
        }
        for (long i = from; i < to; i++) {
            Mem.i8(address + i, decide(mix(key + (i + 1) * GOLDEN), threshold));
        }
    }

    private static int decide(long z, int threshold) {
        return (z & DIGITS) >= (long) threshold << 32 ? 1 : 0;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * FIRST;
        z = (z ^ (z >>> 27)) * SECOND;
        return z ^ (z >>> 31);
    }

    private static boolean exercise() {
        try (var arena = Arena.ofConfined()) {
            long address = arena.allocate(EXERCISE).address();
            return WarmUp.untilFast(
                    COMPILED,
                    () -> {
                        for (int i = 0; i < 50; i++) {
                            VectorBools.write(i, 1 << 23, address, 0, 2 * GROUP);
                        }
                    },
                    () -> VectorBools.write(1, 1 << 23, address, 0, EXERCISE));
        }
    }

    /** The vector code, apart from the rest, which runs without the Vector API too. */
    private static final class VectorBools {
        private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;

        /** How far the lanes of a vector are apart from its first. */
        private static final LongVector STEPS =
                (LongVector) SPECIES.vectorType().cast(LongVector.zero(SPECIES).addIndex(1).mul(GOLDEN));

        /** Eight bools at a time: the compiler makes no vectors of a loop that reads longs and writes bytes. */
        static void write(long key, int threshold, long address, long from, long to) {
            long least = (long) threshold << 32;
            for (long i = from; i < to; i += GROUP) {
                long bits = 0;
                for (int lane = 0; lane < GROUP; lane += SPECIES.length()) {
                    var z = LongVector.broadcast(SPECIES, key + (i + lane + 1) * GOLDEN).add(STEPS);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30)).mul(FIRST);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27)).mul(SECOND);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31)).and(DIGITS);
                    bits |= z.compare(VectorOperators.GE, least).toLong() << lane;
                }
                Mem.i64(address + i, Long.expand(bits, BYTES));
            }
        }
    }
}
