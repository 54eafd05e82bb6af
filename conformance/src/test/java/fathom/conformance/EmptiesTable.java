package fathom.conformance;

import fathom.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Operations by their labels in {@code tools/golden/empties.py}. */
final class EmptiesTable {
    private final Map<String, Function<Tensor[], List<Tensor>>> operations = new LinkedHashMap<>();

    /** All operations. */
    static EmptiesTable all() {
        var table = new EmptiesTable();
        EmptiesPointwise.addTo(table);
        EmptiesReductions.addTo(table);
        EmptiesMovement.addTo(table);
        EmptiesIndexing.addTo(table);
        EmptiesProducts.addTo(table);
        EmptiesNetworks.addTo(table);
        return table;
    }

    /** {@return the operation of a label; null if there is none} */
    @Nullable Function<Tensor[], List<Tensor>> get(String label) {
        return operations.get(label);
    }

    /** {@return the labels} */
    Iterable<String> labels() {
        return operations.keySet();
    }

    void many(String label, Function<Tensor[], List<Tensor>> f) {
        if (operations.put(label, f) != null) {
            throw new AssertionError(label + " is there twice");
        }
    }

    void any(String label, Function<Tensor[], Tensor> f) {
        many(label, t -> List.of(f.apply(t)));
    }

    void one(String label, UnaryOperator<Tensor> f) {
        any(label, t -> f.apply(t[0]));
    }

    void two(String label, BinaryOperator<Tensor> f) {
        any(label, t -> f.apply(t[0], t[1]));
    }
}
