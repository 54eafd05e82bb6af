package fathom.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Options of {@link Block#freeze(java.util.function.Consumer)}:
 *
 * {@snippet :
 * net.freeze(f -> f.except("fc").normsInEvaluation(true));     // a fixed backbone under a new head
 * }
 */
public final class FreezeOptions {
    private final List<String> parts = new ArrayList<>();
    private final List<String> except = new ArrayList<>();
    private boolean normsInEvaluation;

    FreezeOptions() {}

    /** The parts to freeze, as {@link Block#freeze(String...)} describes them; all unless set. */
    public FreezeOptions parts(String... names) {
        Collections.addAll(parts, names);
        return this;
    }

    /** Parts that stay trainable, though they are within those to freeze. */
    public FreezeOptions except(String... names) {
        Collections.addAll(except, names);
        return this;
    }

    /**
     * Whether batch and instance norms of the frozen parts stay in evaluation mode, whatever {@link Block#train()}
     * says: they normalise by their running statistics, which do not change any more. False unless set: by default only
     * their scale and shift are frozen, as by {@link Block#requiresGrad_}.
     */
    public FreezeOptions normsInEvaluation(boolean inEvaluation) {
        normsInEvaluation = inEvaluation;
        return this;
    }

    List<NamePattern> toFreeze() {
        return NamePattern.all(parts.isEmpty() ? List.of("") : parts);
    }

    List<NamePattern> kept() {
        return NamePattern.all(except);
    }

    boolean areNormsInEvaluation() {
        return normsInEvaluation;
    }
}
