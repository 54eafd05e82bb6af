package fathom.plot;

import org.jspecify.annotations.Nullable;

/** Options of one series of {@link Axes}. Defaults follow the theme. */
public final class SeriesOptions {
    /** The dash pattern of a line. */
    public enum Dash {
        /** Solid. */
        SOLID,
        /** Dashes. */
        DASHED,
        /** Alternating dashes and dots. */
        DASH_DOT,
        /** Dots. */
        DOTTED;

        double @Nullable [] pattern(double width) {
            return switch (this) {
                case SOLID -> null;
                case DASHED -> new double[] {4 * width, 2 * width};
                case DASH_DOT -> new double[] {4 * width, 1.6 * width, width, 1.6 * width};
                case DOTTED -> new double[] {width, 1.5 * width};
            };
        }
    }

    String label = "";
    @Nullable Integer color;
    double width = 1.8;
    @Nullable Dash dash;
    double markers = -1;
    double alpha = 1;
    int bins;

    SeriesOptions() {}

    /** The name of the series in the legend. Default: none, and no legend entry. */
    public SeriesOptions label(String label) {
        this.label = label;
        return this;
    }

    /**
     * The colour, as {@code #RRGGBB}. Default: the next of the theme.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public SeriesOptions color(String color) {
        this.color = Colors.parse(color);
        return this;
    }

    /** The width of the line in pixels. Default: 1.8. */
    public SeriesOptions width(double width) {
        this.width = positive("width", width);
        return this;
    }

    /**
     * The dash pattern. Default: solid for the first series, then each of the others in turn; solid for more than 1,000
     * points.
     */
    public SeriesOptions dash(Dash dash) {
        this.dash = dash;
        return this;
    }

    /** Draws discs with a radius of 3 pixels at the points. Default: none for lines. */
    public SeriesOptions markers() {
        return markers(3);
    }

    /** The radius, in pixels, of the discs at the points; 0 for none. Default: 0 for lines, 3 for scatter. */
    public SeriesOptions markers(double radius) {
        this.markers = radius == 0 ? 0 : positive("markers", radius);
        return this;
    }

    /** The opacity, from 0 (invisible) to 1. Default: 1. */
    public SeriesOptions alpha(double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("alpha: must be from 0 to 1, got " + alpha);
        }
        this.alpha = alpha;
        return this;
    }

    /** The number of bins of all histograms of the axes. Default: Sturges' rule, and at least 10. */
    public SeriesOptions bins(int bins) {
        if (bins < 1 || bins > 10_000) {
            throw new IllegalArgumentException("bins: must be from 1 to 10000, got " + bins);
        }
        this.bins = bins;
        return this;
    }

    private static double positive(String name, double value) {
        if (!(value > 0 && value < 1000)) {
            throw new IllegalArgumentException(name + ": must be positive and below 1000 pixels, got " + value);
        }
        return value;
    }
}
