package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Rows of images, with labels above, and boxes and masks on them. */
final class PicturePanel implements Panel {
    private static final double PAD = 8;
    private static final double GAP = 6;
    private static final double SIZE = 11;
    private static final double LINE = 14;

    private final List<BufferedImage> images;
    private final PictureOptions options;
    private final int columns;
    private final int lines;

    PicturePanel(List<BufferedImage> images, PictureOptions options) {
        this.options = options;
        int n = images.size();
        if (!options.labels.isEmpty() && options.labels.size() != n) {
            throw new IllegalArgumentException(
                    "images: there are %s labels for %s images".formatted(options.labels.size(), n));
        }
        if (options.right != null && options.right.length != n) {
            throw new IllegalArgumentException(
                    "images: right must have one value for each of %s images, got %s"
                            .formatted(options.right.length, n));
        }
        this.columns =
                options.columns > 0
                        ? Math.min(options.columns, Math.max(1, n))
                        : Math.clamp((int) Math.ceil(Math.sqrt(n * 2.0)), 1, Math.clamp(n, 1, 10));
        this.lines = options.labels.stream().mapToInt(l -> l.split("\n", -1).length).max().orElse(0);
        for (var mask : options.masks) {
            check("mask", mask.image(), n);
            checkSize(mask, images.get(mask.image()));
        }
        for (var boxes : options.boxes) {
            check("boxes", boxes.image(), n);
        }
        this.images = List.copyOf(images);
    }

    /** {@return the same images with more boxes on the first} */
    PicturePanel withBoxes(LabelledBoxes boxes) {
        return new PicturePanel(images, options.copy().boxes(boxes));
    }

    private static void check(String what, int image, int n) {
        if (image < 0 || image >= n) {
            throw new IllegalArgumentException("%s: there is no image %s among %s".formatted(what, image, n));
        }
    }

    private static void checkSize(PictureOptions.Mask mask, BufferedImage image) {
        int rows = mask.classes().length;
        int columns = rows == 0 ? 0 : mask.classes()[0].length;
        if (rows != image.getHeight() || columns != image.getWidth()) {
            throw new IllegalArgumentException(
                    "mask: has the shape [%s, %s], image %s has [%s, %s]"
                            .formatted(rows, columns, mask.image(), image.getHeight(), image.getWidth()));
        }
    }

    private double cell() {
        return options.cell > 0 ? options.cell : images.size() == 1 ? 420 : images.size() <= 4 ? 200 : 96;
    }

    private int rows() {
        return Math.max(1, Math.ceilDiv(images.size(), columns));
    }

    /** {@return the aspect ratio of the largest sides, so that images of equal size fill their cells} */
    private double ratio() {
        double most = images.stream().mapToDouble(i -> (double) i.getHeight() / i.getWidth()).max().orElse(1);
        return Math.clamp(most, 0.2, 5);
    }

    private double cellWidth() {
        return ratio() > 1 ? cell() / ratio() : cell();
    }

    private double titleRoom() {
        return options.title.isEmpty() ? 0 : 22;
    }

    @Override
    public double width() {
        return 2 * PAD + columns * cellWidth() + (columns - 1) * GAP;
    }

    @Override
    public double height() {
        return 2 * PAD + titleRoom() + rows() * (cellWidth() * ratio() + lines * LINE) + (rows() - 1) * GAP;
    }

    @Override
    public String title() {
        return options.title;
    }

    @Override
    public void draw(Canvas canvas, double x, double y, double width, double height, Theme theme) {
        double cellWidth = Math.max(1, (width - 2 * PAD - (columns - 1) * GAP) / columns);
        double cellHeight = Math.max(1, (height - 2 * PAD - titleRoom() - (rows() - 1) * GAP) / rows() - lines * LINE);
        if (!options.title.isEmpty()) {
            canvas.text(x + width / 2, y + PAD + 11, options.title, Canvas.Font.of(13, theme.front(), 0.5).strong());
        }
        for (int i = 0; i < images.size(); i++) {
            double left = x + PAD + i % columns * (cellWidth + GAP);
            double top = y + PAD + titleRoom() + i / columns * (cellHeight + lines * LINE + GAP);
            label(canvas, i, left, top, cellWidth, theme);
            image(canvas, i, left, top + lines * LINE, cellWidth, cellHeight, theme);
        }
    }

