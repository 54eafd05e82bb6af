package fathom.interop.onnx.export;

import fathom.primitive.Primitive;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * An operation of the network in all traces.
 *
 * @param primitives the operation in each trace: of one class, with attributes that may differ
 * @param isWriteBack see {@link TracedStep}
 * @param inputs its inputs
 * @param outputs its outputs
 */
record Step(List<Primitive> primitives, boolean isWriteBack, List<Value> inputs, List<Value> outputs) {
    Primitive primitive() {
        return primitives.getFirst();
    }

    Value in(int i) {
        return inputs.get(i);
    }

    Value out(int i) {
        return outputs.get(i);
    }

    /** {@return an attribute in all traces} */
    <P extends Primitive> Dim attribute(Class<P> type, ToLongFunction<P> of) {
        return new Dim(primitives.stream().mapToLong(p -> of.applyAsLong(type.cast(p))).toArray());
    }

    /**
     * {@return an attribute that is the same in all traces}
     *
     * @param what its name, for the message
     */
    <P extends Primitive, T> T same(Class<P> type, String what, Function<P, T> of) {
        T first = of.apply(type.cast(primitive()));
        for (Primitive p : primitives) {
            if (!of.apply(type.cast(p)).equals(first)) {
                throw new UnsupportedOperationException(
                        "Onnx.export: %s of the operation %s depends on a dynamic axis; export with fixed axes"
                                .formatted(what, primitive().name()));
            }
        }
        return first;
    }

    @Override
    public String toString() {
        return "%s of %s".formatted(primitive().name(), inputs);
    }
}
