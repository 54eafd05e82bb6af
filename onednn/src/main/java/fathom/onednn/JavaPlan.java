package fathom.onednn;

import fathom.cpu.conv.JavaConvolution.Computation;
import fathom.primitive.Operand;

/** A convolution by one of Java's algorithms. */
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
        // holds nothing native
    }
}
