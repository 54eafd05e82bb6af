package fathom.plot;

/** The area between two lines. */
final class BandArtist implements Artist {
    private final double[] x;
    private final double[] low;
    private final double[] high;
    private final int index;

    BandArtist(double[] x, double[] low, double[] high, int index) {
        this.x = x;
        this.low = low;
        this.high = high;
        this.index = index;
    }

    @Override
    public Range horizontal(boolean log) {
        return Range.of(x, log);
    }

    @Override
    public Range vertical(boolean log) {
        return Range.of(low, log).and(Range.of(high, log));
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        int color = Colors.withAlpha(theme.series(index), 0.2);
        int from = 0;
        for (int i = 0; i <= x.length; i++) {
            if (i == x.length || !isShown(frame, i)) {
                piece(canvas, frame, from, i, color);
                from = i + 1;
            }
        }
    }

    private boolean isShown(Frame frame, int i) {
        return Double.isFinite(frame.px(x[i]))
                && Double.isFinite(frame.py(low[i]))
                && Double.isFinite(frame.py(high[i]));
    }

    private void piece(Canvas canvas, Frame frame, int from, int to, int color) {
        int n = to - from;
        if (n < 2) {
            return;
        }
        double[] upX = new double[n];
        double[] upY = new double[n];
        double[] downX = new double[n];
        double[] downY = new double[n];
        for (int i = 0; i < n; i++) {
            upX[i] = Math.clamp(frame.px(x[from + i]), -1e5, 1e5);
            downX[i] = upX[i];
            upY[i] = Math.clamp(frame.py(high[from + i]), -1e5, 1e5);
            downY[i] = Math.clamp(frame.py(low[from + i]), -1e5, 1e5);
        }
        int up = Polyline.thin(upX, upY, n);
        int down = Polyline.thin(downX, downY, n);
        double[] px = new double[up + down];
        double[] py = new double[up + down];
        for (int i = 0; i < up; i++) {
            px[i] = upX[i];
            py[i] = upY[i];
        }
        for (int i = 0; i < down; i++) {
            px[up + i] = downX[down - 1 - i];
            py[up + i] = downY[down - 1 - i];
        }
        canvas.polygon(px, py, up + down, color, null);
    }
}
