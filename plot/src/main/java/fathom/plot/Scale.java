package fathom.plot;

/** A mapping of values to positions along an axis: 0 at its start, 1 at its end. */
sealed interface Scale {
    /** Larger values are treated as infinite, since their differences would overflow. */
    double MAX_VALUE = 4e307;

    /** {@return the position of a value; NaN if it has none} */
    double at(double value);

    Ticks ticks(int maxTicks);

    double low();

    double high();

    /** {@return whether a linear or logarithmic axis can show a value} */
    static boolean isShown(double value, boolean log) {
        return Math.abs(value) <= MAX_VALUE && (!log || value >= Double.MIN_NORMAL);
    }

    /** A linear scale. */
    record Linear(double low, double high) implements Scale {
        @Override
        public double at(double value) {
            return (value - low) / (high - low);
        }

        @Override
        public Ticks ticks(int maxTicks) {
            return Ticks.linear(low, high, maxTicks);
        }
    }

    /** A logarithmic scale. */
    record Logarithmic(double low, double high) implements Scale {
        @Override
        public double at(double value) {
            return value > 0 ? Math.log(value / low) / Math.log(high / low) : Double.NaN;
        }

        @Override
        public Ticks ticks(int maxTicks) {
            return Ticks.logarithmic(low, high, maxTicks);
        }
    }

    /**
     * {@return a scale over a range of data}
     *
     * @param padLow margin at the lower end, as a fraction of the range
     * @param padHigh margin at the upper end, as a fraction of the range
     */
    static Scale of(Range data, boolean log, double padLow, double padHigh) {
        if (data.isEmpty()) {
            return log ? new Logarithmic(1, 10) : new Linear(0, 1);
        }
        double low = data.low();
        double high = data.high();
        if (log) {
            double ratio = Math.log(high / low);
            if (!(ratio > 1e-9)) {
                return new Logarithmic(Math.max(low / 2, Double.MIN_NORMAL), high * 2);
            }
            return new Logarithmic(
                    Math.max(low * Math.exp(-ratio * padLow), Double.MIN_NORMAL),
                    Math.min(high * Math.exp(ratio * padHigh), MAX_VALUE));
        }
        double range = high - low;
        double greatest = Math.max(Math.abs(low), Math.abs(high));
        // constant data, up to rounding, or a range too small to compute ticks
        if (!(range > greatest * 1e-13) || range < 1e-290) {
            double half = greatest < 1e-290 ? 1 : greatest * 0.1;
            return new Linear(low - half, high + half);
        }
        return new Linear(low - range * padLow, high + range * padHigh);
    }
}
