package fathom.plot;

import java.util.ArrayList;
import java.util.List;

/** The histograms of axes, which share their bins. */
final class Histogram {
    private record Values(double[] values, SeriesOptions options, int index) {}

    private final List<Values> series = new ArrayList<>();

    void add(double[] values, SeriesOptions options, int index) {
        series.add(new Values(values, options, index));
    }

    List<BarArtist> bars() {
        Range range = Range.EMPTY;
        int most = 0;
        int bins = 0;
        for (Values s : series) {
            range = range.and(Range.of(s.values, false));
            most = Math.max(most, s.values.length);
            bins = Math.max(bins, s.options.bins);
        }
        if (bins == 0) {
            bins = Math.max(10, (int) Math.ceil(Math.log(Math.max(1, most)) / Math.log(2)) + 1);
        }
        List<BarArtist> bars = new ArrayList<>();
        double[] edges = range.isEmpty() ? new double[] {0, 1} : edges(range, bins);
        for (int i = 0; i < series.size(); i++) {
            Values s = series.get(i);
            var bar = new BarArtist(count(s.values, edges), edges, s.options, s.index);
            bar.place(i, series.size());
            bars.add(bar);
        }
        return bars;
    }

    /** {@return the edges of the bins; the last bin includes its upper edge} */
    static double[] edges(Range range, int bins) {
        double low = range.low();
        double high = range.high();
        if (!(high - low > Math.max(Math.abs(low), Math.abs(high)) * 1e-12)) {
            double half = low == 0 ? 0.5 : Math.abs(low) * 0.1;
            low -= half;
            high += half;
        }
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            double t = (double) i / bins;
            edges[i] = low * (1 - t) + high * t;
        }
        return edges;
    }

    static double[] count(double[] values, double[] edges) {
        int bins = edges.length - 1;
        double[] counts = new double[bins];
        double low = edges[0];
        double high = edges[bins];
        for (double v : values) {
            if (v >= low && v <= high) {
                int bin = Math.min(bins - 1, (int) ((v - low) / (high - low) * bins));
                // corrects values that rounding assigned to the wrong side of an edge
                if (v < edges[bin]) {
                    bin--;
                } else if (bin + 1 < bins && v >= edges[bin + 1]) {
                    bin++;
                }
                counts[bin]++;
            }
        }
        return counts;
    }
}
