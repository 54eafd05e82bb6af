package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.interop.onnx.graph.Operator;
import fathom.interop.onnx.graph.Operator.Body;
import fathom.interop.onnx.graph.Operators;
import fathom.interop.onnx.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All operators by name, as families add them. */
public final class OperatorTable {
    private static final Map<String, Operator> ALL = all();

    private final List<Entry> entries = new ArrayList<>();

    private OperatorTable() {}

    private static Map<String, Operator> all() {
        var table = new OperatorTable();
        Arithmetic.addTo(table);
        Logic.addTo(table);
        Activations.addTo(table);
        Convolutions.addTo(table);
        Pools.addTo(table);
        Products.addTo(table);
        Normalizations.addTo(table);
        Reductions.addTo(table);
        Movement.addTo(table);
        Joining.addTo(table);
        Selection.addTo(table);
        Indexing.addTo(table);
        Creation.addTo(table);
        Resizing.addTo(table);
        Recurrent.addTo(table);
        ControlFlow.addTo(table);
        Detection.addTo(table);
        var byName = new TreeMap<String, Operator>();
        for (Entry e : table.entries) {
            byName.put(e.name, new Operator(e.name, e.onTensors, e.onHost, e.weights, e.rearranges));
        }
        return byName;
    }

    /** {@return the operators} */
    public static Operators operators() {
        return Operators.of(ALL);
    }

    /** {@return the names of the operators in order, with the domain in front where it is not ONNX's own} */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** An operator while it is described. */
    static final class Entry {
        private final String name;
        private final Body onTensors;
        private @Nullable Body onHost;
        private int[] weights = {};
        private boolean rearranges;

        private Entry(String name, Body onTensors) {
            this.name = name;
            this.onTensors = onTensors;
        }

        /** How it computes where all inputs are numbers in Java. */
        Entry host(Body body) {
            onHost = body;
            return this;
        }

        /** The inputs that are trained where they are initialisers. */
        Entry weights(int... inputs) {
            weights = inputs;
            return this;
        }

        /** It rearranges its inputs, so that what is trained behind it is trained in front of it. */
        Entry rearranges() {
            rearranges = true;
            return this;
        }
    }

    /** Adds an operator. */
    Entry add(String name, Body body) {
        var entry = new Entry(name, body);
        entries.add(entry);
        return entry;
    }

    /** Adds an operator with one input and one output. */
    Entry unary(String name, UnaryOperator<Tensor> f) {
        return add(name, c -> Value.of(f.apply(c.tensor(0))));
    }
}
