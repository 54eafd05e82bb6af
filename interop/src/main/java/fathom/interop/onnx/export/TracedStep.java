package fathom.interop.onnx.export;

import fathom.primitive.Primitive;
import fathom.primitive.View;
import java.util.List;

/**
 * An operation of a trace.
 *
 * @param primitive the operation
 * @param isWriteBack whether it replaces that part of its first input which {@code primitive}, a view, shows, by the
 *     second
 * @param inputs its inputs
 * @param outputs its outputs
 */
record TracedStep(Primitive primitive, boolean isWriteBack, List<TracedValue> inputs, List<TracedValue> outputs) {
    static TracedStep of(Primitive primitive, List<TracedValue> inputs, List<TracedValue> outputs) {
        return new TracedStep(primitive, false, inputs, outputs);
    }

    static TracedStep writeBack(View view, TracedValue whole, TracedValue part, TracedValue result) {
        return new TracedStep(view, true, List.of(whole, part), List.of(result));
    }
}
