package fathom.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a matrix is shown as a heat map. */
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

    /** The text above. Default: none. */
    public HeatMapOptions title(String title) {
        this.title = title;
        return this;
    }

    /** What the columns are, below them. Default: nothing. */
    public HeatMapOptions xLabel(String label) {
        this.xLabel = label;
        return this;
    }

    /** What the rows are, beside them. Default: nothing. */
    public HeatMapOptions yLabel(String label) {
        this.yLabel = label;
        return this;
    }

    /** The colours of values. Default: {@link Colormap#SPECTRUM}. */
    public HeatMapOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** The values that have the first and the last colour. Default: the least and the greatest of the data. */
    public HeatMapOptions range(double low, double high) {
        this.range = Axes.range("range", low, high);
        return this;
    }

    /** Writes each value into its cell where there is room: whole numbers as they are, others with two decimals. */
    public HeatMapOptions numbers() {
        return numbers(2);
    }

    /** Writes each value into its cell where there is room; numbers that are not whole with so many decimals. */
    public HeatMapOptions numbers(int decimals) {
        if (decimals < 0 || decimals > 10) {
            throw new IllegalArgumentException("numbers: there can be from 0 to 10 decimals, not " + decimals);
        }
        this.digits = decimals;
        return this;
    }

    /** The rows' names, as many as there are rows. Default: their numbers from 0. */
    public HeatMapOptions rows(List<String> names) {
        this.rows = List.copyOf(names);
        return this;
    }

    /** The columns' names, as many as there are columns. Default: their numbers from 0. */
    public HeatMapOptions columns(List<String> names) {
        this.columns = List.copyOf(names);
        return this;
    }

    /** Whether there is a scale of the colours. Default: yes. */
    public HeatMapOptions colorBar(boolean show) {
        this.colorBar = show;
        return this;
    }

    /** The texts above the heat maps of a grid, row by row. Default: none. */
    public HeatMapOptions titles(List<String> titles) {
        this.titles = List.copyOf(titles);
        return this;
    }
}
