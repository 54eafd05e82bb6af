package fathom.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.cpu.memory.Memory;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies by the JVM's memory copy: lengths that are not a multiple of a chunk, with any input as source. */
class DenseCopyTest {
    private static final Kernel SECOND = Kernel.of(new Expr.Input(1, DType.FLOAT32));

    @ParameterizedTest
    @ValueSource(longs = {4097, (1 << 20) / 4 + 5, (34L << 20) / 4 + 5})
    void exactlyAllElementsAreCopied(long n) {
        try (var arena = Arena.ofConfined()) {
            var in = operand(arena.allocate(n * Float.BYTES, 64), n);
            var out = operand(arena.allocate((n + 1) * Float.BYTES, 64), n);
            for (long i = 0; i < n; i++) {
                Memory.setFloat(in.address() + i * Float.BYTES, i);
            }
            Memory.setFloat(out.address() + n * Float.BYTES, -1);
            var cpu = new CpuBackend();
            cpu.run(new Pointwise(SECOND), new Operand[] {out, in}, new Operand[] {out});
            assertCopied(n, out, 0);

            Runnable again = cpu.bind(new Pointwise(SECOND), new Operand[] {out, in}, new Operand[] {out});
            Memory.setFloat(in.address(), 7);
            again.run();
            assertCopied(n, out, 7);
        }
    }

    @Test
    void nanBitsArePreserved() {
        long n = 5000;
        try (var arena = Arena.ofConfined()) {
            var in = arena.allocate(n * Integer.BYTES, 64);
            var out = arena.allocate(n * Integer.BYTES, 64);
            for (long i = 0; i < n; i++) {
                in.setAtIndex(ValueLayout.JAVA_INT, i, 0xff80_0001 + (int) i);
            }
            var target = new Operand[] {operand(out, n)};
            new CpuBackend().run(new Pointwise(SECOND), new Operand[] {target[0], operand(in, n)}, target);
            assertEquals(-1, in.mismatch(out));
        }
    }

    private static Operand operand(MemorySegment memory, long n) {
        return new Operand(DType.FLOAT32, memory.address(), new long[] {n}, new long[] {1});
    }

    private static void assertCopied(long n, Operand out, float first) {
        for (long i = 0; i < n; i++) {
            assertEquals(i == 0 ? first : (float) i, Memory.getFloat(out.address() + i * Float.BYTES));
        }
        assertEquals(-1, Memory.getFloat(out.address() + n * Float.BYTES));
    }
}
