package fathom.cpu.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Spec;
import fathom.primitive.indexing.Gather;
import fathom.testkit.Operands;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operands of more than 2^31 elements: expanded ones, and ones mapped to a sparse file. */
class HugeTest {
    private static final long ROW_STRIDE = (1L << 31) + 11; // in elements

    private final CpuBackend cpu = new CpuBackend();

    @TempDir Path folder;

    @AfterEach
    void restore() {
        Tiered.mode = Tiered.Mode.AUTO;
    }

    @Test
    void sumOfMoreThan2To31Elements() {
        Tiered.mode = Tiered.Mode.VECTOR;
        long n = (1L << 31) + 7;
        try (var arena = Arena.ofConfined()) {
            var one = Operands.of(arena, DType.INT64, new long[] {1}, 3);
            var many = new Operand(DType.INT64, one.address(), new long[] {n}, new long[] {0});
            var sum = Operands.allocate(arena, Spec.of(DType.INT64, 1));
            var reduce = new Reduce(ReduceOp.SUM, Kernel.of(Exprs.input(0, DType.INT64)), new Number[0], new int[] {0});
            cpu.run(reduce, new Operand[] {many}, new Operand[] {sum});
            assertThat(Operands.toArray(sum)).containsExactly(3.0 * n);
        }
    }

    @Test
    void rowStridesBeyondIntRange() throws IOException {
        var file = folder.resolve("sparse");
        try (var arena = Arena.ofConfined();
                var channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.SPARSE)) {
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, (ROW_STRIDE + 100) * 4, arena);
            for (int i = 0; i < 100; i++) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
                memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, ROW_STRIDE + i, 1000 + i);
            }
            var x = new Operand(DType.FLOAT32, memory.address(), new long[] {2, 50}, new long[] {ROW_STRIDE, 2});
            var y = Operands.allocate(arena, Spec.of(DType.FLOAT32, 2, 50));
            var twice = Kernel.of(Exprs.add(Exprs.input(0, DType.FLOAT32), Exprs.input(0, DType.FLOAT32)));
            cpu.run(new Pointwise(twice), new Operand[] {x}, new Operand[] {y});
            assertThat(Operands.toArray(y)).startsWith(0, 4, 8).endsWith(2192, 2196);

            cpu.run(new Pointwise(twice), new Operand[] {y}, new Operand[] {x});
            assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, ROW_STRIDE + 98)).isEqualTo(4392);
            assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, ROW_STRIDE + 99)).isEqualTo(1099);

            var index = Operands.of(arena, DType.INT64, new long[] {1, 3}, 1, 0, 1);
            var picked = Operands.allocate(arena, Spec.of(DType.FLOAT32, 1, 3));
            cpu.run(new Gather(0), new Operand[] {x, index}, new Operand[] {picked});
            assertThat(Operands.toArray(picked)).containsExactly(4000, 8, 4016);
        }
    }
}
