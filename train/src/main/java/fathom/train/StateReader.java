package fathom.train;

import fathom.optim.OptimizerState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and validates the JSON in checkpoints. Errors name the path of the entry, its value and what was expected. */
final class StateReader {
    /** The upper bound of counts; no training reaches it. */
    private static final long MOST = 1L << 53;

    private static final JsonMapper JSON = new JsonMapper();

    /** Invalid JSON; the message completes "the checkpoint is damaged: ". */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1;

        Damaged(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** An entry and its path. */
    private record Entry(String path, @Nullable JsonNode node) {
        Damaged damaged(String expected) {
            return new Damaged(
                    node == null
                            ? "%s is missing".formatted(path)
                            : "%s is %s; expected %s".formatted(path, shortened(node.toString()), expected),
                    null);
        }

        private static String shortened(String text) {
            return text.length() <= 60 ? text : text.substring(0, 57) + "...";
        }

        Entry get(String name) throws Damaged {
            if (node == null || !node.isObject()) {
                throw damaged("an object");
            }
            return new Entry(path + "." + name, node.get(name));
        }

        /** {@return whether there is no such entry, or it is null} */
        boolean isAbsent() {
            return node == null || node.isNull();
        }

        long whole(long least, long most) throws Damaged {
            if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
                throw damaged(wholeFrom(least, most));
            }
            long value = node.longValue();
            if (value < least || value > most) {
                throw damaged(wholeFrom(least, most));
            }
            return value;
        }

        private static String wholeFrom(long least, long most) {
            return least == Long.MIN_VALUE
                    ? "a whole number of 64 bits"
                    : String.format(
                            Locale.ROOT, "a whole number from %d%s", least, most == MOST ? " on" : " to " + most);
        }

        /** Reads a number; NaN and infinity, which JSON lacks, are written as text. */
        double real(boolean isFinite) throws Damaged {
            String expected = isFinite ? "a finite number" : "a number";
            if (node == null || !node.isNumber() && !node.isString()) {
                throw damaged(expected);
            }
            double value;
            if (node.isNumber()) {
                value = node.doubleValue();
                if (!Double.isFinite(value)) {
                    throw damaged(expected); // too large for a double
                }
            } else {
                value =
                        switch (node.stringValue()) {
                            case "NaN" -> Double.NaN;
                            case "Infinity" -> Double.POSITIVE_INFINITY;
                            case "-Infinity" -> Double.NEGATIVE_INFINITY;
                            default -> throw damaged(expected);
                        };
            }
            if (isFinite && !Double.isFinite(value)) {
                throw damaged(expected);
            }
            return value;
        }

        double notNegative() throws Damaged {
            double value = real(true);
            if (value < 0) {
                throw damaged("a number that is not negative");
            }
            return value;
        }

        List<Entry> list() throws Damaged {
            if (node == null || !node.isArray()) {
                throw damaged("a list");
            }
            var entries = new ArrayList<Entry>();
            for (int i = 0; i < node.size(); i++) {
                entries.add(new Entry(String.format(Locale.ROOT, "%s[%d]", path, i), node.get(i)));
            }
            return entries;
        }

        Map<String, Entry> entries() throws Damaged {
            if (node == null || !node.isObject()) {
                throw damaged("an object");
            }
            var entries = new LinkedHashMap<String, Entry>();
            node.properties().forEach(p -> entries.put(p.getKey(), new Entry(path + "." + p.getKey(), p.getValue())));
            return entries;
        }

        Map<String, Double> reals() throws Damaged {
            var values = new LinkedHashMap<String, Double>();
            for (var e : entries().entrySet()) {
                values.put(e.getKey(), e.getValue().real(false));
            }
            return values;
        }
    }

    private StateReader() {}

    private static Entry root(String name, String json) throws Damaged {
        try {
            return new Entry(name, JSON.readTree(json));
        } catch (JacksonException e) {
            throw new Damaged("%s: %s".formatted(name, e.getOriginalMessage()), e);
        } catch (StackOverflowError e) {
            throw new Damaged(name + " is nested too deeply", e);
        }
    }

    /** {@return entries by name whose values are numbers as text} */
    static Map<String, String> texts(String name, String json) throws Damaged {
        var texts = new LinkedHashMap<String, String>();
        for (var e : root(name, json).entries().entrySet()) {
            JsonNode value = e.getValue().node();
            if (value == null || !value.isString()) {
                throw e.getValue().damaged("a number in quotes");
            }
            texts.put(e.getKey(), value.stringValue());
        }
        return texts;
    }

