package fathom.interop.onnx.export;

import fathom.primitive.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The traces of a network, step by step beside each other.
 *
 * @param values all values
 * @param steps the operations, in order
 * @param outputs the results
 */
record Network(List<Value> values, List<Step> steps, List<Value> outputs) {

    /** {@return the step that computes each value; inputs, parameters, buffers and constants from Java have none} */
    Map<Value, Step> producers() {
        var all = new HashMap<Value, Step>();
        steps.forEach(s -> s.outputs().forEach(v -> all.put(v, s)));
        return all;
    }

    /**
     * {@return the traces aligned}
     *
     * @throws UnsupportedOperationException if they have different operations
     */
    static Network of(List<Trace> traces, List<List<TracedValue>> results, Symbols symbols) {
        Trace first = traces.getFirst();
        for (Trace t : traces) {
            if (t.steps.size() != first.steps.size() || t.values.size() != first.values.size()) {
                throw different(
                        symbols,
                        "it consists of %s operations for one size and of %s for another"
                                .formatted(first.steps.size(), t.steps.size()));
            }
        }
        var values = new ArrayList<Value>();
        for (int i = 0; i < first.values.size(); i++) {
            values.add(value(traces, i, symbols));
        }
        var steps = new ArrayList<Step>();
        for (int i = 0; i < first.steps.size(); i++) {
            int at = i;
            TracedStep one = first.steps.get(i);
            List<TracedStep> all = traces.stream().map(t -> t.steps.get(at)).toList();
            for (TracedStep s : all) {
                if (s.primitive().getClass() != one.primitive().getClass()
                        || s.isWriteBack() != one.isWriteBack()
                        || !Arrays.equals(ids(s.inputs()), ids(one.inputs()))
                        || !Arrays.equals(ids(s.outputs()), ids(one.outputs()))) {
                    throw different(
                            symbols,
                            "it computes %s for one size and %s for another"
                                    .formatted(one.primitive().name(), s.primitive().name()));
                }
            }
            List<Primitive> primitives = all.stream().map(TracedStep::primitive).toList();
            steps.add(new Step(primitives, one.isWriteBack(), of(values, one.inputs()), of(values, one.outputs())));
        }
        for (List<TracedValue> r : results) {
            if (!Arrays.equals(ids(r), ids(results.getFirst()))) {
                throw different(symbols, "its results are computed differently for different sizes");
            }
        }
        return new Network(values, steps, of(values, results.getFirst()));
    }

    private static int[] ids(List<TracedValue> values) {
        return values.stream().mapToInt(v -> v.id).toArray();
    }

    private static List<Value> of(List<Value> all, List<TracedValue> some) {
        return some.stream().map(v -> all.get(v.id)).toList();
    }

    private static Value value(List<Trace> traces, int id, Symbols symbols) {
        List<TracedValue> same = traces.stream().map(t -> t.values.get(id)).toList();
        TracedValue one = same.getFirst();
        for (TracedValue v : same) {
            if (v.type != one.type || v.shape.length != one.shape.length || v.isConstant != one.isConstant) {
                throw different(
                        symbols,
                        "a tensor is %s of rank %s for one size and %s of rank %s for another"
                                .formatted(one.type, one.shape.length, v.type, v.shape.length));
            }
        }
        var shape = new ArrayList<Dim>();
        for (int d = 0; d < one.shape.length; d++) {
            int at = d;
            shape.add(new Dim(same.stream().mapToLong(v -> v.shape[at]).toArray()));
        }
        return new Value(id, one.type, shape, same);
    }

    private static UnsupportedOperationException different(Symbols symbols, String how) {
        return new UnsupportedOperationException(
                ("Onnx.export: what the network computes depends on the size of %s: %s; export with fixed axes, or with"
                                + " fewer dynamic ones")
                        .formatted(String.join(" or ", symbols.all.stream().map(Symbols.Symbol::name).toList()), how));
    }
}
