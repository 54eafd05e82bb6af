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
 * Draws one to three things of seven classes by their outlines, each class with a texture of its own, in any colours,
 * one over another: neither the place nor the colour of a pixel tells its class. The labels have a border without a
 * class around things, as the real ones; images have the size of most of the real ones.
 */
final class VocStandIn {
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;

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
        write(folder, lists.resolve("train.txt"), 0, 120, random);
        write(folder, lists.resolve("val.txt"), 120, 30, random);
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
                                random.nextDouble(70, WIDTH - 70),
                                random.nextDouble(70, HEIGHT - 70),
                                random.nextDouble(70, 130),
                                random.nextDouble(-0.5, 0.5),
                                random.nextBoolean());
                texture(image, which, thing, random);
                labels.fill(thing, new Color(Voc2012.color(Voc2012.classNames().indexOf(NAMES.get(which)))));
                labels.outline(thing, 5, BORDER);
            }
            image.noise(6);
            image.write(folder.resolve("JPEGImages").resolve(name + ".jpg"), "jpg");
            labels.write(folder.resolve("SegmentationClass").resolve(name + ".png"), "png");
        }
        Files.writeString(list, names);
    }

    /** {@return the number of textures} */
    static int kinds() {
        return SHAPES.size();
    }

    /** Fills a shape with the texture of a class, in two random colours. */
    static void texture(Sketch image, int which, Area thing, SplittableRandom random) {
        Color one = image.color(random.nextDouble(0.1, 0.5));
        Color other = image.color(random.nextDouble(0.5, 1));
        double angle = random.nextDouble(Math.PI);
        switch (SHAPES.get(which)) {
            case AIRPLANE -> image.stripes(thing, 4, angle, one, other);
            case SHIP -> image.stripes(thing, 16, angle, one, other);
            case BIRD -> image.spots(thing, 3, one, other);
            case CAT -> image.spots(thing, 9, one, other);
            case CAR -> image.checks(thing, 10, one, other);
            case DOG -> image.rings(thing, 7, one, other);
            case HORSE -> image.lattice(thing, 18, 3, one, other);
            default -> throw new IllegalArgumentException(SHAPES.get(which) + " has no texture");
        }
    }
}