    /** {@return the numbers that {@link OptimizerState#toText} wrote, by name} */
    static Map<String, Double> numbers(String name, String json) throws Damaged {
        try {
            return OptimizerState.fromText(texts(name, json));
        } catch (IllegalArgumentException e) {
            throw new Damaged("%s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * {@return the training state}
     *
     * @param otherVersion creates the exception for a checkpoint of another version of Fathom
     */
    static <X extends Exception> TrainingState state(String name, String json, Function<Long, X> otherVersion)
            throws Damaged, X {
        Entry root = root(name, json);
        long version = root.get("version").whole(0, MOST);
        if (version != TrainingState.VERSION) {
            throw otherVersion.apply(version);
        }
        var s = new TrainingState();
        s.epoch = (int) root.get("epoch").whole(0, Integer.MAX_VALUE);
        s.batch = root.get("batch").whole(0, MOST);
        s.step = root.get("step").whole(0, MOST);
        s.lossSum = root.get("lossSum").real(false);
        s.examples = root.get("examples").whole(0, MOST);
        s.lossWeight = s.examples;
        if (!root.get("lossWeight").isAbsent()) { // older checkpoints lack these
            s.lossWeight = root.get("lossWeight").notNegative();
            s.losses = root.get("losses").reals();
        }
        s.seconds = root.get("seconds").notNegative();
        s.tallies = new ArrayList<>();
        for (Entry tally : root.get("tallies").list()) {
            s.tallies.add(reals(tally.list()));
        }
        s.bestEpoch = (int) root.get("bestEpoch").whole(0, s.epoch);
        s.bestValue = root.get("bestValue").real(false);
        s.loaderSeed = root.get("loaderSeed").whole(Long.MIN_VALUE, Long.MAX_VALUE);
        s.loaderEpoch = root.get("loaderEpoch").whole(0, MOST);
        if (!root.get("testSeed").isAbsent()) {
            s.testSeed = root.get("testSeed").whole(Long.MIN_VALUE, Long.MAX_VALUE);
            s.testEpoch = root.get("testEpoch").whole(0, MOST);
        }
        List<Entry> random = root.get("random").list();
        if (random.size() != 2) {
            throw root.get("random").damaged("a seed and the number of draws");
        }
        s.random =
                new long[] {
                    random.get(0).whole(Long.MIN_VALUE, Long.MAX_VALUE), random.get(1).whole(0, Long.MAX_VALUE)
                };
        if (!root.get("otherRandom").isAbsent()) {
            for (Entry other : root.get("otherRandom").list()) {
                List<Entry> numbers = other.list();
                if (numbers.size() != 2) {
                    throw other.damaged("a seed and the number of draws");
                }
                s.otherRandom.add(
                        new long[] {
                            numbers.get(0).whole(Long.MIN_VALUE, Long.MAX_VALUE),
                            numbers.get(1).whole(0, Long.MAX_VALUE)
                        });
            }
        }
        if (!root.get("batchSize").isAbsent()) {
            s.batchSize = (int) root.get("batchSize").whole(0, Integer.MAX_VALUE);
            s.trainingExamples = root.get("trainingExamples").whole(0, MOST);
        }
        List<Entry> history = root.get("history").list();
        if (history.size() != s.epoch) {
            throw new Damaged(
                    String.format(
                            Locale.ROOT,
                            "%s.history has %d epochs, but %1$s.epoch is %d",
                            name,
                            history.size(),
                            s.epoch),
                    null);
        }
        s.history = new ArrayList<>();
        for (Entry e : history) {
            s.history.add(epoch(e, s.history.size() + 1));
        }
        return s;
    }

    private static double[] reals(List<Entry> entries) throws Damaged {
        var values = new double[entries.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = entries.get(i).real(false);
        }
        return values;
    }

    private static EpochResult epoch(Entry e, int number) throws Damaged {
        return new EpochResult(
                (int) e.get("epoch").whole(number, number),
                e.get("loss").real(false),
                e.get("train").reals(),
                e.get("test").reals(),
                e.get("lr").real(false),
                e.get("seconds").notNegative(),
                e.get("examples").whole(0, MOST));
    }
}
