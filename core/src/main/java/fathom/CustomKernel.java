package fathom;

import fathom.memory.Allocator;
import fathom.memory.Native;
import fathom.memory.Transfers;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.Tape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An operation computed by user code on raw memory: for cases that neither an expression ({@link PointwiseFunction})
 * nor a composition of operations can cover.
 *
 * {@snippet :
 * // the parity of the bits of each element
 * static final CustomKernel PARITY = new CustomKernel() {
 *     @Override
 *     protected Spec[] infer(Spec... in) {
 *         return new Spec[] {new Spec(INT64, in[0].shape())};
 *     }
 *
 *     @Override
 *     protected void compute(Buffer[] in, Buffer[] out) {
 *         for (long i = 0; i < in[0].shape().numel(); i++) {
 *             long bits = in[0].memory().getAtIndex(JAVA_LONG, i);
 *             out[0].memory().setAtIndex(JAVA_LONG, i, Long.bitCount(bits) & 1);
 *         }
 *     }
 * };
 *
 * Tensor y = PARITY.apply(tensor(1L, 2, 3));
 * }
 *
 * It is not differentiable; wrap it in an {@link AutogradFunction} that calls it in {@code forward} to define a
 * gradient. Captured steps run {@link #compute} at each replay; they compare kernels by {@code equals}, so a kernel
 * with parameters should be a record, or stored in a constant. On {@link Device#META} only {@link #infer} is called.
 */
public abstract class CustomKernel {
    /**
     * The type and shape of a tensor.
     *
     * @param dtype the element type
     * @param shape the shape
     */
    public record Spec(DType dtype, Shape shape) {}

    /**
     * The memory of a tensor, in row-major order, in the machine's byte order, valid until {@link #compute} returns.
     *
     * @param dtype the element type
     * @param shape the shape
     * @param memory the elements; read-only for inputs
     */
    public record Buffer(DType dtype, Shape shape, MemorySegment memory) {}

    /**
     * {@return the types and shapes of the results}
     *
     * @throws IllegalArgumentException if the inputs do not match
     */
    protected abstract Spec[] infer(Spec... inputs);

    /**
     * Computes the results; must write every element.
     *
     * @param inputs the operands
     * @param outputs the memory of the results, as specified by {@link #infer}
     */
    protected abstract void compute(Buffer[] inputs, Buffer[] outputs);

    /** {@return the first result} */
    public final Tensor apply(Tensor... inputs) {
        return applyAll(inputs)[0];
    }

    /** {@return all results} */
    public final Tensor[] applyAll(Tensor... inputs) {
        var contiguous = new Tensor[inputs.length];
        Arrays.setAll(contiguous, i -> inputs[i].contiguous());
        return Dispatch.apply(new Applied(this), contiguous);
    }

    /** A kernel as a primitive. */
    record Applied(CustomKernel kernel) implements Computed {
        @Override
        public String name() {
            return kernel.getClass().getSimpleName();
        }

        @Override
        public fathom.primitive.Spec[] infer(fathom.primitive.Spec... inputs) {
            var in = new Spec[inputs.length];
            Arrays.setAll(in, i -> new Spec(inputs[i].dtype(), new Shape(inputs[i].shape())));
            Spec[] out = kernel.infer(in);
            if (out.length == 0) {
                throw new IllegalStateException(name() + ": infer returned no result");
            }
            var outputs = new fathom.primitive.Spec[out.length];
            Arrays.setAll(outputs, i -> fathom.primitive.Spec.of(out[i].dtype, out[i].shape.dims()));
            return outputs;
        }

        @Override
        public boolean isDifferentiable() {
            return false;
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            throw new IllegalStateException(name() + " has no gradient; wrap it in an AutogradFunction");
        }
    }

    /**
     * Runs user kernels, which compute on the host: on copies if the host cannot address the device's memory.
     *
     * @param memory the device's allocator
     */
    record Runner(Allocator memory) implements Backend {
        @Override
        public String name() {
            return "custom";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public String status() {
            return "user kernels";
        }

        @Override
        public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            return primitive instanceof Applied;
        }

        @Override
        public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            if (!(primitive instanceof Applied(CustomKernel kernel))) {
                throw new IllegalArgumentException("not a user kernel: " + primitive);
            }
            if (memory.isHostAddressable()) {
                kernel.compute(buffers(inputs, true), buffers(outputs, false));
                return;
            }
            try (Arena arena = Arena.ofConfined()) {
                Operand[] in = onHost(arena, inputs);
                Operand[] out = onHost(arena, outputs);
                for (int i = 0; i < in.length; i++) {
                    Transfers.toHost(memory, inputs[i].address(), Native.at(in[i].address(), bytes(in[i])));
                }
                kernel.compute(buffers(in, true), buffers(out, false));
                for (int i = 0; i < out.length; i++) {
                    Transfers.fromHost(Native.at(out[i].address(), bytes(out[i])), memory, outputs[i].address());
                }
            }
        }

        private static Operand[] onHost(Arena arena, Operand[] operands) {
            var there = new Operand[operands.length];
            for (int i = 0; i < there.length; i++) {
                Operand o = operands[i];
                there[i] =
                        new Operand(
                                o.dtype(), arena.allocate(Math.max(1, bytes(o)), 64).address(), o.shape(), o.strides());
            }
            return there;
        }
    }

    private static long bytes(Operand o) {
        return o.numel() * o.dtype().size();
    }

    private static Buffer[] buffers(Operand[] operands, boolean readOnly) {
        var buffers = new Buffer[operands.length];
        for (int i = 0; i < buffers.length; i++) {
            Operand o = operands[i];
            if (!fathom.primitive.Layouts.isContiguous(o.shape(), o.strides())) {
                throw new IllegalStateException(
                        String.format(Locale.ROOT, "operand %d of a kernel is not contiguous", i));
            }
            long bytes = bytes(o);
            MemorySegment memory = bytes == 0 ? MemorySegment.NULL : Native.at(o.address(), bytes);
            buffers[i] = new Buffer(o.dtype(), new Shape(o.shape()), readOnly ? memory.asReadOnly() : memory);
        }
        return buffers;
    }
}
