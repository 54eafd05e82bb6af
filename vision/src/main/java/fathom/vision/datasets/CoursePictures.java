package fathom.vision.datasets;

import fathom.Tensor;
import fathom.data.hub.DataHub;
import fathom.vision.Images;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Pictures that the course shows, or drawn ones of the same size where they are not available. */
public final class CoursePictures {
    private static final int HEIGHT = 561;
    private static final int WIDTH = 728;

    private CoursePictures() {}

    /**
     * {@return a dog, from 60, 45 to 378, 516, beside a cat, from 400, 112 to 655, 493: uint8 {@code [3, 561, 728]}}
     *
     * @see <a href="https://d2l.ai/chapter_computer-vision/bounding-box.html">Dive into Deep Learning, Object Detection
     *     and Bounding Boxes</a>
     */
    public static Tensor catDog() {
        return catDog(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the picture from a hub, or a drawn one}
     *
     * @param notice receives one line if it is drawn
     */
    static Tensor catDog(DataHub hub, Consumer<String> notice) {
        return hub.load(
                "catdog.jpg",
                h -> {
                    try {
                        return Images.read(h.file("pictures", "catdog.jpg"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e.getMessage(), e);
                    }
                },
                CoursePictures::drawnCatDog,
                notice);
    }

    /** Both animals sit, and fill the boxes that the course draws around them. */
    private static Tensor drawnCatDog() {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(new Color(196, 214, 226));
        g.fillRect(0, 0, WIDTH, HEIGHT);
        g.setColor(new Color(150, 176, 116));
        g.fillRect(0, 430, WIDTH, HEIGHT - 430);
        g.setColor(new Color(146, 102, 58));
        sitting(g, 60, 45, 378, 516);
        ear(g, 60, 75, 110, 230);
        ear(g, 328, 75, 378, 230);
        g.setColor(new Color(96, 98, 104));
        sitting(g, 400, 150, 655, 493);
        g.fillPolygon(new int[] {450, 462, 520}, new int[] {220, 112, 165}, 3);
        g.fillPolygon(new int[] {605, 593, 535}, new int[] {220, 112, 165}, 3);
        face(g, 219, 130, 26);
        face(g, 527, 205, 20);
        g.dispose();
        return Images.toTensor(image);
    }

    /** A head above a body. */
    private static void sitting(Graphics2D g, int left, int top, int right, int bottom) {
        int width = right - left;
        int height = bottom - top;
        g.fillOval(left + width / 6, top, width * 2 / 3, height * 2 / 5);
        g.fillOval(left, top + height * 3 / 10, width, height * 7 / 10);
    }

    private static void ear(Graphics2D g, int left, int top, int right, int bottom) {
        g.fillOval(left, top, right - left, bottom - top);
    }

    /** Two eyes and a nose. */
    private static void face(Graphics2D g, int x, int y, int size) {
        g.setColor(new Color(24, 22, 20));
        g.fillOval(x - 2 * size, y - size / 2, size, size);
        g.fillOval(x + size, y - size / 2, size, size);
        g.fillOval(x - size / 2, y + size, size, size * 3 / 4);
    }
}
