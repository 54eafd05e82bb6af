package fathom.vision.datasets;

import java.awt.Color;
import java.awt.geom.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Writes stand-ins in Kaggle's form. */
final class KaggleStandIn {
    private static final int DOG_SIDE = 96;

    /** One for each kind of ears, coat and muzzle. */
    private static final List<String> BREEDS =
            List.of(
                    "affenpinscher",
                    "basenji",
                    "beagle",
                    "borzoi",
                    "boxer",
                    "briard",
                    "collie",
                    "dingo",
                    "kelpie",
                    "papillon",
                    "pug",
                    "whippet");

    private KaggleStandIn() {}

    static void writeCifar10(Path folder) throws IOException {
        Path train = Files.createDirectories(folder.resolve("train"));
        Path test = Files.createDirectories(folder.resolve("test"));
        var random = new SplittableRandom(13_13);
        var drawings = new Cifar10StandIn(3);
        var csv = new StringBuilder("id,label\n");
        for (int i = 1; i <= 1000; i++) {
            int label = random.nextInt(10);
            csv.append(i).append(',').append(Cifar10.classNames().get(label)).append('\n');
            drawings.draw(label).write(train.resolve(i + ".png"), "png");
        }
        for (int i = 1; i <= 5; i++) {
            drawings.draw(random.nextInt(10)).write(test.resolve(i + ".png"), "png");
        }
        Files.writeString(folder.resolve("trainLabels.csv"), csv);
    }

    static void writeDogs(Path folder) throws IOException {
        Path train = Files.createDirectories(folder.resolve("train"));
        Path test = Files.createDirectories(folder.resolve("test"));
        var random = new SplittableRandom(13_14);
        var csv = new StringBuilder("id,breed\n");
        for (int i = 0; i < 600; i++) {
            int breed = i % BREEDS.size();
            String id = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
            csv.append(id).append(',').append(BREEDS.get(breed)).append('\n');
            dog(breed, random).write(train.resolve(id + ".png"), "png");
        }
        for (int i = 0; i < 10; i++) {
            String id = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
            dog(random.nextInt(BREEDS.size()), random).write(test.resolve(id + ".png"), "png");
        }
        Files.writeString(folder.resolve("labels.csv"), csv);
    }

    /** The face of a dog: hanging or pointed ears, a plain, spotted or striped coat, a long or short muzzle. */
    private static Sketch dog(int breed, SplittableRandom random) {
        boolean hasHangingEars = breed % 2 == 0;
        int coat = breed / 2 % 3;
        boolean hasLongMuzzle = breed / 6 == 0;
        double muzzle = hasLongMuzzle ? 0.55 : 0.2;
        Area head =
                Silhouette.union(
                        Silhouette.ellipse(0, -0.1, 0.5, 0.5),
                        Silhouette.ellipse(0, 0.3, hasLongMuzzle ? 0.22 : 0.36, muzzle),
                        hasHangingEars
                                ? Silhouette.ellipse(-0.55, 0.05, 0.16, 0.5)
                                : Silhouette.polygon(-0.45, -0.2, -0.55, -0.95, -0.05, -0.5),
                        hasHangingEars
                                ? Silhouette.ellipse(0.55, 0.05, 0.16, 0.5)
                                : Silhouette.polygon(0.45, -0.2, 0.55, -0.95, 0.05, -0.5));
        var sketch = new Sketch(DOG_SIDE, DOG_SIDE, random);
        sketch.background(random.nextDouble(0.2, 0.8));
        double scale = random.nextDouble(34, 46);
        double x = DOG_SIDE / 2.0 + random.nextDouble(-8, 8);
        double y = DOG_SIDE / 2.0 + random.nextDouble(-8, 8);
        double angle = random.nextDouble(-0.3, 0.3);
        Area placed = Silhouette.placed(head, x, y, scale, angle, false);
        Color dark = brown(random.nextDouble(0.15, 0.4), random);
        Color light = brown(random.nextDouble(0.65, 0.95), random);
        switch (coat) {
            case 0 -> sketch.fill(placed, random.nextBoolean() ? dark : light);
            case 1 -> sketch.spots(placed, 0.09 * scale, light, dark);
            default -> sketch.stripes(placed, 0.12 * scale, random.nextDouble(Math.PI), light, dark);
        }
        Area nose =
                Silhouette.placed(new Area(Silhouette.ellipse(0, 0.2 + muzzle, 0.1, 0.08)), x, y, scale, angle, false);
        sketch.fill(nose, Color.BLACK);
        sketch.noise(6);
        return sketch;
    }

    private static Color brown(double brightness, SplittableRandom random) {
        return Color.getHSBColor(
                (float) random.nextDouble(0.04, 0.12), (float) random.nextDouble(0.2, 0.7), (float) brightness);
    }
}
