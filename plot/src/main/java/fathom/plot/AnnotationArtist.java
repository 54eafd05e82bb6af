package fathom.plot;

import fathom.plot.text.TextWidths;

/**
 * Text with an arrow to a point.
 *
 * @param dx offset of the text to the right of the point, in pixels
 * @param dy offset of the text above the point, in pixels
 */
record AnnotationArtist(String text, double x, double y, double dx, double dy) implements Artist {
    private static final double SIZE = 11.5;

    @Override
    public Range horizontal(boolean log) {
        return Scale.isShown(x, log) ? Range.EMPTY.and(x) : Range.EMPTY;
    }

    @Override
    public Range vertical(boolean log) {
        return Scale.isShown(y, log) ? Range.EMPTY.and(y) : Range.EMPTY;
    }

    private record Box(double x, double y, double width, double height) {}

    /** {@return the text's box, moved into the frame if it would exceed it} */
    private Box box(Frame frame) {
        double width = TextWidths.of(text, SIZE, false);
        double left = frame.px(x) + (dx < 0 ? dx - width : dx);
        double top = frame.py(y) - dy - SIZE / 2;
        return new Box(
                Math.max(frame.x() + 2, Math.min(left, frame.right() - width - 2)),
                Math.max(frame.y() + 2, Math.min(top, frame.bottom() - SIZE - 2)),
                width,
                SIZE);
    }

    private boolean isShown(Frame frame) {
        return Double.isFinite(frame.px(x)) && Double.isFinite(frame.py(y));
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        if (!isShown(frame)) {
            return;
        }
        Box box = box(frame);
        double px = Math.clamp(frame.px(x), -1e5, 1e5);
        double py = Math.clamp(frame.py(y), -1e5, 1e5);
        double fromX = Math.clamp(px, box.x, box.x + box.width);
        double fromY = Math.clamp(py, box.y - 2, box.y + box.height + 2);
        double length = Math.hypot(px - fromX, py - fromY);
        if (length > 6) {
            double ux = (px - fromX) / length;
            double uy = (py - fromY) / length;
            var stroke = Canvas.Stroke.solid(theme.front(), 1);
            double tipX = px - 2 * ux;
            double tipY = py - 2 * uy;
            canvas.segment(fromX + 2 * ux, fromY + 2 * uy, tipX, tipY, stroke);
            canvas.polygon(
                    new double[] {tipX, tipX - 6 * ux - 2.5 * uy, tipX - 6 * ux + 2.5 * uy},
                    new double[] {tipY, tipY - 6 * uy + 2.5 * ux, tipY - 6 * uy - 2.5 * ux},
                    3,
                    theme.front(),
                    null);
        }
        canvas.rectangle(box.x - 2, box.y - 2, box.width + 4, box.height + 4, Colors.withAlpha(theme.back(), 0.8));
        canvas.text(box.x, box.y + SIZE * 0.86, text, Canvas.Font.of(SIZE, theme.front(), 0));
    }

    @Override
    public void occupy(Frame frame, Legend.Occupancy occupancy) {
        if (isShown(frame)) {
            Box box = box(frame);
            occupancy.rectangle(box.x, box.y, box.width, box.height);
        }
    }
}
