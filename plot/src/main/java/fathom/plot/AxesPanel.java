package fathom.plot;

import fathom.plot.text.TextWidths;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lays out axes: space for labels, positions of ticks, position of the legend. */
final class AxesPanel implements Panel {
    static final double TICK = 11;
    private static final double LABEL = 12;
    private static final double PAD = 10;

    private final Axes axes;
    private final List<Artist> artists;

    AxesPanel(Axes axes) {
        this.axes = axes;
        this.artists = axes.drawn();
        check("xRange", axes.xRange, axes.xLog);
        check("yRange", axes.yRange, axes.yLog);
    }

    private static void check(String what, @Nullable Range range, boolean log) {
        if (range != null && log && !(range.low() > 0)) {
            throw new IllegalArgumentException(
                    "%s: a logarithmic axis must have positive values, got %s to %s"
                            .formatted(what, range.low(), range.high()));
        }
    }

    @Override
    public double width() {
        return 460;
    }

    @Override
    public double height() {
        return 320;
    }

    @Override
    public String title() {
        return axes.title;
    }

    private Scale scale(boolean horizontal) {
        boolean log = horizontal ? axes.xLog : axes.yLog;
        Range fixed = horizontal ? axes.xRange : axes.yRange;
        if (fixed != null) {
            return Scale.of(fixed, log, 0, 0);
        }
        Range data = Range.EMPTY;
        for (Artist a : artists) {
            data = data.and(horizontal ? a.horizontal(log) : a.vertical(log));
        }
        boolean bars = artists.stream().anyMatch(Artist::standsOnZero);
        double low = axes.tight ? 0 : !horizontal && bars && (log || data.low() >= 0) ? 0 : 0.045;
        double high = axes.tight ? 0 : !horizontal && bars && !log && data.high() <= 0 ? 0 : 0.045;
        return Scale.of(data, log, low, high);
    }

    private List<Legend.Entry> legend(Theme theme) {
        return axes.legend == Axes.LegendPlace.NONE
                ? List.of()
                : artists.stream().map(a -> a.legend(theme)).filter(Objects::nonNull).toList();
    }

