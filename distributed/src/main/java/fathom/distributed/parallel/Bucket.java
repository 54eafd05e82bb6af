package fathom.distributed.parallel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import fathom.CustomKernel;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.distributed.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients that are reduced together, in memory of their own: packed by one kernel, which starts the reduction, and
 * unpacked by another, which waits for it. As kernels they are part of captured steps, and a plan overlaps the
 * reduction with what it computes between the two.
 */
final class Bucket {
    final List<Tensor> parameters;
    final DType dtype;
    private final DType sent;
    private final long[] offsets;
    private final MemorySegment memory;
    private final ProcessGroup group;
    private final TotalWeight weight;
    private @Nullable Work work;

    /** The parameters whose gradient has arrived in this pass. */
    final BitSet ready = new BitSet();

    final Unpack unpack = new Unpack();

    Bucket(List<Tensor> parameters, @Nullable DType compression, ProcessGroup group, TotalWeight weight) {
        this.parameters = List.copyOf(parameters);
        this.dtype = parameters.getFirst().dtype();
        this.group = group;
        this.weight = weight;
        sent = dtype == DType.FLOAT32 && compression != null ? compression : dtype;
        offsets = new long[parameters.size() + 1];
        for (int i = 0; i < parameters.size(); i++) {
            offsets[i + 1] = offsets[i] + parameters.get(i).numel();
        }
        long bytes = offsets[parameters.size()] * sent.size();
        memory = Arena.ofAuto().allocate(Math.max(64, bytes), 64).asSlice(0, bytes);
    }

    boolean isReady() {
        return ready.cardinality() == parameters.size();
    }

    private MemorySegment part(int i) {
        return memory.asSlice(offsets[i] * sent.size(), (offsets[i + 1] - offsets[i]) * sent.size());
    }

    /** Starts the reduction of zeros, for a process that has no more data. */
    void reduceZeros() {
        memory.fill((byte) 0);
        work = group.allReduceAsync(memory, sent, ReduceOp.SUM);
    }

    /** Waits for the reduction, whose result nobody needs here. */
    void discard() {
        Objects.requireNonNull(work).await();
        work = null;
    }

    /**
     * The kernel that packs gradients and starts the reduction. Its result, a number without meaning, orders it before
     * {@link Unpack}.
     *
     * @param bucket whose
     * @param given the parameters that have a gradient, which are the inputs; the others' are zeros
     */
    record PackKey(Bucket bucket, BitSet given) {}

    /** See {@link PackKey}. */
    final class Pack extends CustomKernel {
        private final PackKey key;

        Pack(BitSet given) {
            key = new PackKey(Bucket.this, (BitSet) given.clone());
        }

        @Override
        protected Spec[] infer(Spec... inputs) {
            return new Spec[] {new Spec(DType.FLOAT32, Shape.of(1))};
        }

        @Override
        protected void compute(Buffer[] inputs, Buffer[] outputs) {
            int next = 0;
            for (int i = 0; i < parameters.size(); i++) {
                MemorySegment to = part(i);
                if (!key.given.get(i)) {
                    to.fill((byte) 0);
                    continue;
                }
                MemorySegment from = inputs[next++].memory();
                if (sent == dtype) {
                    to.copyFrom(from);
                } else {
                    int n = Math.toIntExact(from.byteSize() / 4);
                    for (int k = 0; k < n; k++) {
                        to.setAtIndex(JAVA_SHORT, k, Bfloat16.of(from.getAtIndex(JAVA_FLOAT, k)));
                    }
                }
            }
            work = group.allReduceAsync(memory, sent, ReduceOp.SUM);
            outputs[0].memory().set(JAVA_FLOAT, 0, 0);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pack p && p.key.equals(key);
        }

        @Override
        public int hashCode() {
            return key.hashCode();
        }
    }

    /** The kernel that waits for the sums and divides them: by the total weight, or by the number of processes. */
    final class Unpack extends CustomKernel {
        @Override
        protected Spec[] infer(Spec... inputs) {
            return parameters.stream().map(p -> new Spec(dtype, p.shape())).toArray(Spec[]::new);
        }

        @Override
        protected void compute(Buffer[] inputs, Buffer[] outputs) {
            Objects.requireNonNull(work, "the reduction was not started").await();
            work = null;
            double total = weight.total();
            for (int i = 0; i < outputs.length; i++) {
                divide(part(i), outputs[i].memory(), total);
            }
        }

        private void divide(MemorySegment from, MemorySegment to, double by) {
            int n = Math.toIntExact(to.byteSize() / dtype.size());
            switch (dtype) {
                case FLOAT32 -> {
                    float divisor = (float) by;
                    if (sent == DType.FLOAT32) {
                        for (int k = 0; k < n; k++) {
                            to.setAtIndex(JAVA_FLOAT, k, from.getAtIndex(JAVA_FLOAT, k) / divisor);
                        }
                    } else {
                        for (int k = 0; k < n; k++) {
                            to.setAtIndex(JAVA_FLOAT, k, Bfloat16.toFloat(from.getAtIndex(JAVA_SHORT, k)) / divisor);
                        }
                    }
                }
                case FLOAT64 -> {
                    for (int k = 0; k < n; k++) {
                        to.setAtIndex(JAVA_DOUBLE, k, from.getAtIndex(JAVA_DOUBLE, k) / by);
                    }
                }
                default -> {
                    for (int k = 0; k < n; k++) {
                        float g = Bfloat16.toFloat(from.getAtIndex(JAVA_SHORT, k));
                        to.setAtIndex(JAVA_SHORT, k, Bfloat16.of((float) (g / by)));
                    }
                }
            }
        }
    }
}
