package fathom.plot;

import java.util.ArrayList;
import java.util.List;

/** Options of surface plots, and additional points and paths. */
public final class SurfaceOptions {
    /** Points in three dimensions, optionally joined. */
    @SuppressWarnings("ArrayRecordComponent")
    record Path(double[] x, double[] y, double[] z, boolean joined) {}

    String title = "";
    String xLabel = "x";
    String yLabel = "y";
    String zLabel = "";
    double azimuth = -60;
    double elevation = 28;
    int lines = 24;
    Colormap colors = Colormap.SPECTRUM;
    boolean filled;
    final List<Path> paths = new ArrayList<>();

    SurfaceOptions() {}

    /** The title. Default: none. */
    public SurfaceOptions title(String title) {
        this.title = title;
        return this;
    }

    /** The label of the x axis. Default: x. */
    public SurfaceOptions xLabel(String label) {
        this.xLabel = label;
        return this;
    }

    /** The label of the y axis. Default: y. */
    public SurfaceOptions yLabel(String label) {
        this.yLabel = label;
        return this;
    }

    /** The label of the z axis. Default: none. */
    public SurfaceOptions zLabel(String label) {
        this.zLabel = label;
        return this;
    }

    /**
     * The direction of view, in degrees: azimuth from the x axis, and elevation above the plane. Default: -60 and 28.
     *
     * @throws IllegalArgumentException if the elevation is not from 0 to 90, or the azimuth is not finite
     */
    public SurfaceOptions view(double azimuth, double elevation) {
        if (!(elevation >= 0 && elevation <= 90) || !(Math.abs(azimuth) <= 1e6)) {
            throw new IllegalArgumentException(
                    "view: the elevation must be from 0 to 90 degrees and the azimuth finite, got %s and %s"
                            .formatted(elevation, azimuth));
        }
        this.azimuth = azimuth;
        this.elevation = elevation;
        return this;
    }

    /** The maximum number of lines in each direction; the data is thinned to it. Default: 24. */
    public SurfaceOptions lines(int count) {
        if (count < 2 || count > 200) {
            throw new IllegalArgumentException("lines: must be from 2 to 200, got " + count);
        }
        this.lines = count;
        return this;
    }

    /** The colour map of z. Default: {@link Colormap#SPECTRUM}. */
    public SurfaceOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** Fills the cells of the mesh, which hide what is behind. Default: lines only. */
    public SurfaceOptions filled() {
        this.filled = true;
        return this;
    }

    /** Adds a point. */
    public SurfaceOptions point(double x, double y, double z) {
        paths.add(new Path(new double[] {x}, new double[] {y}, new double[] {z}, false));
        return this;
    }

    /**
     * Adds points joined by a line, in order.
     *
     * @throws IllegalArgumentException if the arrays have different lengths
     */
    public SurfaceOptions path(double[] x, double[] y, double[] z) {
        if (x.length != y.length || x.length != z.length) {
            throw new IllegalArgumentException(
                    "path: x, y and z must have the same size, got %s, %s and %s"
                            .formatted(x.length, y.length, z.length));
        }
        paths.add(new Path(x.clone(), y.clone(), z.clone(), true));
        return this;
    }
}
