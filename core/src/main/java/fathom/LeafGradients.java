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
 * The gradients that the plans of one step store in leaves. A leaf has one for all plans, since only one plan runs at a
 * time; it has several only if layouts differ, or if a plan reads the old gradient while it computes the next.
 */
final class LeafGradients {
    private final Map<Tensor, List<Tensor>> ofLeaf = new WeakHashMap<>();

    /**
     * {@return a gradient that a plan may write instead of {@code made}; null if there is none}
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

    /** Offers this gradient to later plans to write into. */
    void add(Tensor leaf, Tensor gradient) {
        List<Tensor> known = ofLeaf.computeIfAbsent(leaf, t -> new ArrayList<>(1));
        known.removeIf(g -> g.storage().isReleased());
        known.add(gradient);
    }
}
