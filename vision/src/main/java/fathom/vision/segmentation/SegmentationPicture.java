package fathom.vision.segmentation;

import fathom.DType;
import fathom.Tensor;
import fathom.vision.Images;
import fathom.vision.datasets.Voc2012;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws the classes of pixels over an image, in the colours of Pascal VOC. */
public final class SegmentationPicture {
    /** The share of the class's colour in the pixels of things. */
    private static final double OPACITY = 0.55;

    private static final int LINE = 22;
    private static final int MARGIN = 8;
    private static final int LEAST_WIDTH = 160;

    private SegmentationPicture() {}

    /**
     * {@return the image with the pixels of things in the colours of their classes; background is not changed, and
     * pixels without a class are whitened}
     *
     * @param image uint8 {@code [3, H, W]} or {@code [1, H, W]}
     * @param classes int64 {@code [H, W]}, background being 0
     */
    public static Tensor overlay(Tensor image, Tensor classes) {
        if (classes.dim() != 2 || image.size(1) != classes.size(0) || image.size(2) != classes.size(1)) {
            throw new IllegalArgumentException(
                    "overlay: the image is %s, its classes are %s".formatted(image.shape(), classes.shape()));
        }
        Tensor isVoid = classes.eq(SegmentationTask.VOID);
        Tensor colors = Voc2012.picture(classes.maskedFill(isVoid, 0)).to(DType.FLOAT32).maskedFill(isVoid, 255);
        Tensor x = image.to(DType.FLOAT32).expand(3, image.size(1), image.size(2));
        Tensor mixed = x.mul(1 - OPACITY).add(colors.mul(OPACITY));
        return mixed.where(classes.gt(0), x).round().to(DType.UINT8);
    }

    /** The share of a class in an image. */
    public record Share(int label, String name, double share) {}

    /**
     * {@return the shares of the classes in an image, without background, the greatest first}
     *
     * @param names the classes' names by label
     */
    public static List<Share> shares(Tensor classes, List<String> names) {
        var counts = new long[names.size()];
        long counted = 0;
        for (long label : classes.reshape(-1).toLongArray()) {
            if (label != SegmentationTask.VOID) {
                counts[Math.toIntExact(label)]++;
                counted++;
            }
        }
        var shares = new ArrayList<Share>();
        for (int label = 1; label < counts.length; label++) {
            if (counts[label] > 0) {
                shares.add(new Share(label, names.get(label), (double) counts[label] / counted));
            }
        }
        shares.sort((a, b) -> Double.compare(b.share, a.share));
        return shares;
    }

    /**
     * {@return the image with its classes drawn over it, and a legend of the classes below: uint8 {@code [3, H', W']}}
     *
     * @param names the classes' names by label
     */
    public static Tensor draw(Tensor image, Tensor classes, List<String> names) {
        BufferedImage picture = Images.toImage(overlay(image, classes));
        List<Share> shares = shares(classes, names);
        int width = Math.max(LEAST_WIDTH, picture.getWidth());
        int height = picture.getHeight() + Math.max(1, shares.size()) * LINE + MARGIN;
        var page = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = page.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.drawImage(picture, 0, 0, null);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        int y = picture.getHeight() + MARGIN;
        if (shares.isEmpty()) {
            g.setColor(Color.BLACK);
            g.drawString(names.getFirst() + " alone", MARGIN, y + LINE - MARGIN);
        }
        for (Share s : shares) {
            g.setColor(new Color(Voc2012.color(s.label)));
            g.fillRect(MARGIN, y, LINE - MARGIN, LINE - MARGIN);
            g.setColor(Color.BLACK);
            g.drawString(
                    String.format(Locale.ROOT, "%s %.1f %%", s.name, 100 * s.share),
                    LINE + MARGIN,
                    y + LINE - MARGIN - 2);
            y += LINE;
        }
        g.dispose();
        return Images.toTensor(page);
    }
}
