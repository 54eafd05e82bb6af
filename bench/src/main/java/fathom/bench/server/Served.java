package fathom.bench.server;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * How a server did.
 *
 * @param first requests per second in its first seconds
 * @param warm requests per second later
 * @param median seconds that half of the warm requests took at most
 * @param p99 seconds that all but one in a hundred took at most
 * @param p999 seconds that all but one in a thousand took at most
 * @param resident the most bytes of the process that were resident
 * @param tensors the most bytes that tensors held
 */
record Served(double first, double warm, double median, double p99, double p999, double resident, double tensors) {
    private static final String MARK = "served ";

    /** {@return a line from which {@link #parse} makes it again} */
    String line() {
        return MARK
                + DoubleStream.of(first, warm, median, p99, p999, resident, tensors)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(" "));
    }

    /**
     * {@return what a process printed}
     *
     * @throws IllegalStateException with all that it printed, if there is no such line
     */
    static Served parse(List<String> output) {
        double[] v =
                output.stream()
                        .filter(l -> l.startsWith(MARK))
                        .findFirst()
                        .map(l ->
                                Arrays.stream(l.substring(MARK.length()).split(" "))
                                        .mapToDouble(Double::parseDouble)
                                        .toArray())
                        .orElseThrow(() ->
                                new IllegalStateException("the server gave no figures: " + String.join("; ", output)));
        return new Served(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
    }

    /** {@return the median of each figure} */
    static Served median(List<Served> runs) {
        return new Served(
                median(runs.stream().mapToDouble(Served::first)),
                median(runs.stream().mapToDouble(Served::warm)),
                median(runs.stream().mapToDouble(Served::median)),
                median(runs.stream().mapToDouble(Served::p99)),
                median(runs.stream().mapToDouble(Served::p999)),
                median(runs.stream().mapToDouble(Served::resident)),
                median(runs.stream().mapToDouble(Served::tensors)));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
