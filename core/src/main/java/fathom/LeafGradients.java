package fathom;

import fathom.memory.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The gradients that the plans of one step leave in leaves. A leaf has one for all plans, since only one plan runs at a
 * time; it has more only where their layouts differ, or where a plan reads the one while it makes the next.
 */
final class LeafGradients {
    private final Map<Tensor, List<Tensor>> ofLeaf = new WeakHashMap<>();

    /**
     * {@return a gradient that a plan may write instead of {@code made}; null where there is none}
     *
     * @param taken whether the plan uses memory otherwise
     */
    @Nullable Tensor like(Tensor leaf, Tensor made, Predicate<Storage> taken) {
        for (Tensor g : ofLeaf.getOrDefault(leaf, List.of())) {
            Storage s = g.storage();
            if (s != made.storage()
                    && !s.isReleased()
                    && s.allocator() == made.storage().allocator()
                    && s.bytes() == made.storage().bytes()
                    && g.dtype() == made.dtype()
                    && g.storageOffset() == made.storageOffset()
                    && Arrays.equals(g.rawShape(), made.rawShape())
                    && Arrays.equals(g.rawStrides(), made.rawStrides())
                    && !taken.test(s)) {
                return g;
            }
        }
        return null;
    }

    /** Has plans to come write this gradient where they can. */
    void add(Tensor leaf, Tensor gradient) {
        List<Tensor> known = ofLeaf.computeIfAbsent(leaf, t -> new ArrayList<>(1));
        known.removeIf(g -> g.storage().isReleased());
        known.add(gradient);
    }
}