    private @Nullable ColorBar colorBar() {
        return artists.stream().map(Artist::colorBar).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** The result of the layout. */
    private record Layout(Frame frame, Ticks x, Ticks y, boolean isSlanted) {}

    @Override
    public void draw(Canvas canvas, double x, double y, double width, double height, Theme theme) {
        var legend = new Legend(legend(theme), theme);
        boolean below = axes.legend == Axes.LegendPlace.BELOW;
        Layout layout = layout(canvas, x, y, width, height, below ? legend : null);
        double[] corner = null;
        if (!legend(theme).isEmpty() && !below) {
            corner = corner(canvas, layout.frame, legend);
            if (corner == null) {
                below = true;
                layout = layout(canvas, x, y, width, height, legend);
            }
        }
        Frame frame = layout.frame;
        if (axes.grid) {
            drawGrid(canvas, layout, theme);
        }
        canvas.clip(frame.x() - 1, frame.y() - 1, frame.width() + 2, frame.height() + 2);
        for (Artist artist : artists) {
            artist.draw(canvas, frame, theme);
        }
        canvas.unclip();
        drawAxes(canvas, layout, theme);
        ColorBar bar = colorBar();
        if (bar != null) {
            bar.draw(canvas, frame.right() + 10, frame.y(), frame.height(), theme);
        }
        if (!axes.title.isEmpty()) {
            double middle = frame.x() + frame.width() / 2;
            double half = TextWidths.of(axes.title, 13, true) / 2;
            middle = Math.clamp(middle, Math.min(x + half, x + width / 2), Math.max(x + width - half, x + width / 2));
            canvas.text(middle, y + PAD + 10, axes.title, Canvas.Font.of(13, theme.front(), 0.5).strong());
        }
        if (corner != null) {
            legend.drawColumn(canvas, corner[0], corner[1]);
        } else if (below && !legend(theme).isEmpty()) {
            double room = width - 2 * PAD;
            legend.drawRows(canvas, x + PAD, y + height - legend.rowsHeight(canvas, room) - 4, room);
        }
    }

    /** Draws data and ticks in a given frame, without titles. */
    void drawInto(
            Canvas canvas,
            double x,
            double y,
            double width,
            double height,
            boolean xLabels,
            boolean yLabels,
            Theme theme) {
        var frame = new Frame(x, y, width, height, scale(true), scale(false), axes.downwards);
        boolean isSlanted = isSlanted(canvas, width);
        Ticks xTicks = xLabels ? xTicks(canvas, frame.horizontal(), width, isSlanted) : Ticks.NONE;
        Ticks yTicks = yLabels ? yTicks(frame.vertical(), height) : Ticks.NONE;
        for (Artist artist : artists) {
            artist.draw(canvas, frame, theme);
        }
        drawAxes(canvas, new Layout(frame, xTicks, yTicks, isSlanted), theme);
    }

    /** {@return a corner of the frame where the legend hides no data, or null} */
    private double @Nullable [] corner(Canvas canvas, Frame frame, Legend legend) {
        double w = legend.columnWidth(canvas);
        double h = legend.columnHeight();
        if (w > frame.width() * 0.7 || h > frame.height() * 0.7) {
            return null;
        }
        var occupancy = new Legend.Occupancy(frame);
        artists.forEach(a -> a.occupy(frame, occupancy));
        double left = frame.x() + 6;
        double right = frame.right() - w - 6;
        double top = frame.y() + 6;
        double bottom = frame.bottom() - h - 6;
        double centre = (left + right) / 2;
        double middle = (top + bottom) / 2;
        double[][] places = {
            {right, top},
            {left, top},
            {right, bottom},
            {left, bottom},
            {centre, top},
            {centre, bottom},
            {right, middle},
            {left, middle}
        };
        for (double[] place : places) {
            if (occupancy.count(place[0] - 3, place[1] - 3, w + 6, h + 6) == 0) {
                return place;
            }
        }
        return null;
    }

    private Layout layout(Canvas canvas, double x, double y, double width, double height, @Nullable Legend below) {
        Scale horizontal = scale(true);
        Scale vertical = scale(false);
        ColorBar bar = colorBar();
        double top = PAD + (axes.title.isEmpty() ? 0 : 20);
        double bottom = PAD + (axes.xLabel.isEmpty() ? 0 : 18) + TICK + 6;
        if (below != null) {
            bottom += below.rowsHeight(canvas, width - 2 * PAD) + 4;
        }
        double frameHeight = Math.max(20, height - top - bottom);
        Ticks yTicks = yTicks(vertical, frameHeight);
        if (!yTicks.note().isEmpty() || bar != null && bar.hasNote(frameHeight)) {
            top += 14;
        }
        double left = PAD + (axes.yLabel.isEmpty() ? 0 : 18) + widest(canvas, yTicks) + 8;
        double right = PAD + 4 + (bar == null ? 0 : bar.width(frameHeight));
        double frameWidth = Math.max(20, width - left - right);
        boolean isSlanted = isSlanted(canvas, frameWidth);
        Ticks xTicks = xTicks(canvas, horizontal, frameWidth, isSlanted);
        if (isSlanted) {
            bottom += Math.min(widest(canvas, xTicks), height * 0.3) * Math.sin(SLANT) - 2;
        } else if (axes.xNames == null) {
            if (!xTicks.note().isEmpty() && axes.xLabel.isEmpty()) {
                bottom += 14;
            }
            // the last label is centred below the end of the axis
            if (xTicks.labels().length > 0) {
                double last = canvas.width(xTicks.labels()[xTicks.labels().length - 1], tickFont()) / 2;
                double at = frameWidth * horizontal.at(xTicks.at()[xTicks.at().length - 1]);
                double over = at + last - frameWidth - right + 2;
                if (over > 0 && bar == null) {
                    right += over;
                    frameWidth = Math.max(20, frameWidth - over);
                }
            }
        }
        frameHeight = Math.max(20, height - top - bottom);
        yTicks = yTicks(vertical, frameHeight);
        double frameX = x + left;
        double frameY = y + top;
        if (axes.equal) {
            double unit =
                    Math.min(
                            frameWidth / (horizontal.high() - horizontal.low()),
                            frameHeight / (vertical.high() - vertical.low()));
            double w = unit * (horizontal.high() - horizontal.low());
            double h = unit * (vertical.high() - vertical.low());
            frameX += (frameWidth - w) / 2;
            frameY += (frameHeight - h) / 2;
            frameWidth = w;
            frameHeight = h;
            xTicks = xTicks(canvas, horizontal, frameWidth, isSlanted);
            yTicks = yTicks(vertical, frameHeight);
        }
        return new Layout(
                new Frame(frameX, frameY, frameWidth, frameHeight, horizontal, vertical, axes.downwards),
                xTicks,
                yTicks,
                isSlanted);
    }

    static final double SLANT = Math.toRadians(40);

    private static Canvas.Font tickFont() {
        return Canvas.Font.of(TICK, 0, 0);
    }

    private static double widest(Canvas canvas, Ticks ticks) {
        double widest = 0;
        for (String label : ticks.labels()) {
            widest = Math.max(widest, canvas.width(label, tickFont()));
        }
        return widest;
    }

    private Ticks yTicks(Scale vertical, double height) {
        return axes.yNames != null
                ? Ticks.named(axes.yNames, (int) (height / 13))
                : ticks(vertical, (int) Math.clamp(height / 24, 2, 9), axes.yWhole);
    }

    private static Ticks ticks(Scale scale, int maxTicks, boolean whole) {
        return whole && scale instanceof Scale.Linear
                ? Ticks.linear(scale.low(), scale.high(), maxTicks, 1)
                : scale.ticks(maxTicks);
    }

    private boolean isSlanted(Canvas canvas, double width) {
        return axes.xNames != null && longest(canvas) + 6 > width / Math.max(1, axes.xNames.size());
    }

    private double longest(Canvas canvas) {
        return axes.xNames == null
                ? 0
                : axes.xNames.stream().mapToDouble(n -> canvas.width(n, tickFont())).max().orElse(0);
    }

    private Ticks xTicks(Canvas canvas, Scale horizontal, double width, boolean isSlanted) {
        if (axes.xNames == null) {
            return fitting(canvas, horizontal, width);
        }
        return Ticks.named(axes.xNames, (int) (width / (isSlanted ? 15 : Math.max(1, longest(canvas) + 6))));
    }

    /** {@return as many ticks as fit with their labels side by side} */
    private Ticks fitting(Canvas canvas, Scale scale, double width) {
        int maxTicks = (int) Math.clamp(width / 40, 2, 10);
        while (true) {
            Ticks ticks = ticks(scale, maxTicks, axes.xWhole);
            if (maxTicks == 1 || fits(canvas, ticks, scale, width)) {
                return ticks;
            }
            maxTicks--;
        }
    }

    private static boolean fits(Canvas canvas, Ticks ticks, Scale scale, double width) {
        double end = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < ticks.at().length; i++) {
            double half = canvas.width(ticks.labels()[i], tickFont()) / 2;
            double at = width * scale.at(ticks.at()[i]);
            if (at - half < end + 7) {
                return false;
            }
            end = at + half;
        }
        return true;
    }

