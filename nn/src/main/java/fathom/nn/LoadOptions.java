package fathom.nn;

import fathom.io.StateDict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Options of {@link Block#loadStateDict(StateDict, java.util.function.Consumer)}. Changes of names are applied to the
 * state dictionary in the order of the calls:
 *
 * {@snippet :
 * var report = net.loadStateDict(StateDict.load(file), o -> o
 *         .stripPrefix("module.")                     // of a data-parallel training
 *         .rename(Map.of("classifier.", "fc."))
 *         .ignoreMismatchedShapes(true));             // a head for other classes stays as it is
 * }
 */
public final class LoadOptions {
    private final List<UnaryOperator<StateDict>> changes = new ArrayList<>();
    private boolean strict = true;
    private boolean ignoreMismatchedShapes;

    LoadOptions() {}

    /** Whether missing and unexpected names are refused rather than reported; true unless set. */
    public LoadOptions strict(boolean strict) {
        this.strict = strict;
        return this;
    }

    /**
     * Whether tensors of another shape than the model's are skipped and reported rather than refused; false unless set.
     * Hugging Face's {@code ignore_mismatched_sizes}.
     */
    public LoadOptions ignoreMismatchedShapes(boolean ignore) {
        ignoreMismatchedShapes = ignore;
        return this;
    }

    /** Renames each tensor of the state dictionary. */
    public LoadOptions rename(UnaryOperator<String> rename) {
        changes.add(state -> state.rename(rename));
        return this;
    }

    /** Replaces prefixes: the longest key that a name begins with by its value. */
    public LoadOptions rename(Map<String, String> prefixes) {
        var copy = Map.copyOf(prefixes);
        return rename(name -> {
            String longest = null;
            for (String prefix : copy.keySet()) {
                if (name.startsWith(prefix) && (longest == null || prefix.length() > longest.length())) {
                    longest = prefix;
                }
            }
            return longest == null ? name : copy.get(longest) + name.substring(longest.length());
        });
    }

    /** Adds a prefix to each name. */
    public LoadOptions addPrefix(String prefix) {
        return rename(name -> prefix + name);
    }

    /** Removes a prefix from the names that begin with it. */
    public LoadOptions stripPrefix(String prefix) {
        return rename(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    }

    /**
     * Ignores the tensors whose names, as renamed so far, are not accepted. The model's tensors of these names count as
     * missing.
     */
    public LoadOptions filter(Predicate<String> accepted) {
        changes.add(state -> state.filter(accepted));
        return this;
    }

    boolean isStrict() {
        return strict;
    }

    boolean ignoresMismatchedShapes() {
        return ignoreMismatchedShapes;
    }

    /** {@return the state dictionary with all changes of names} */
    StateDict changed(StateDict state) {
        StateDict changed = state;
        for (UnaryOperator<StateDict> change : changes) {
            changed = change.apply(changed);
        }
        return changed;
    }
}
