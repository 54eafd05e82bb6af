package fathom.distributed.parallel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import fathom.CustomKernel;
import fathom.DType;
import fathom.Shape;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.distributed.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What sums of gradients are divided by: the number of processes, or the sum of the weights of their batches, which a
 * kernel reduces while the gradients are computed.
 */
final class TotalWeight extends CustomKernel {
    private final ProcessGroup group;
    private final MemorySegment memory = Arena.ofAuto().allocate(64, 64).asSlice(0, 8);
    private @Nullable Work work;
    private boolean isWeighted;

    TotalWeight(ProcessGroup group) {
        this.group = group;
    }

    /** Starts the sum of the weights of all processes. */
    void start(double weight) {
        isWeighted = true;
        memory.set(JAVA_DOUBLE, 0, weight);
        work = group.allReduceAsync(memory, DType.FLOAT64, ReduceOp.SUM);
    }

    /** {@return the divisor} */
    double total() {
        if (!isWeighted) {
            return group.size();
        }
        if (work != null) {
            work.await();
            work = null;
        }
        return memory.get(JAVA_DOUBLE, 0);
    }

    @Override
    protected Spec[] infer(Spec... inputs) {
        return new Spec[] {new Spec(DType.FLOAT32, Shape.of(1))};
    }

    /** Input: the weight of this process's batch, float64. */
    @Override
    protected void compute(Buffer[] inputs, Buffer[] outputs) {
        start(inputs[0].memory().get(JAVA_DOUBLE, 0));
        outputs[0].memory().set(JAVA_FLOAT, 0, 0);
    }
}
