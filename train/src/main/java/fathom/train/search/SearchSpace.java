package fathom.train.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The hyper-parameters of a search, with the values that each may have.
 *
 * {@snippet :
 * var space = new SearchSpace()
 *         .logUniform("lr", 1e-4, 1e-1)
 *         .choice("hidden", 64, 128, 256)
 *         .uniform("dropout", 0, 0.5);
 * }
 */
public final class SearchSpace {
    private sealed interface Range {
        Object sample(RandomGenerator random);
    }

    private record Choice(List<Object> values) implements Range {
        @Override
        public Object sample(RandomGenerator random) {
            return values.get(random.nextInt(values.size()));
        }

        @Override
        public String toString() {
            return "one of " + values;
        }
    }

    private record Real(double low, double high, boolean isLog) implements Range {
        @Override
        public Object sample(RandomGenerator random) {
            double u = random.nextDouble();
            double value =
                    isLog ? Math.exp(Math.log(low) + u * (Math.log(high) - Math.log(low))) : low + u * (high - low);
            return Math.clamp(value, low, high);
        }

        @Override
        public String toString() {
            return "%s to %s%s".formatted(low, high, isLog ? ", logarithmic" : "");
        }
    }

    private record Whole(long low, long high) implements Range {
        @Override
        public Object sample(RandomGenerator random) {
            return random.nextLong(low, high + 1);
        }

        @Override
        public String toString() {
            return "%s to %s, whole".formatted(low, high);
        }
    }

    private final Map<String, Range> ranges = new LinkedHashMap<>();

    /** A space without hyper-parameters. */
    public SearchSpace() {}

    /** A hyper-parameter with one of these values: numbers, texts or booleans. Every method of search allows it. */
    public SearchSpace choice(String name, Object... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("choice %s: expected at least one value".formatted(name));
        }
        var normal = new ArrayList<>();
        for (Object value : values) {
            normal.add(
                    switch (value) {
                        case Integer i -> (Object) i.longValue();
                        case Float f -> (double) f;
                        case Long l -> l;
                        case Double d -> d;
                        case Boolean b -> b;
                        case String s -> s;
                        default ->
                                throw new IllegalArgumentException(
                                        "choice %s: expected numbers, texts or booleans, got %s"
                                                .formatted(name, value.getClass().getName()));
                    });
        }
        return put(name, new Choice(List.copyOf(normal)));
    }

    /** A real number, uniformly distributed. A grid does not allow it. */
    public SearchSpace uniform(String name, double low, double high) {
        checkRange(name, low < high && Double.isFinite(high - low), low, high);
        return put(name, new Real(low, high, false));
    }

    /**
     * A positive number whose logarithm is uniformly distributed, such as a learning rate. A grid does not allow it.
     */
    public SearchSpace logUniform(String name, double low, double high) {
        checkRange(name, 0 < low && low < high && Double.isFinite(high), low, high);
        return put(name, new Real(low, high, true));
    }

    /** A whole number, uniformly distributed, both ends included. A grid does not allow it. */
    public SearchSpace integer(String name, long low, long high) {
        checkRange(name, low < high && high < Long.MAX_VALUE, low, high);
        return put(name, new Whole(low, high));
    }

    private static void checkRange(String name, boolean isValid, Number low, Number high) {
        if (!isValid) {
            throw new IllegalArgumentException("%s: %s to %s is not a range of it".formatted(name, low, high));
        }
    }

    private SearchSpace put(String name, Range range) {
        if (ranges.putIfAbsent(name, range) != null) {
            throw new IllegalArgumentException("the hyper-parameter %s is given twice".formatted(name));
        }
        return this;
    }

    void checkNotEmpty() {
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("the search space has no hyper-parameters");
        }
    }

    /** {@return every combination of the choices; the last hyper-parameter varies fastest} */
    List<Map<String, Object>> grid() {
        List<Map<String, Object>> all = List.of(Map.of());
        for (var e : ranges.entrySet()) {
            if (!(e.getValue() instanceof Choice choice)) {
                throw new IllegalArgumentException(
                        "grid: %s is %s; a grid needs choices".formatted(e.getKey(), e.getValue()));
            }
            var longer = new ArrayList<Map<String, Object>>();
            for (Map<String, Object> before : all) {
                for (Object value : choice.values) {
                    var one = new LinkedHashMap<>(before);
                    one.put(e.getKey(), value);
                    longer.add(Collections.unmodifiableMap(one));
                }
            }
            all = longer;
        }
        return all;
    }

    Map<String, Object> sample(RandomGenerator random) {
        var values = new LinkedHashMap<String, Object>();
        ranges.forEach((name, range) -> values.put(name, range.sample(random)));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
