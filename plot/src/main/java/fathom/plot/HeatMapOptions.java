package fathom.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of heat maps. */
public final class HeatMapOptions {
    String title = "";
    String xLabel = "";
    String yLabel = "";
    Colormap colors = Colormap.SPECTRUM;
    @Nullable Range range;
    int digits = -1;
    @Nullable List<String> rows;
    @Nullable List<String> columns;
    boolean colorBar = true;
    @Nullable List<String> titles;

    HeatMapOptions() {}

    /** The title. Default: none. */
    public HeatMapOptions title(String title) {
        this.title = title;
        return this;
    }

    /** The label of the columns. Default: none. */
    public HeatMapOptions xLabel(String label) {
        this.xLabel = label;
        return this;
    }

    /** The label of the rows. Default: none. */
    public HeatMapOptions yLabel(String label) {
        this.yLabel = label;
        return this;
    }

    /** The colour map. Default: {@link Colormap#SPECTRUM}. */
    public HeatMapOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** The values of the first and the last colour. Default: the minimum and maximum of the data. */
    public HeatMapOptions range(double low, double high) {
        this.range = Axes.range("range", low, high);
        return this;
    }

    /** Writes each value into its cell if it fits: integers without decimals, other numbers with two. */
    public HeatMapOptions numbers() {
        return numbers(2);
    }

    /** Writes each value into its cell if it fits; non-integers have the given number of decimals. */
    public HeatMapOptions numbers(int decimals) {
        if (decimals < 0 || decimals > 10) {
            throw new IllegalArgumentException("numbers: decimals must be from 0 to 10, got " + decimals);
        }
        this.digits = decimals;
        return this;
    }

    /** The names of the rows, one per row. Default: their indices. */
    public HeatMapOptions rows(List<String> names) {
        this.rows = List.copyOf(names);
        return this;
    }

    /** The names of the columns, one per column. Default: their indices. */
    public HeatMapOptions columns(List<String> names) {
        this.columns = List.copyOf(names);
        return this;
    }

    /** Whether to draw a colour bar. Default: yes. */
    public HeatMapOptions colorBar(boolean show) {
        this.colorBar = show;
        return this;
    }

    /** The titles of the heat maps of a grid, row by row. Default: none. */
    public HeatMapOptions titles(List<String> titles) {
        this.titles = List.copyOf(titles);
        return this;
    }
}
