package fathom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.backend.ComputeBackend;
import fathom.backend.KernelOperand;
import fathom.backend.OperandLayout;
import fathom.backend.Operation;
import fathom.dispatch.UserBackend;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.RandomBits;
import fathom.primitive.Reduce;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a backend of a user's is shown, and when it is chosen. */
class UserBackendTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    /** Remembers what it was shown. */
    private static final class Seen implements ComputeBackend {
        private final double cost;
        private Operation operation = new Operation.MatrixProduct(false);
        private List<KernelOperand> in = List.of();
        private List<KernelOperand> out = List.of();

        Seen(double cost) {
            this.cost = cost;
        }

        @Override
        public String name() {
            return "seen " + cost;
        }

        @Override
        public double cost(Operation o, List<OperandLayout> inputs, List<OperandLayout> outputs) {
            return cost;
        }

        @Override
        public void compute(Operation o, List<KernelOperand> inputs, List<KernelOperand> outputs) {
            operation = o;
            in = inputs;
            out = outputs;
        }
    }

    private MemorySegment floats(float... values) {
        return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
    }

    private static Operand operand(MemorySegment memory, long first, long[] shape, long... strides) {
        return new Operand(DType.FLOAT32, memory.address() + 4 * first, shape, strides);
    }

    private static long[] dims(long... dims) {
        return dims;
    }

    @Test
    void operandsAreShownAsTheyLie() {
        MemorySegment x = floats(0, 1, 2, 3, 4, 5);
        MemorySegment y = floats(0, 0, 0, 0, 0, 0);
        var seen = new Seen(0.5);
        // backwards in both dimensions, and a row that is broadcast
        Operand[] in = {operand(x, 5, dims(2, 3), -3, -1), operand(x, 0, dims(2, 3), 0, 1)};
        Operand[] out = {operand(y, 0, dims(2, 3), 3, 1)};
        Number[] scalars = {2.5f};
        Kernel kernel =
                Kernel.of(
                        Exprs.input(0, DType.FLOAT32)
                                .mul(Exprs.input(1, DType.FLOAT32))
                                .add(Exprs.scalar(0, DType.FLOAT32)));
        Runnable bound = new UserBackend(seen, true).bind(new Pointwise(kernel, scalars, false), in, out);
        scalars[0] = 7f; // as a replay does
        bound.run();
        assertThat(seen.operation).isEqualTo(new Operation.Elementwise(kernel, List.of(7f)));
        KernelOperand a = seen.in.get(0);
        KernelOperand b = seen.in.get(1);
        KernelOperand c = seen.out.getFirst();
        assertThat(a.memory().byteSize()).isEqualTo(6 * 4);
        assertThat(a.start()).isEqualTo(5);
        assertThat(b.memory().byteSize()).isEqualTo(3 * 4);
        for (long i = 0; i < 2; i++) {
            for (long j = 0; j < 3; j++) {
                assertThat(a.getFloat(i, j)).isEqualTo(5f - 3 * i - j);
                assertThat(b.getFloat(i, j)).isEqualTo((float) j);
                c.setFloat(10 * i + j, i, j);
            }
        }
        assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(0, 1, 2, 10, 11, 12);
        assertThat(a.layout().isContiguous()).isFalse();
        assertThat(b.layout().isContiguous()).isFalse();
        assertThat(c.layout().isContiguous()).isTrue();
        // inputs are not written, and nothing beyond an operand is reached
        assertThatThrownBy(() -> a.setFloat(1, 0, 0)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> c.setFloat(1, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> c.getFloat(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> c.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nothingAndSingleNumbersAreOperandsToo() {
        MemorySegment y = floats(0);
        var seen = new Seen(0.5);
        var map = Kernel.of(Exprs.input(0, DType.FLOAT32));
        Operand[] in = {operand(y, 0, dims(0, 4), 4, 1)};
        Operand[] out = {operand(y, 0, dims())};
        new UserBackend(seen, true).run(new Reduce(ReduceOp.SUM, map, new Number[0], new int[] {0, 1}), in, out);
        assertThat(seen.operation).isEqualTo(new Operation.Reduction(ReduceOp.SUM, map, List.of(), List.of(0, 1)));
        assertThat(seen.in.getFirst().layout().numel()).isZero();
        assertThat(seen.in.getFirst().memory().byteSize()).isZero();
        seen.out.getFirst().setFloat(3);
        assertThat(y.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(3);
    }

    @Test
    void memoryThatTheHostCannotAddressIsNotReached() {
        MemorySegment x = floats(1, 2, 3, 4);
        var seen = new Seen(0.5);
        Operand[] in = {operand(x, 0, dims(2, 2), 2, 1), operand(x, 0, dims(2, 2), 2, 1)};
        new UserBackend(seen, false).run(new MatMul(false), in, new Operand[] {in[0]});
        assertThat(seen.in.getFirst().memory().address()).isEqualTo(x.address());
        assertThatThrownBy(() -> seen.in.getFirst().getFloat(0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theCheapestComputes() {
        MemorySegment x = floats(1, 2, 3, 4);
        Operand[] in = {operand(x, 0, dims(2, 2), 2, 1), operand(x, 0, dims(2, 2), 2, 1)};
        Operand[] out = {in[0]};
        var product = new MatMul(false);
        assertThat(chosen(product, in, out, 1, 0.9, 0.4, 0.4, 0.6)).isEqualTo("seen 0.4");
        assertThat(chosen(product, in, out, 1, 1, Double.NaN, ComputeBackend.NOT_SUPPORTED)).isEqualTo("none");
        assertThat(chosen(product, in, out, ComputeBackend.NOT_SUPPORTED, 3, 2, Double.NaN)).isEqualTo("seen 2.0");
        assertThat(chosen(product, in, out, ComputeBackend.NOT_SUPPORTED, ComputeBackend.NOT_SUPPORTED))
                .isEqualTo("none");
        // what is not open is not asked for
        assertThat(chosen(new RandomBits(1, DType.FLOAT32, dims(4), 0), in, out, ComputeBackend.NOT_SUPPORTED, 0.1))
                .isEqualTo("none");
    }

    private static String chosen(Primitive p, Operand[] in, Operand[] out, double bound, double... costs) {
        var backends = new UserBackend[costs.length];
        for (int i = 0; i < costs.length; i++) {
            backends[i] = new UserBackend(new Seen(costs[i]), true);
        }
        UserBackend best = UserBackend.cheapest(backends, p, in, out, bound);
        return best == null ? "none" : best.name();
    }
}
