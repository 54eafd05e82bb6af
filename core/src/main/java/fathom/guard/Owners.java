package fathom.guard;

import fathom.Tensor;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/**
 * Which blocks and optimisers own which tensors, as parameters, buffers or updated tensors. Holds weak references only.
 */
public final class Owners {
    private static final Map<Tensor, List<WeakReference<Object>>> OF = new WeakHashMap<>();

    private Owners() {}

    /** Records that a tensor belongs to an object, possibly among others. */
    public static synchronized void add(Tensor tensor, Object owner) {
        List<WeakReference<Object>> owners = OF.computeIfAbsent(tensor, t -> new ArrayList<>(1));
        owners.removeIf(r -> r.get() == null || r.get() == owner);
        owners.add(new WeakReference<>(owner));
    }

    /** Calls {@code action} with each owner of a tensor. */
    public static void forEach(Tensor tensor, Consumer<Object> action) {
        var found = new ArrayList<Object>();
        synchronized (Owners.class) {
            for (WeakReference<Object> r : OF.getOrDefault(tensor, List.of())) {
                Object owner = r.get();
                if (owner != null) {
                    found.add(owner);
                }
            }
        }
        found.forEach(action);
    }
}
