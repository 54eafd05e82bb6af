package fathom.cpu.codegen;

import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.BitSet;
import java.util.List;

/** Base of the writers of reductions: the accumulator, and the number of interleaved accumulators. */
abstract class ReduceWriter extends KernelWriter {
    /** Bodies of more nodes than this are not unrolled. */
    private static final int LARGE_BODY = 30;

    static final int MAX_COPIES = 4;

    final int inputs;
    final Accumulator accumulator;

    /** Number of interleaved vector accumulators, which hide the latency of the combining operation. */
    final int copies;

    ReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, List.of(root), inputs + 1, uniform);
        this.inputs = inputs;
        this.accumulator = new Accumulator(op, root.value().lane);
        this.copies = vector.order().size() > LARGE_BODY ? 1 : MAX_COPIES;
    }

    Node value() {
        return roots.getFirst().value();
    }

    /** Kernels with guards run in scalar code: vector code would have to exclude single lanes. */
    @Override
    boolean isVectorized() {
        return super.isVectorized() && vector.order().stream().noneMatch(n -> n.op == Op.GUARD);
    }

    /** {@return variables for the vector accumulators} */
    int[] vectorVariables(CodeBuilder cb) {
        var variables = new int[copies];
        for (int u = 0; u < copies; u++) {
            variables[u] = cb.allocateLocal(TypeKind.REFERENCE);
        }
        return variables;
    }

    /** {@return a variable that holds a vector of identity elements} */
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

    /** Emits one step of {@code count} accumulators, on adjacent vectors. */
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
