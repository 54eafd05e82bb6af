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

/** A counter-based random generator: SplitMix64's finaliser applied to the key and the element's row-major index. */
public final class RandomNumbers {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long FIRST = 0xBF58476D1CE4E5B9L;
    private static final long SECOND = 0x94D049BB133111EBL;

    /** The bits of a number that are compared with the threshold. */
    private static final long DIGITS = ((1L << RandomBits.DIGITS) - 1) << 32;

    /** Elements per chunk of the parallel loop, a multiple of {@link #GROUP}. */
    private static final long GRAIN = 1 << 14;

    /** Bools written at a time. */
    private static final int GROUP = 8;

    /** The lowest bit of each byte. */
    private static final long LOW_BITS = 0x0101010101010101L;

    private static final int WARM_UP_ELEMENTS = 256;
    private static final long COMPILED_NANOS = 10 * WARM_UP_ELEMENTS;
    private static final WarmUp VECTORS = new WarmUp(50_000, RandomNumbers::exercise);

    private RandomNumbers() {}

    /** Writes random bits, or bools drawn with them. */
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
            long address = arena.allocate(WARM_UP_ELEMENTS).address();
            return WarmUp.untilFast(
                    COMPILED_NANOS,
                    () -> {
                        for (int i = 0; i < 50; i++) {
                            VectorBools.write(i, 1 << 23, address, 0, 2 * GROUP);
                        }
                    },
                    () -> VectorBools.write(1, 1 << 23, address, 0, WARM_UP_ELEMENTS));
        }
    }

    /** The vector code, in a class of its own because the Vector API may be missing. */
    private static final class VectorBools {
        private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;

        /** The increment of each lane relative to the first. */
        private static final LongVector LANE_STEPS =
                (LongVector) SPECIES.vectorType().cast(LongVector.zero(SPECIES).addIndex(1).mul(GOLDEN));

        /** Writes eight bools at a time: C2 does not vectorise a loop that computes longs and writes bytes. */
        static void write(long key, int threshold, long address, long from, long to) {
            long limit = (long) threshold << 32;
            for (long i = from; i < to; i += GROUP) {
                long bits = 0;
                for (int lane = 0; lane < GROUP; lane += SPECIES.length()) {
                    var z = LongVector.broadcast(SPECIES, key + (i + lane + 1) * GOLDEN).add(LANE_STEPS);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30)).mul(FIRST);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27)).mul(SECOND);
                    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31)).and(DIGITS);
                    bits |= z.compare(VectorOperators.GE, limit).toLong() << lane;
                }
                Mem.i64(address + i, Long.expand(bits, LOW_BITS));
            }
        }
    }
}
