package fathom.plot;

/** From values to places along an axis: 0 at its beginning, 1 at its end. */
sealed interface Scale {
    /** Values beyond are as good as infinite: their differences would be. */
    double LARGEST = 4e307;

    /** {@return the place of a value; NaN where it has none} */
    double at(double value);

    Ticks ticks(int most);

    double low();

    double high();

    /** {@return whether a value can be shown on an axis of the kind} */
    static boolean isShown(double value, boolean log) {
        return Math.abs(value) <= LARGEST && (!log || value >= Double.MIN_NORMAL);
    }

    /** Equal distances are equal differences. */
    record Linear(double low, double high) implements Scale {
        @Override
        public double at(double value) {
            return (value - low) / (high - low);
        }

        @Override
        public Ticks ticks(int most) {
            return Ticks.linear(low, high, most);
        }
    }

    /** Equal distances are equal ratios. */
    record Logarithmic(double low, double high) implements Scale {
        @Override
        public double at(double value) {
            return value > 0 ? Math.log(value / low) / Math.log(high / low) : Double.NaN;
        }

        @Override
        public Ticks ticks(int most) {
            return Ticks.logarithmic(low, high, most);
        }
    }

    /**
     * {@return a scale over a range of data}
     *
     * @param padLow the part of the range left free at the lower end
     * @param padHigh the part of the range left free at the upper end
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
                    Math.min(high * Math.exp(ratio * padHigh), LARGEST));
        }
        double range = high - low;
        double greatest = Math.max(Math.abs(low), Math.abs(high));
        // a constant, or what is one but for rounding, or smaller than ticks can be computed for
        if (!(range > greatest * 1e-13) || range < 1e-290) {
            double half = greatest < 1e-290 ? 1 : greatest * 0.1;
            return new Linear(low - half, high + half);
        }
        return new Linear(low - range * padLow, high + range * padHigh);
    }
}
