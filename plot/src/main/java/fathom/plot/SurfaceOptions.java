package fathom.plot;

import java.util.ArrayList;
import java.util.List;

/** How a surface over a plane looks, and what else is drawn beside it. */
public final class SurfaceOptions {
    /** Points in three dimensions. */
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

    /** The text above. Default: none. */
    public SurfaceOptions title(String title) {
        this.title = title;
        return this;
    }

    /** The text beside the x axis. Default: x. */
    public SurfaceOptions xLabel(String label) {
        this.xLabel = label;
        return this;
    }

    /** The text beside the y axis. Default: y. */
    public SurfaceOptions yLabel(String label) {
        this.yLabel = label;
        return this;
    }

    /** The text beside the z axis. Default: none. */
    public SurfaceOptions zLabel(String label) {
        this.zLabel = label;
        return this;
    }

    /**
     * Where it is looked at from, in degrees: around the z axis from the x axis on, and above the plane. Default: -60
     * and 28.
     *
     * @throws IllegalArgumentException if the elevation is not from 0 to 90, or the azimuth not finite
     */
    public SurfaceOptions view(double azimuth, double elevation) {
        if (!(elevation >= 0 && elevation <= 90) || !(Math.abs(azimuth) <= 1e6)) {
            throw new IllegalArgumentException(
                    "view: the elevation must be from 0 to 90 degrees and the azimuth finite, not %s and %s"
                            .formatted(elevation, azimuth));
        }
        this.azimuth = azimuth;
        this.elevation = elevation;
        return this;
    }

    /** How many lines there are in each direction, at most; what lies between is left out. Default: 24. */
    public SurfaceOptions lines(int most) {
        if (most < 2 || most > 200) {
            throw new IllegalArgumentException("lines: there can be from 2 to 200, not " + most);
        }
        this.lines = most;
        return this;
    }

    /** The colours of values of z. Default: {@link Colormap#SPECTRUM}. */
    public SurfaceOptions colors(Colormap colors) {
        this.colors = colors;
        return this;
    }

    /** Fills the meshes, so that what is behind is hidden. Default: lines alone. */
    public SurfaceOptions filled() {
        this.filled = true;
        return this;
    }

    /** A point on or beside the surface. */
    public SurfaceOptions point(double x, double y, double z) {
        paths.add(new Path(new double[] {x}, new double[] {y}, new double[] {z}, false));
        return this;
    }

    /**
     * Points joined by a line, in their order.
     *
     * @throws IllegalArgumentException if the arrays are not of one length
     */
    public SurfaceOptions path(double[] x, double[] y, double[] z) {
        if (x.length != y.length || x.length != z.length) {
            throw new IllegalArgumentException(
                    "path: x has %s values, y %s, z %s; there must be as many".formatted(x.length, y.length, z.length));
        }
        paths.add(new Path(x.clone(), y.clone(), z.clone(), true));
        return this;
    }
}
