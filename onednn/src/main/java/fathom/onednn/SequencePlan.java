package fathom.onednn;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.OneDimensional;

/** A 1-D convolution, or a gradient of one, as a 2-D convolution with one row. */
final class SequencePlan extends Plan {
    private final Plan plan2d;

    private SequencePlan(Plan plan2d) {
        this.plan2d = plan2d;
    }

    /** {@return a plan, or {@link Plan#UNSUPPORTED}} */
    static Plan of(Primitive primitive, Operand[] in, Operand[] out) {
        Operand[] from = OneDimensional.as2d(in);
        Operand[] to = OneDimensional.as2d(out);
        Plan plan = ConvolutionTable.plan(OneDimensional.convolutionAs2d(primitive), from, to);
        return plan == UNSUPPORTED ? UNSUPPORTED : new SequencePlan(plan);
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        plan2d.run(OneDimensional.as2d(in), OneDimensional.as2d(out));
    }

    @Override
    void dispose() {
        plan2d.release();
    }
}
