package fathom.course;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;

/** The files that programs with data of the reader's own find in their folder. */
final class OwnFiles {
    private static final int ROWS = 800;
    private static final int SIDE = 36;

    private OwnFiles() {}

    static void write(Path folder, String program) throws IOException {
        switch (program) {
            case "OwnTable.java" -> flats(folder.resolve("flats.csv"));
            case "OwnImageFolder.java" -> {
                shapes(folder.resolve("shapes/train"), 60, new Random(1));
                shapes(folder.resolve("shapes/val"), 20, new Random(2));
            }
            default -> {}
        }
    }

    /** Flats whose price depends on the area, the district and, where it is known, the floor. */
    private static void flats(Path file) throws IOException {
        var random = new Random(1);
        var csv = new StringBuilder("area,district,floor,price\n");
        for (int i = 0; i < ROWS; i++) {
            double area = 30 + 100 * random.nextDouble();
            int district = random.nextInt(8);
            int floor = random.nextInt(6);
            boolean known = random.nextInt(4) > 0;
            double price = 1000 * area + 10_000 * district + (known ? 3000 * floor : 0);
            csv.append(String.format(Locale.ROOT, "%.1f,D%d,%s,%.0f%n", area, district, known ? floor : "", price));
        }
        Files.writeString(file, csv);
    }

    private static void shapes(Path folder, int count, Random random) throws IOException {
        for (String kind : List.of("disc", "square", "triangle")) {
            Path place = Files.createDirectories(folder.resolve(kind));
            for (int i = 0; i < count; i++) {
                var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
                Graphics2D g = image.createGraphics();
                g.setColor(Color.WHITE);
                g.fillRect(0, 0, SIDE, SIDE);
                g.setColor(new Color(Color.HSBtoRGB(random.nextFloat(), 0.9f, 0.6f)));
                int size = SIDE / 2 + random.nextInt(SIDE / 4);
                int x = random.nextInt(SIDE - size);
                int y = random.nextInt(SIDE - size);
                switch (kind) {
                    case "disc" -> g.fillOval(x, y, size, size);
                    case "square" -> g.fillRect(x, y, size, size);
                    default ->
                            g.fillPolygon(new int[] {x, x + size, x + size / 2}, new int[] {y + size, y + size, y}, 3);
                }
                g.dispose();
                ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
            }
        }
    }
}
