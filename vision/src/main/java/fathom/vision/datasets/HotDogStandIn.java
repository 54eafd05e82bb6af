package fathom.vision.datasets;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Draws hot dogs, a sausage in a bun with mustard on it, and other food of the same parts in another arrangement. Both
 * classes have the same colours.
 */
final class HotDogStandIn {
    private static final int SIDE = 96;

    private HotDogStandIn() {}

    static void write(Path folder) throws IOException {
        write(folder.resolve("train"), 200, 1);
        write(folder.resolve("test"), 100, 2);
    }

    private static void write(Path folder, int n, long seed) throws IOException {
        var random = new SplittableRandom(13_2 + seed);
        for (String name : new String[] {"hotdog", "not-hotdog"}) {
            Path images = Files.createDirectories(folder.resolve(name));
            for (int i = 0; i < n; i++) {
                var food = new Plate(random);
                if (name.equals("hotdog")) {
                    food.hotDog();
                } else {
                    food.other();
                }
                food.sketch.write(images.resolve(i + ".png"), "png");
            }
        }
    }

    /** One image. */
    private static final class Plate {
        private final SplittableRandom random;
        private final Sketch sketch;
        private final AffineTransform place = new AffineTransform();
        private final Color bread;
        private final Color meat;
        private final Color mustard;

        Plate(SplittableRandom random) {
            this.random = random;
            sketch = new Sketch(SIDE, SIDE, random);
            sketch.background(random.nextDouble(0.2, 0.8));
            bread = color(0.08, 0.11, 0.4, 0.65, 0.75, 0.95);
            meat = color(0.0, 0.05, 0.6, 0.85, 0.4, 0.7);
            mustard = color(0.12, 0.16, 0.8, 1, 0.85, 1);
            place.translate(SIDE / 2.0 + random.nextDouble(-10, 10), SIDE / 2.0 + random.nextDouble(-10, 10));
            place.rotate(random.nextDouble(2 * Math.PI));
            double scale = random.nextDouble(26, 42);
            place.scale(scale, scale);
        }

        private Color color(double h0, double h1, double s0, double s1, double b0, double b1) {
            return Color.getHSBColor(
                    (float) random.nextDouble(h0, h1),
                    (float) random.nextDouble(s0, s1),
                    (float) random.nextDouble(b0, b1));
        }

        private void capsule(double x, double y, double length, double width, Color color) {
            var shape = new RoundRectangle2D.Double(x - length / 2, y - width / 2, length, width, width, width);
            sketch.fill(new Area(shape).createTransformedArea(place), color);
        }

        private void zigzag(double y, double length, Color color) {
            var line = new Path2D.Double();
            line.moveTo(-length / 2, y);
            for (int i = 1; i <= 8; i++) {
                line.lineTo(-length / 2 + i * length / 8, y + (i % 2 == 0 ? -0.06 : 0.06));
            }
            sketch.outline(place.createTransformedShape(line), 2.5, color);
        }

        void hotDog() {
            capsule(0, 0, 1.8, random.nextDouble(0.75, 0.95), bread);
            capsule(0, random.nextDouble(-0.05, 0.05), random.nextDouble(1.9, 2.1), 0.38, meat);
            zigzag(0, 1.5, mustard);
            sketch.noise(5);
        }

        void other() {
            switch (random.nextInt(4)) {
                case 0 -> { // beside each other
                    capsule(0, -0.45, 1.8, random.nextDouble(0.6, 0.8), bread);
                    zigzag(-0.45, 1.4, mustard);
                    capsule(0, 0.35, random.nextDouble(1.8, 2.1), 0.38, meat);
                }
                case 1 -> { // a bun with mustard, and meat crosswise
                    capsule(0, 0, 1.8, random.nextDouble(0.75, 0.95), bread);
                    zigzag(0, 1.5, mustard);
                    capsule(random.nextDouble(-0.4, 0.4), 0.75, 0.38, 0.38, meat);
                    capsule(random.nextDouble(-0.4, 0.4), -0.75, 0.5, 0.38, meat);
                }
                case 2 -> { // a burger
                    capsule(0, 0, 1.4, 1.4, bread);
                    capsule(0, 0, 1.0, 1.0, meat);
                    zigzag(0, 0.8, mustard);
                }
                default -> { // bread on meat
                    capsule(0, 0, 1.9, random.nextDouble(0.75, 0.95), meat);
                    capsule(0, 0, random.nextDouble(1.6, 1.9), 0.4, bread);
                    zigzag(0, 1.4, mustard);
                }
            }
            sketch.noise(5);
        }
    }
}
