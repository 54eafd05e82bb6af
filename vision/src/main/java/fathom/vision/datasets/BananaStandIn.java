package fathom.vision.datasets;

import java.awt.Color;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Draws a banana, of any size and turned, among other yellow things on any background: the yellow pixels alone do not
 * tell where it is.
 */
final class BananaStandIn {
    static final int SIDE = 256;

    private BananaStandIn() {}

    static void write(Path folder) throws IOException {
        write(folder.resolve("bananas_train"), 400, 1);
        write(folder.resolve("bananas_val"), 80, 2);
    }

    private static void write(Path folder, int n, long seed) throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        var random = new SplittableRandom(13_6 + seed);
        var csv = new StringBuilder("img_name,label,xmin,ymin,xmax,ymax\n");
        for (int i = 0; i < n; i++) {
            var sketch = new Sketch(SIDE, SIDE, random);
            sketch.background(random.nextDouble(0.25, 0.75));
            for (int k = 0; k < 3; k++) {
                decoy(sketch, random);
            }
            double size = random.nextDouble(22, 50);
            Area banana =
                    Silhouette.placed(
                            banana(),
                            random.nextDouble(size, SIDE - size),
                            random.nextDouble(size, SIDE - size),
                            size,
                            random.nextDouble(2 * Math.PI),
                            random.nextBoolean());
            sketch.fill(banana, yellow(random));
            sketch.outline(banana, 1.5, new Color(110, 85, 20));
            Rectangle2D box = banana.getBounds2D();
            String name = i + ".png";
            sketch.write(images.resolve(name), "png");
            csv.append(
                    String.format(
                            Locale.ROOT,
                            "%s,0,%d,%d,%d,%d\n",
                            name,
                            clamp(Math.floor(box.getMinX())),
                            clamp(Math.floor(box.getMinY())),
                            clamp(Math.ceil(box.getMaxX())),
                            clamp(Math.ceil(box.getMaxY()))));
        }
        Files.writeString(folder.resolve("label.csv"), csv);
    }

    private static int clamp(double at) {
        return (int) Math.clamp(at, 0, SIDE - 1);
    }

    /** A crescent with two short ends. */
    private static Area banana() {
        var area = new Area(Silhouette.ellipse(0, -0.2, 1, 0.75));
        area.subtract(new Area(Silhouette.ellipse(0, -0.55, 1.05, 0.65)));
        return area;
    }

    private static Color yellow(SplittableRandom random) {
        return Color.getHSBColor(
                (float) random.nextDouble(0.13, 0.17),
                (float) random.nextDouble(0.7, 0.95),
                (float) random.nextDouble(0.8, 1));
    }

    private static void decoy(Sketch sketch, SplittableRandom random) {
        Area shape =
                new Area(
                        switch (random.nextInt(3)) {
                            case 0 -> Silhouette.ellipse(0, 0, 0.8, 0.8);
                            case 1 -> Silhouette.box(-0.8, -0.35, 1.6, 0.7);
                            default -> Silhouette.polygon(-0.8, 0.7, 0.8, 0.7, 0, -0.8);
                        });
        double size = random.nextDouble(18, 45);
        Area placed =
                Silhouette.placed(
                        shape,
                        random.nextDouble(SIDE),
                        random.nextDouble(SIDE),
                        size,
                        random.nextDouble(2 * Math.PI),
                        false);
        sketch.fill(placed, yellow(random));
        sketch.outline(placed, 1.5, new Color(110, 85, 20));
    }
}
