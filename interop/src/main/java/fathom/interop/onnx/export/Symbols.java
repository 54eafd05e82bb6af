package fathom.interop.onnx.export;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes that may vary, and their values in the traces. A network is traced with each combination of two values per
 * symbol, from which the dependence of any size on them follows as a polynomial that is linear in each symbol, and once
 * with other values, which shows whether the polynomial holds.
 */
final class Symbols {
    /**
     * A size that may vary.
     *
     * @param name the name in the file
     * @param places the axes that have it
     * @param values three values: two for the combinations, the third for the check
     */
    record Symbol(String name, List<Place> places, long[] values) {}

    /** An axis of an input. */
    record Place(int input, int axis) {}

    final List<Symbol> all;

    Symbols(List<Symbol> all) {
        this.all = List.copyOf(all);
    }

    /** {@return the number of traces} */
    int traces() {
        return all.isEmpty() ? 1 : (1 << all.size()) + 1;
    }

    /** {@return the value of a symbol in a trace} */
    long value(int symbol, int trace) {
        long[] values = all.get(symbol).values();
        return trace == 1 << all.size() ? values[2] : values[trace >> symbol & 1];
    }

    /** {@return the size of an axis in a trace, if it may vary, else {@code size}} */
    long size(Place place, long size, int trace) {
        for (int s = 0; s < all.size(); s++) {
            if (all.get(s).places().contains(place)) {
                return value(s, trace);
            }
        }
        return size;
    }

    /**
     * {@return the coefficients of the polynomial by set of symbols, as bits; null if the number is none with integer
     * coefficients}
     */
    long @Nullable [] coefficients(Dim number) {
        int n = all.size();
        var c = new long[1 << n];
        System.arraycopy(number.sizes(), 0, c, 0, c.length);
        for (int s = 0; s < n; s++) {
            long[] values = all.get(s).values();
            for (int i = 0; i < c.length; i++) {
                if ((i >> s & 1) == 0) {
                    int j = i | 1 << s;
                    long rise = c[j] - c[i];
                    long run = values[1] - values[0];
                    if (rise % run != 0) {
                        return null;
                    }
                    c[j] = rise / run;
                    c[i] -= c[j] * values[0];
                }
            }
        }
        if (n > 0) {
            long expected = 0;
            for (int i = 0; i < c.length; i++) {
                long term = c[i];
                for (int s = 0; s < n; s++) {
                    term *= (i >> s & 1) == 0 ? 1 : value(s, 1 << n);
                }
                expected += term;
            }
            if (expected != number.sizes()[1 << n]) {
                return null;
            }
        }
        return c;
    }

    /** {@return a name for a size that varies; empty if it is no polynomial} */
    String text(Dim number) {
        long[] c = coefficients(number);
        if (c == null) {
            return "";
        }
        var terms = new ArrayList<String>();
        for (int i = c.length - 1; i >= 0; i--) {
            if (c[i] == 0) {
                continue;
            }
            var factors = new ArrayList<String>();
            if (c[i] != 1 || i == 0) {
                factors.add(Long.toString(c[i]));
            }
            for (int s = 0; s < all.size(); s++) {
                if ((i >> s & 1) != 0) {
                    factors.add(all.get(s).name());
                }
            }
            terms.add(String.join("*", factors));
        }
        return String.join(" + ", terms).replace("+ -", "- ");
    }
}
