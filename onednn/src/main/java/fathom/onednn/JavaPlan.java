package fathom.onednn;

import fathom.cpu.conv.JavaConvolution.Computation;
import fathom.primitive.Operand;

/** A convolution by an algorithm in Java. */
final class JavaPlan extends Plan {
    private final Computation computation;

    JavaPlan(Computation computation) {
        this.computation = computation;
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        computation.run(in, out);
    }

    @Override
    void dispose() {
        // no native resources
    }
}
