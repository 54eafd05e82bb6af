package fathom.plot;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Options of contour plots. */
public final class ContourOptions {
    int count = 10;
    double @Nullable [] levels;
    Colormap colors = Colormap.SPECTRUM;
    double width = 1.3;
    boolean colorBar = true;

    ContourOptions() {}

    /** The approximate number of lines, which are at round values. Default: 10. */
    public ContourOptions levels(int count) {
        if (count < 1 || count > 200) {
            throw new IllegalArgumentException("levels: must be from 1 to 200, got " + count);
        }
        this.count = count;
        return this;
    }

    /** The values of the lines. Default: round values. */
    public ContourOptions levels(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        this.levels = sorted;
        return this;
    }

    /** The colour map. Default: {@link Colormap#SPECTRUM}. */
    public ContourOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** Whether to draw a colour bar. Default: yes. */
    public ContourOptions colorBar(boolean show) {
        this.colorBar = show;
        return this;
    }
}
