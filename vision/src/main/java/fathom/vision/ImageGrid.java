package fathom.vision;

import fathom.Tensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A grid of images with a caption below each, as the course shows its data.
 *
 * {@snippet :
 * new ImageGrid(9).add(image, "ankle boot").add(other, "coat").write(Path.of("page.png"));
 * }
 *
 * @see <a href="https://d2l.ai/chapter_linear-classification/image-classification-dataset.html">Dive into Deep
 *     Learning, The Image Classification Dataset</a>
 */
public final class ImageGrid {
    private static final int CELL = 112;
    private static final int MARGIN = 8;
    private static final int LINE = 15;

    private final int columns;
    private final List<Cell> cells = new ArrayList<>();
    private int lines = 1;

    private record Cell(BufferedImage image, String[] text, Color color) {}

    /**
     * @param columns the number of images per row
     * @throws IllegalArgumentException if it is less than 1
     */
    public ImageGrid(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("ImageGrid: expected at least one column, got " + columns);
        }
        this.columns = columns;
    }

    /**
     * Adds an image with a caption, whose lines are separated by {@code \n}.
     *
     * @param image as for {@link Images#toImage}
     */
    public ImageGrid add(Tensor image, String text) {
        return add(image, text, true);
    }

    /** Adds an image with a caption, which is red unless {@code right}. */
    public ImageGrid add(Tensor image, String text, boolean right) {
        String[] split = text.split("\n");
        lines = Math.max(lines, split.length);
        cells.add(new Cell(Images.toImage(image), split, right ? Color.BLACK : new Color(0xC62828)));
        return this;
    }

    /** {@return the grid as one image} */
    public BufferedImage render() {
        int rows = Math.max(1, Math.ceilDiv(cells.size(), columns));
        int across = Math.max(1, Math.min(columns, cells.size()));
        int cellHeight = CELL + lines * LINE + MARGIN;
        var page =
                new BufferedImage(
                        MARGIN + across * (CELL + MARGIN), MARGIN + rows * cellHeight, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = page.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, page.getWidth(), page.getHeight());
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            for (int i = 0; i < cells.size(); i++) {
                draw(g, cells.get(i), MARGIN + i % columns * (CELL + MARGIN), MARGIN + i / columns * cellHeight);
            }
        } finally {
            g.dispose();
        }
        return page;
    }

    private static void draw(Graphics2D g, Cell cell, int x, int y) {
        // scaled to fit, preserving the aspect ratio
        double scale = (double) CELL / Math.max(cell.image.getWidth(), cell.image.getHeight());
        int width = Math.max(1, (int) Math.round(cell.image.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(cell.image.getHeight() * scale));
        g.drawImage(cell.image, x + (CELL - width) / 2, y + (CELL - height) / 2, width, height, null);
        g.setColor(cell.color);
        for (int line = 0; line < cell.text.length; line++) {
            float size = 12;
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
            while (size > 7 && g.getFontMetrics().stringWidth(cell.text[line]) > CELL) {
                g.setFont(g.getFont().deriveFont(--size));
            }
            int wide = g.getFontMetrics().stringWidth(cell.text[line]);
            g.drawString(cell.text[line], x + Math.max(0, (CELL - wide) / 2), y + CELL + LINE * (line + 1) - 2);
        }
    }

    /** Writes the grid as a PNG file. */
    public void write(Path file) throws IOException {
        Images.write(file, render());
    }
}
