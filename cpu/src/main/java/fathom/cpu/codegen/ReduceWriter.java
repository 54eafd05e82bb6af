package fathom.cpu.codegen;

import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.BitSet;
import java.util.List;

/** What the writers of reductions have in common: the accumulator, and how many of them run side by side. */
abstract class ReduceWriter extends KernelWriter {
    /** Values of more nodes than this are computed by one copy of the loop's body only. */
    private static final int LARGE_BODY = 30;

    static final int MOST_COPIES = 4;

    final int inputs;
    final Accumulator accumulator;

    /** Vectors that are accumulated side by side, so that they do not wait for one another. */
    final int copies;

    ReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, List.of(root), inputs + 1, uniform);
        this.inputs = inputs;
        this.accumulator = new Accumulator(op, root.value().lane);
        this.copies = vector.order().size() > LARGE_BODY ? 1 : MOST_COPIES;
    }

    Node value() {
        return roots.getFirst().value();
    }

    /** Guards would have to leave lanes out; kernels that have any are left to scalar code. */
    @Override
    boolean isVectorized() {
        return super.isVectorized() && vector.order().stream().noneMatch(n -> n.op == Op.GUARD);
    }

    /** {@return variables for vectors that accumulate} */
    int[] vectorVariables(CodeBuilder cb) {
        var variables = new int[copies];
        for (int u = 0; u < copies; u++) {
            variables[u] = cb.allocateLocal(TypeKind.REFERENCE);
        }
        return variables;
    }

    /** {@return a variable with a vector that changes nothing} */
    int identity(CodeBuilder cb, VectorEmitter emitter) {
        int variable = cb.allocateLocal(TypeKind.REFERENCE);
        accumulator.pushIdentity(cb, accumulator.lane);
        emitter.broadcast(accumulator.lane);
        cb.astore(variable);
        return variable;
    }

    static void copy(CodeBuilder cb, int from, int[] to) {
        for (int variable : to) {
            cb.aload(from).astore(variable);
        }
    }

    /** One step of {@code count} accumulators, on neighbouring vectors. */
    void step(CodeBuilder cb, VectorEmitter emitter, int[] accumulators, int count) {
        for (int u = 0; u < count; u++) {
            emitter.shift = u * lanes;
            emitter.leave(Schedule.ELEMENT);
            emitter.enter(Schedule.ELEMENT);
            emitter.pushVariable(accumulator.lane, accumulators[u]);
            emitter.push(value());
            accumulator.combineVectors(cb);
            cb.astore(accumulators[u]);
        }
        emitter.shift = 0;
        emitter.leave(Schedule.ELEMENT);
    }
}
