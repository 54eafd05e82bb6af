package fathom.train;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Block;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds NaN and infinity in training and reports where they are. */
final class NonFinite {
    private NonFinite() {}

    /** {@return how many elements are NaN or infinite} */
    static long count(Tensor t) {
        if (!t.dtype().isFloating() || t.numel() == 0) {
            return 0;
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor finite = t.detach().isfinite();
            return finite.all().itemBoolean() ? 0 : finite.logicalNot().sum().itemLong();
        }
    }

    /**
     * {@return the parameters and buffers with NaN or infinite elements, and how many each has}
     *
     * @param except names to skip
     */
    static Map<String, Long> weights(Block net, Set<String> except) {
        var found = new LinkedHashMap<String, Long>();
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    long n = except.contains(name) ? 0 : count(t);
                    if (n > 0) {
                        found.put(name, n);
                    }
                });
        return found;
    }

    /** {@return "2.weight has 48 elements that are NaN or infinite, and so do 3 others"} */
    static String text(Map<String, Long> weights) {
        var first = weights.entrySet().iterator().next();
        return first.getKey() + elements(first.getValue()) + others(weights.size() - 1);
    }

    private static String elements(long n) {
        return n == 1
                ? " has 1 element that is NaN or infinite"
                : String.format(Locale.ROOT, " has %,d elements that are NaN or infinite", n);
    }

    private static String others(int n) {
        return n == 0 ? "" : n == 1 ? ", and so does 1 other" : String.format(Locale.ROOT, ", and so do %d others", n);
    }

    /**
     * {@return the likely cause of a NaN or infinite loss of a batch}
     *
     * @param output the network's output, if it is known
     */
    static String cause(Batch batch, @Nullable Tensor output) {
        for (int i = 0; i < batch.tensors().size(); i++) {
            long n = count(batch.tensors().get(i));
            if (n > 0) {
                return String.format(Locale.ROOT, "because of the data: tensor %d of the batch%s", i, elements(n));
            }
        }
        if (output == null) {
            return "though the data are finite";
        }
        long n = count(output);
        return n == 0
                ? "though the data and the network's output are finite"
                : "because of the network: its output%s, though the data are finite; it may have diverged"
                        .formatted(elements(n));
    }
}
