package fathom.bench.server;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The performance of a server.
 *
 * @param first the requests per second in the first seconds
 * @param warm the requests per second after warm-up
 * @param median the median latency of warm requests, in seconds
 * @param p99 the 99th percentile of the latency
 * @param p999 the 99.9th percentile of the latency
 * @param resident the peak resident memory of the process, in bytes
 * @param tensors the peak memory of tensors, in bytes
 */
record Served(double first, double warm, double median, double p99, double p999, double resident, double tensors) {
    private static final String MARK = "served ";

    /** {@return a line that {@link #parse} reads} */
    String line() {
        return MARK
                + DoubleStream.of(first, warm, median, p99, p999, resident, tensors)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(" "));
    }

    /**
     * {@return the figures that a process printed}
     *
     * @throws IllegalStateException with the whole output, if there is no such line
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
                                new IllegalStateException(
                                        "the server printed no figures: " + String.join("; ", output)));
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
