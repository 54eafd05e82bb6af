package fathom.vision.datasets;

import java.awt.Color;
import java.awt.geom.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Draws one to three things of seven classes by their outlines, striped, spotted or plain, in any colours, one over
 * another: neither the place nor the colour of a pixel tells its class. The labels have a border without a class around
 * things, as the real ones.
 */
final class VocStandIn {
    private static final int WIDTH = 240;
    private static final int HEIGHT = 180;

    /** The outlines that are drawn, and the classes that they show. */
    private static final List<Silhouette> SHAPES =
            List.of(
                    Silhouette.AIRPLANE,
                    Silhouette.BIRD,
                    Silhouette.SHIP,
                    Silhouette.CAR,
                    Silhouette.CAT,
                    Silhouette.DOG,
                    Silhouette.HORSE);

    private static final List<String> NAMES = List.of("aeroplane", "bird", "boat", "car", "cat", "dog", "horse");

    /** The colour of pixels without a class. */
    private static final Color BORDER = new Color(224, 224, 192);

    private VocStandIn() {}

    static void write(Path folder) throws IOException {
        Path lists = Files.createDirectories(folder.resolve("ImageSets").resolve("Segmentation"));
        Files.createDirectories(folder.resolve("JPEGImages"));
        Files.createDirectories(folder.resolve("SegmentationClass"));
        var random = new SplittableRandom(13_9);
        write(folder, lists.resolve("train.txt"), 0, 200, random);
        write(folder, lists.resolve("val.txt"), 200, 50, random);
    }

    private static void write(Path folder, Path list, int from, int n, SplittableRandom random) throws IOException {
        var names = new StringBuilder();
        for (int i = from; i < from + n; i++) {
            String name = String.format(Locale.ROOT, "2012_%06d", i);
            names.append(name).append('\n');
            var image = new Sketch(WIDTH, HEIGHT, random);
            var labels = new Sketch(WIDTH, HEIGHT, random);
            labels.fill(Silhouette.box(0, 0, WIDTH, HEIGHT), Color.BLACK);
            labels.withoutSmoothing();
            image.background(random.nextDouble(0.3, 0.7));
            for (int k = 0; k < 1 + random.nextInt(3); k++) {
                int which = random.nextInt(SHAPES.size());
                Area thing =
                        Silhouette.placed(
                                SHAPES.get(which).area(),
                                random.nextDouble(30, WIDTH - 30),
                                random.nextDouble(30, HEIGHT - 30),
                                random.nextDouble(30, 60),
                                random.nextDouble(-0.5, 0.5),
                                random.nextBoolean());
                paint(image, thing, random);
                labels.fill(thing, new Color(Voc2012.color(Voc2012.classNames().indexOf(NAMES.get(which)))));
                labels.outline(thing, 3, BORDER);
            }
            image.noise(6);
            image.write(folder.resolve("JPEGImages").resolve(name + ".jpg"), "jpg");
            labels.write(folder.resolve("SegmentationClass").resolve(name + ".png"), "png");
        }
        Files.writeString(list, names);
    }

    private static void paint(Sketch image, Area thing, SplittableRandom random) {
        Color one = image.color(random.nextDouble(0.1, 0.5));
        Color other = image.color(random.nextDouble(0.5, 1));
        switch (random.nextInt(3)) {
            case 0 -> image.fill(thing, random.nextBoolean() ? one : other);
            case 1 -> image.stripes(thing, random.nextDouble(4, 10), random.nextDouble(Math.PI), one, other);
            default -> image.spots(thing, random.nextDouble(2, 5), one, other);
        }
    }
}
