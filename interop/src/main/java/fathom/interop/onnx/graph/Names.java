package fathom.interop.onnx.graph;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The slots of one graph's values by name; names of outer graphs get a slot when they are first used. */
final class Names {
    private final @Nullable Names outer;
    private final Map<String, Integer> slots = new HashMap<>();
    private final Map<String, Integer> captured = new LinkedHashMap<>();
    private int count;

    Names(@Nullable Names outer) {
        this.outer = outer;
    }

    /** {@return the number of slots} */
    int count() {
        return count;
    }

    /** {@return a new slot for a value that is computed or given here} */
    int define(String name) throws IOException {
        if (slots.putIfAbsent(name, count) != null) {
            throw new IOException("two values are named '%s'".formatted(name));
        }
        return count++;
    }

    /** {@return the slot of a value of this graph or of an outer one; -1 if there is none} */
    int find(String name) {
        Integer slot = slots.get(name);
        if (slot != null) {
            return slot;
        }
        if (outer == null || outer.find(name) < 0) {
            return -1;
        }
        slots.put(name, count);
        captured.put(name, count);
        return count++;
    }

    /** {@return the slots of values of outer graphs by name} */
    Map<String, Integer> captured() {
        return captured;
    }
}
