package fathom.plot;

import java.util.BitSet;

/** Which parts of a frame have something drawn on them: where a legend covers least is asked here. */
final class Occupancy {
    private static final double CELL = 6;

    private final Frame frame;
    private final int columns;
    private final int rows;
    private final BitSet used = new BitSet();

    Occupancy(Frame frame) {
        this.frame = frame;
        this.columns = (int) Math.ceil(frame.width() / CELL) + 1;
        this.rows = (int) Math.ceil(frame.height() / CELL) + 1;
    }

    void rectangle(double x, double y, double width, double height) {
        int left = column(x);
        int right = column(x + width);
        int bottom = row(y + height);
        for (int r = row(y); r <= bottom; r++) {
            used.set(r * columns + left, r * columns + right + 1);
        }
    }

    void segment(double x0, double y0, double x1, double y1) {
        int steps = (int) Math.min(500, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) / CELL) + 1;
        for (int i = 0; i <= steps; i++) {
            point(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
        }
    }

    void point(double x, double y) {
        if (x >= frame.x() && x <= frame.right() && y >= frame.y() && y <= frame.bottom()) {
            used.set(row(y) * columns + column(x));
        }
    }

    /** {@return how many cells of a rectangle are used} */
    int count(double x, double y, double width, double height) {
        int left = column(x);
        int right = column(x + width);
        int count = 0;
        int bottom = row(y + height);
        for (int r = row(y); r <= bottom; r++) {
            count += used.get(r * columns + left, r * columns + right + 1).cardinality();
        }
        return count;
    }

    private int column(double x) {
        return (int) Math.clamp((x - frame.x()) / CELL, 0, columns - 1);
    }

    private int row(double y) {
        return (int) Math.clamp((y - frame.y()) / CELL, 0, rows - 1);
    }
}
