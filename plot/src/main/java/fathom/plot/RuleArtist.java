package fathom.plot;

import org.jspecify.annotations.Nullable;

/** A horizontal or vertical line across the whole frame. */
record RuleArtist(boolean vertical, double value, String label) implements Artist {
    @Override
    public Range horizontal(boolean log) {
        return vertical && Scale.isShown(value, log) ? Range.EMPTY.and(value) : Range.EMPTY;
    }

    @Override
    public Range vertical(boolean log) {
        return !vertical && Scale.isShown(value, log) ? Range.EMPTY.and(value) : Range.EMPTY;
    }

    private static Canvas.Stroke stroke(Theme theme) {
        return new Canvas.Stroke(theme.minor(), 1.2, new double[] {5, 3});
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        double at = vertical ? frame.px(value) : frame.py(value);
        if (!Double.isFinite(at) || Math.abs(at) > 1e6) {
            return;
        }
        if (vertical) {
            canvas.segment(at, frame.y(), at, frame.bottom(), stroke(theme));
        } else {
            canvas.segment(frame.x(), at, frame.right(), at, stroke(theme));
        }
    }

    @Override
    public Legend.@Nullable Entry legend(Theme theme) {
        return label.isEmpty() ? null : new Legend.Entry(label, theme.minor(), stroke(theme), 0, false);
    }
}
