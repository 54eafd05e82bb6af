package fathom.plot;

/** The minimum and maximum of values; empty if {@code low > high}. */
record Range(double low, double high) {
    static final Range EMPTY = new Range(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    boolean isEmpty() {
        return !(low <= high);
    }

    Range and(Range other) {
        return new Range(Math.min(low, other.low), Math.max(high, other.high));
    }

    Range and(double value) {
        return new Range(Math.min(low, value), Math.max(high, value));
    }

    /** {@return the range of the values that a linear or logarithmic axis can show} */
    static Range of(double[] values, boolean log) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double v : values) {
            if (Scale.isShown(v, log)) {
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
        }
        return new Range(low, high);
    }
}
