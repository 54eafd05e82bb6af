package fathom.onednn;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.Planar;

/** A convolution of sequences, or a gradient of one, as that of images of one row. */
final class SequencePlan extends Plan {
    private final Plan ofImages;

    private SequencePlan(Plan ofImages) {
        this.ofImages = ofImages;
    }

    /** Returns a plan, or {@link Plan#UNSUPPORTED}. */
    static Plan of(Primitive primitive, Operand[] in, Operand[] out) {
        Operand[] from = Planar.of(in);
        Operand[] to = Planar.of(out);
        Plan plan = ConvolutionTable.plan(Planar.ofConvolution(primitive), from, to);
        return plan == UNSUPPORTED ? UNSUPPORTED : new SequencePlan(plan);
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        ofImages.run(Planar.of(in), Planar.of(out));
    }

    @Override
    void dispose() {
        ofImages.release();
    }
}
