package fathom.plot;

import fathom.plot.text.TextWidths;

/** A colour bar: the scale of a heat map's colours. */
record ColorBar(Colormap colors, double low, double high) {
    static final double WIDTH = 12;
    private static final double SIZE = 10.5;

    private Ticks ticks(double height) {
        return new Scale.Linear(low, high).ticks((int) Math.clamp(height / 25, 2, 8));
    }

    boolean hasNote(double height) {
        return !ticks(height).note().isEmpty();
    }

    /** {@return the width of the bar and its labels} */
    double width(double height) {
        double labels = 0;
        Ticks ticks = ticks(height);
        for (String label : ticks.labels()) {
            labels = Math.max(labels, TextWidths.of(label, SIZE, false));
        }
        // the note is centred above the bar
        double note = TextWidths.of(ticks.note(), SIZE, false) - WIDTH;
        return 10 + WIDTH + Math.max(6 + labels, note);
    }

    /** Draws the bar with its left border at {@code x}. */
    void draw(Canvas canvas, double x, double y, double height, Theme theme) {
        int steps = 64;
        double step = height / steps;
        for (int i = 0; i < steps; i++) {
            // steps overlap, so that no seams are visible
            double reach = i == 0 ? step : step + 0.5;
            canvas.rectangle(x, y + height - (i + 1) * step, WIDTH, reach, colors.at((i + 0.5) / steps));
        }
        canvas.frame(x, y, WIDTH, height, Canvas.Stroke.solid(theme.minor(), 0.8));
        Ticks ticks = ticks(height);
        var scale = new Scale.Linear(low, high);
        var font = Canvas.Font.of(SIZE, theme.front(), 0);
        for (int i = 0; i < ticks.at().length; i++) {
            double at = y + height * (1 - scale.at(ticks.at()[i]));
            canvas.segment(x + WIDTH, at, x + WIDTH + 3, at, Canvas.Stroke.solid(theme.minor(), 1));
            canvas.text(x + WIDTH + 6, at + SIZE * 0.36, ticks.labels()[i], font);
        }
        canvas.text(x, y - 6, ticks.note(), font);
    }
}
