package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.AutogradFunction;
import fathom.CustomKernel;
import fathom.DType;
import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Collective operations that are differentiable and part of captured steps. All processes must compute the same graph;
 * gradients are those of the sum of the processes' losses.
 */
public final class Collectives {
    private Collectives() {}

    /**
     * {@return the sum over the processes} Its gradient is the sum of the processes' gradients: right where each
     * process uses the sum in a loss of its own, as in batch norms.
     */
    public static Tensor sum(ProcessGroup group, Tensor x) {
        return new Function("AllReduce", t -> kernel(group, Kind.SUM, t), t -> kernel(group, Kind.SUM, t)).apply(x);
    }

    /**
     * {@return the sum over the processes, of which all then compute the same} Its gradient is that of one process: the
     * function g of Megatron-LM, after a layer that is split by rows.
     */
    public static Tensor sumOfParts(ProcessGroup group, Tensor x) {
        return new Function("SumOfParts", t -> kernel(group, Kind.SUM, t), t -> t).apply(x);
    }

    /**
     * {@return {@code x} itself, whose gradient is the sum of the processes' gradients} The function f of Megatron-LM,
     * before a layer that is split by columns.
     */
    public static Tensor forAll(ProcessGroup group, Tensor x) {
        return new Function("ForAll", t -> t, t -> kernel(group, Kind.SUM, t)).apply(x);
    }

    /**
     * {@return the processes' parts, concatenated along the last dimension} The gradient of a part is its part of the
     * gradient.
     */
    public static Tensor gatherLast(ProcessGroup group, Tensor x) {
        return new Function(
                        "GatherLast",
                        t -> {
                            Tensor all = kernel(group, Kind.GATHER, t); // [size, ..., n]
                            return all.movedim(0, -2).flatten(-2, -1);
                        },
                        t -> {
                            long n = t.size(-1) / group.size();
                            return t.narrow(-1, n * group.rank(), n).contiguous();
                        })
                .apply(x);
    }

    private enum Kind {
        SUM,
        GATHER
    }

    private static Tensor kernel(ProcessGroup group, Kind kind, Tensor t) {
        try (var _ = Autograd.noGrad()) {
            return new Kernel(new Key(group, kind)).apply(t.contiguous());
        }
    }

    /** What kernels are compared by. */
    private record Key(ProcessGroup group, Kind kind) {}

    private static final class Kernel extends CustomKernel {
        private final Key key;

        Kernel(Key key) {
            this.key = key;
        }

        @Override
        protected Spec[] infer(Spec... inputs) {
            if (key.kind == Kind.SUM) {
                return inputs.clone();
            }
            long[] in = inputs[0].shape().dims();
            var out = new long[in.length + 1];
            out[0] = key.group.size();
            System.arraycopy(in, 0, out, 1, in.length);
            return new Spec[] {new Spec(inputs[0].dtype(), fathom.Shape.of(out))};
        }

        @Override
        protected void compute(Buffer[] inputs, Buffer[] outputs) {
            MemorySegment out = outputs[0].memory();
            DType dtype = inputs[0].dtype();
            if (key.kind == Kind.SUM) {
                out.copyFrom(inputs[0].memory());
                key.group.allReduceAsync(out, dtype, ReduceOp.SUM).await();
                return;
            }
            MemorySegment in = inputs[0].memory();
            try (Arena arena = Arena.ofShared()) {
                // engines need writable native memory
                MemorySegment copy = arena.allocate(Math.max(64, in.byteSize()), 64).asSlice(0, in.byteSize());
                copy.copyFrom(in);
                key.group.allGatherAsync(out, copy, dtype).await();
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Kernel k && k.key.equals(key);
        }

        @Override
        public int hashCode() {
            return Objects.hashCode(key);
        }
    }

    private static final class Function extends AutogradFunction {
        private final String name;
        private final UnaryOperator<Tensor> forward;
        private final UnaryOperator<Tensor> backward;

        Function(String name, UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
            this.name = name;
            this.forward = forward;
            this.backward = backward;
        }

        @Override
        protected String name() {
            return name;
        }

        @Override
        protected Tensor forward(Context context, Tensor x) {
            return forward.apply(x);
        }

        @Override
        protected Tensor backward(Context context, Tensor gradient) {
            return backward.apply(gradient);
        }
    }
}