    private void drawGrid(Canvas canvas, Layout layout, Theme theme) {
        Frame f = layout.frame;
        var stroke = Canvas.Stroke.solid(theme.lines(), 1);
        if (axes.xNames == null) {
            for (double at : layout.x.at()) {
                canvas.segment(f.px(at), f.y(), f.px(at), f.bottom(), stroke);
            }
        }
        for (double at : layout.y.at()) {
            canvas.segment(f.x(), f.py(at), f.right(), f.py(at), stroke);
        }
    }

    private void drawAxes(Canvas canvas, Layout layout, Theme theme) {
        Frame f = layout.frame;
        var stroke = Canvas.Stroke.solid(theme.minor(), 1);
        if (axes.tight) {
            canvas.frame(f.x(), f.y(), f.width(), f.height(), stroke);
        } else {
            canvas.line(
                    new double[] {f.x(), f.x(), f.right()}, new double[] {f.y(), f.bottom(), f.bottom()}, 3, stroke);
        }
        var font = Canvas.Font.of(TICK, theme.front(), 0.5);
        for (double at : layout.x.minor()) {
            canvas.segment(f.px(at), f.bottom(), f.px(at), f.bottom() + 2.5, stroke);
        }
        for (double at : layout.y.minor()) {
            canvas.segment(f.x() - 2.5, f.py(at), f.x(), f.py(at), stroke);
        }
        double lowest = f.bottom() + TICK + 6;
        for (int i = 0; i < layout.x.at().length; i++) {
            double at = f.px(layout.x.at()[i]);
            canvas.segment(at, f.bottom(), at, f.bottom() + 4, stroke);
            String label = layout.x.labels()[i];
            if (layout.isSlanted) {
                var slant = Canvas.Font.of(TICK, theme.front(), 1).rotated(40);
                canvas.text(at + 4, f.bottom() + 13, label, slant);
                lowest = Math.max(lowest, f.bottom() + 13 + canvas.width(label, font) * Math.sin(SLANT));
            } else {
                canvas.text(at, f.bottom() + TICK + 5, label, font);
            }
        }
        var right = Canvas.Font.of(TICK, theme.front(), 1);
        for (int i = 0; i < layout.y.at().length; i++) {
            double at = f.py(layout.y.at()[i]);
            canvas.segment(f.x() - 4, at, f.x(), at, stroke);
            canvas.text(f.x() - 7, at + TICK * 0.36, layout.y.labels()[i], right);
        }
        canvas.text(f.x() - 4, f.y() - 8, layout.y.note(), Canvas.Font.of(TICK, theme.front(), 0));
        boolean alone = axes.xLabel.isEmpty();
        canvas.text(f.right(), lowest + (alone ? 12 : 15), layout.x.note(), right);
        var label = Canvas.Font.of(LABEL, theme.front(), 0.5);
        canvas.text(f.x() + f.width() / 2, lowest + 15, axes.xLabel, label);
        double widest = widest(canvas, layout.y);
        canvas.text(f.x() - widest - 16, f.y() + f.height() / 2, axes.yLabel, label.rotated(90));
    }
}
