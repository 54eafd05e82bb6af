package fathom.dispatch;

import fathom.Shape;
import fathom.backend.ComputeBackend;
import fathom.backend.KernelOperand;
import fathom.backend.OperandLayout;
import fathom.backend.Operation;
import fathom.memory.Native;
import fathom.primitive.Backend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ComputeBackend} as the dispatcher sees it.
 *
 * @param backend the user's
 * @param isHostAddressable whether the host may read and write the memory of the device
 */
public record UserBackend(ComputeBackend backend, boolean isHostAddressable) implements Backend {
    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public int priority() {
        return 1; // an accelerator, which fathom.accelerator=none leaves out
    }

    @Override
    public String deviceType() {
        return backend.deviceType();
    }

    @Override
    public boolean isAvailable() {
        return backend.isAvailable();
    }

    @Override
    public String status() {
        return backend.status();
    }

    /** {@return this for a device with such memory} */
    public UserBackend on(boolean hostAddressable) {
        return new UserBackend(backend, hostAddressable);
    }

    /** {@return the backend's cost; infinite of what is not open to users} */
    public double cost(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Operation operation = operation(primitive);
        if (operation == null) {
            return ComputeBackend.NOT_SUPPORTED;
        }
        double cost = backend.cost(operation, layouts(inputs), layouts(outputs));
        return Double.isNaN(cost) ? ComputeBackend.NOT_SUPPORTED : cost;
    }

    /** {@return the backend of the least cost below a bound, if there is one; of equal ones the first} */
    public static @Nullable UserBackend cheapest(
            UserBackend[] backends, Primitive primitive, Operand[] inputs, Operand[] outputs, double bound) {
        UserBackend best = null;
        double least = bound;
        for (UserBackend b : backends) {
            double cost = b.cost(primitive, inputs, outputs);
            if (cost < least) {
                least = cost;
                best = b;
            }
        }
        return best;
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return cost(primitive, inputs, outputs) < Double.POSITIVE_INFINITY;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        bind(primitive, inputs, outputs).run();
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Operation operation = operation(primitive);
        if (operation == null) {
            throw new IllegalArgumentException("not open to backends of users: " + primitive);
        }
        List<KernelOperand> in = operands(inputs, true);
        List<KernelOperand> out = operands(outputs, false);
        return () -> backend.compute(operation, in, out);
    }

    private static @Nullable Operation operation(Primitive primitive) {
        return switch (primitive) {
            case MatMul p -> new Operation.MatrixProduct(p.bias());
            case Pointwise p -> new Operation.Elementwise(p.kernel(), scalars(p.scalars()));
            case Reduce p -> new Operation.Reduction(p.op(), p.map(), scalars(p.scalars()), dims(p.dims()));
            case Rowwise p -> new Operation.RowFunction(p.program(), scalars(p.scalars()), dims(p.dims()));
            default -> null;
        };
    }

    /** A view: a replay puts new numbers into the array. */
    private static List<Number> scalars(Number[] scalars) {
        return Collections.unmodifiableList(Arrays.asList(scalars));
    }

    private static List<Integer> dims(int[] dims) {
        return IntStream.of(dims).boxed().toList();
    }

    private static OperandLayout layout(Operand o) {
        return new OperandLayout(o.dtype(), Shape.of(o.shape()), LongStream.of(o.strides()).boxed().toList());
    }

    private static List<OperandLayout> layouts(Operand[] operands) {
        return Arrays.stream(operands).map(UserBackend::layout).toList();
    }

    private List<KernelOperand> operands(Operand[] operands, boolean readOnly) {
        return Arrays.stream(operands).map(o -> operand(o, readOnly)).toList();
    }

    private KernelOperand operand(Operand o, boolean readOnly) {
        if (!isHostAddressable) {
            return new KernelOperand(layout(o), MemorySegment.ofAddress(o.address()), 0);
        }
        if (o.numel() == 0) {
            return new KernelOperand(layout(o), MemorySegment.NULL, 0);
        }
        long least = 0;
        long greatest = 0;
        for (int d = 0; d < o.rank(); d++) {
            long last = (o.shape()[d] - 1) * o.strides()[d];
            least += Math.min(0, last);
            greatest += Math.max(0, last);
        }
        long size = o.dtype().size();
        MemorySegment memory = Native.at(o.address() + least * size, (greatest - least + 1) * size);
        return new KernelOperand(layout(o), readOnly ? memory.asReadOnly() : memory, -least);
    }
}
