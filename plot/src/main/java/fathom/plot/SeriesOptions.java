package fathom.plot;

import org.jspecify.annotations.Nullable;

/** How one series of {@link Axes} looks. What is not set follows the theme. */
public final class SeriesOptions {
    /** The pattern of a line. */
    public enum Dash {
        /** Unbroken. */
        SOLID,
        /** Strokes. */
        DASHED,
        /** Strokes and dots in turn. */
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

    /** The series' name in the legend. Default: none, and no entry there. */
    public SeriesOptions label(String label) {
        this.label = label;
        return this;
    }

    /**
     * The colour, as {@code #RRGGBB}. Default: the next of the theme.
     *
     * @throws IllegalArgumentException if it is not of that form
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
     * The pattern of the line. Default: solid for the first series, then each of the others in turn; of more than 1,000
     * points, solid.
     */
    public SeriesOptions dash(Dash dash) {
        this.dash = dash;
        return this;
    }

    /** Discs of 3 pixels' radius at each point. Default: none for lines. */
    public SeriesOptions markers() {
        return markers(3);
    }

    /** Discs at each point, of a radius in pixels; 0 for none. Default: 0 for lines, 3 for scatter. */
    public SeriesOptions markers(double radius) {
        this.markers = radius == 0 ? 0 : positive("markers", radius);
        return this;
    }

    /** Opacity, from 0 (invisible) to 1. Default: 1. */
    public SeriesOptions alpha(double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("alpha: must be from 0 to 1, not " + alpha);
        }
        this.alpha = alpha;
        return this;
    }

    /**
     * How many bins a histogram has, which all histograms of the axes share. Default: as many as Sturges' rule says,
     * and 10 at least.
     */
    public SeriesOptions bins(int bins) {
        if (bins < 1 || bins > 10_000) {
            throw new IllegalArgumentException("bins: must be from 1 to 10000, not " + bins);
        }
        this.bins = bins;
        return this;
    }

    private static double positive(String name, double value) {
        if (!(value > 0 && value < 1000)) {
            throw new IllegalArgumentException(name + ": must be positive and below 1000 pixels, not " + value);
        }
        return value;
    }
}
