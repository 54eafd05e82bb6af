package fathom.plot;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How the contour lines of a function of two variables look. */
public final class ContourOptions {
    int count = 10;
    double @Nullable [] levels;
    Colormap colors = Colormap.SPECTRUM;
    double width = 1.3;
    boolean colorBar = true;

    ContourOptions() {}

    /** About how many lines there are, at round values. Default: 10. */
    public ContourOptions levels(int count) {
        if (count < 1 || count > 200) {
            throw new IllegalArgumentException("levels: there can be from 1 to 200, not " + count);
        }
        this.count = count;
        return this;
    }

    /** The values that have lines. Default: round ones. */
    public ContourOptions levels(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        this.levels = sorted;
        return this;
    }

    /** The colours of values. Default: {@link Colormap#SPECTRUM}. */
    public ContourOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** Whether there is a scale of the colours. Default: yes. */
    public ContourOptions colorBar(boolean show) {
        this.colorBar = show;
        return this;
    }
}