    private void label(Canvas canvas, int i, double left, double top, double width, Theme theme) {
        if (options.labels.isEmpty()) {
            return;
        }
        boolean wrong = options.right != null && !options.right[i];
        String[] texts = ((wrong ? "✗ " : "") + options.labels.get(i)).split("\n", -1);
        int red = theme.back() == Theme.LIGHT.back() ? 0xFFB3261E : Colors.mix(0xFFE5484D, theme.front(), 0.25);
        for (int line = 0; line < texts.length; line++) {
            double size = Math.min(SIZE, width / Math.max(1e-9, TextWidths.of(texts[line], 1, false)));
            // the last line is closest to the image
            double at = top + (lines - texts.length + line + 1) * LINE - 4;
            if (size >= 5) {
                canvas.text(left + width / 2, at, texts[line], Canvas.Font.of(size, wrong ? red : theme.front(), 0.5));
            }
        }
    }

    private void image(Canvas canvas, int i, double left, double top, double width, double height, Theme theme) {
        BufferedImage image = images.get(i);
        double scale = Math.min(width / image.getWidth(), height / image.getHeight());
        double w = image.getWidth() * scale;
        double h = image.getHeight() * scale;
        double x = left + (width - w) / 2;
        double y = top + (height - h) / 2;
        canvas.image(image, x, y, w, h);
        for (var mask : options.masks) {
            if (mask.image() == i) {
                canvas.image(colored(mask, image, theme), x, y, w, h);
            }
        }
        List<String> names = new ArrayList<>();
        canvas.clip(x, y, w, h);
        for (var boxes : options.boxes) {
            if (boxes.image() == i) {
                boxes(canvas, boxes, x, y, scale, names, theme);
            }
        }
        canvas.unclip();
    }

    private static BufferedImage colored(PictureOptions.Mask mask, BufferedImage image, Theme theme) {
        int rows = image.getHeight();
        int columns = image.getWidth();
        var out = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_ARGB);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int kind = mask.classes()[r][c];
                int color = kind == 0 ? 0 : Colors.withAlpha(theme.series(kind), mask.alpha());
                out.setRGB(c, r, color);
            }
        }
        return out;
    }

    private static void boxes(
            Canvas canvas,
            PictureOptions.Boxes boxes,
            double x,
            double y,
            double scale,
            List<String> names,
            Theme theme) {
        for (int k = 0; k < boxes.corners().length; k++) {
            double[] b = boxes.corners()[k];
            if (!Double.isFinite(b[0] + b[1] + b[2] + b[3])) {
                continue;
            }
            String label = boxes.labels().isEmpty() ? "" : boxes.labels().get(k);
            // a score after the name does not make another class
            String name =
                    label.isEmpty() ? Integer.toString(names.size()) : label.replaceAll("[\\s=:(]+[0-9.]+%?\\)?$", "");
            if (!names.contains(name)) {
                names.add(name);
            }
            int color = theme.series(names.indexOf(name));
            double left = x + Math.clamp(b[0], -1e5, 1e5) * scale;
            double top = y + Math.clamp(b[1], -1e5, 1e5) * scale;
            double right = x + Math.clamp(b[2], -1e5, 1e5) * scale;
            double bottom = y + Math.clamp(b[3], -1e5, 1e5) * scale;
            canvas.frame(left, top, right - left, bottom - top, Canvas.Stroke.solid(color, 2));
            if (!label.isEmpty()) {
                double width = TextWidths.of(label, 10, false) + 6;
                int ink =
                        Colors.contrast(color, 0xFFFFFFFF) > Colors.contrast(color, 0xFF111111)
                                ? 0xFFFFFFFF
                                : 0xFF111111;
                double textX = Math.max(x, left - 1);
                double textY = Math.max(y, top - 1);
                canvas.rectangle(textX, textY, width, 14, color);
                canvas.text(textX + 3, textY + 10.5, label, Canvas.Font.of(10, ink, 0));
            }
        }
    }
}
