package fathom.vision.detection;

import fathom.FathomException;
import fathom.data.Table;
import fathom.vision.transforms.Transform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Images in a folder with boxes in a CSV file, a row for each object: the image's name, the class, and left, top, right
 * and bottom in pixels, in this order or under the names {@code xmin, ymin, xmax, ymax} and {@code label} or {@code
 * class}.
 *
 * {@snippet :
 * var data = BoxFolder.load(Path.of("bananas"), f -> f.labels("label.csv").transform(Transforms.randomHorizontalFlip()));
 * var net = new TinySSD(data.classes());
 * var trainer = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 0.2, o -> o.weightDecay(5e-4))));
 * trainer.fit(DataLoader.of(data, 32).shuffle(true).workers(2), Epochs.of(20));
 * }
 *
 * <p>Names are relative to the folder, or to {@code images} in it, as in the course's data set of bananas. An image has
 * as many objects as rows; images without a row are left out.
 */
public final class BoxFolder {
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,9}");
    private static final List<String> SIDES = List.of("xmin", "ymin", "xmax", "ymax");

    private BoxFolder() {}

    /** Options of a folder. */
    public static final class Options {
        private String labels = "label.csv";
        private List<String> classes = List.of();
        private @Nullable Transform transform;

        private Options() {}

        /** The CSV file, relative to the folder. Default: {@code label.csv}. */
        public Options labels(String file) {
            this.labels = Objects.requireNonNull(file);
            return this;
        }

        /**
         * The classes, in the order of their labels; integers in the file are labels then. Default: the values in the
         * file, sorted, by value if all are integers.
         */
        public Options classes(List<String> names) {
            this.classes = List.copyOf(names);
            return this;
        }

        /** The transform of images, with which boxes move. Default: none. */
        public Options transform(Transform transform) {
            this.transform = transform;
            return this;
        }
    }

    /** {@return the images of a folder with the boxes in its {@code label.csv}} */
    public static BoxDataset load(Path folder) {
        return load(folder, o -> {});
    }

    /**
     * {@return the images of a folder with their boxes}
     *
     * @throws java.io.UncheckedIOException if the CSV file cannot be read
     * @throws FathomException if a row is malformed, or its image is not there; says which
     */
    public static BoxDataset load(Path folder, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        Path csv = folder.resolve(o.labels);
        Table table = Table.readCsv(csv, c -> c.allText().missing(""));
        Columns columns = Columns.of(csv, table.columns());
        List<@Nullable String> names = table.texts(columns.file);
        List<@Nullable String> labels = table.texts(columns.label);
        List<List<@Nullable String>> sides = columns.sides.stream().map(table::texts).toList();
        List<String> classes = o.classes.isEmpty() ? classes(labels) : o.classes;
        Map<String, List<double[]>> boxes = new LinkedHashMap<>();
        Map<String, List<Integer>> kinds = new LinkedHashMap<>();
        for (int row = 0; row < names.size(); row++) {
            String name = names.get(row);
            String label = labels.get(row);
            if (name == null || label == null) {
                throw wrong(csv, row, name, "the %s is missing".formatted(name == null ? "name" : "class"));
            }
            boxes.computeIfAbsent(name, n -> new ArrayList<>()).add(box(csv, row, name, sides));
            kinds.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(label(csv, row, name, label, classes, !o.classes.isEmpty()));
        }
        var items = new ArrayList<BoxDataset.Item>();
        boxes.forEach((name, b) ->
                items.add(BoxDataset.Item.of(file(csv, folder, name), b, Objects.requireNonNull(kinds.get(name)))));
        if (items.isEmpty()) {
            throw new FathomException("%s has no rows".formatted(csv));
        }
        return new BoxDataset(items, classes, o.transform);
    }

    private record Columns(String file, String label, List<String> sides) {
        static Columns of(Path csv, List<String> all) {
            List<String> lower = all.stream().map(c -> c.strip().toLowerCase(Locale.ROOT)).toList();
            if (lower.containsAll(SIDES)) {
                List<String> sides = SIDES.stream().map(s -> all.get(lower.indexOf(s))).toList();
                int label = Math.max(lower.indexOf("label"), lower.indexOf("class"));
                List<String> others = all.stream().filter(c -> !sides.contains(c)).toList();
                if (others.size() >= 2) {
                    return new Columns(
                            others.getFirst(),
                            label >= 0 && label != all.indexOf(others.getFirst()) ? all.get(label) : others.get(1),
                            sides);
                }
            } else if (all.size() >= 6) {
                return new Columns(all.get(0), all.get(1), all.subList(2, 6));
            }
            throw new FathomException(
                    "%s: expected columns of image names, classes, left, top, right and bottom, got %s"
                            .formatted(csv, all));
        }
    }

    private static List<String> classes(List<@Nullable String> labels) {
        List<String> distinct = labels.stream().filter(Objects::nonNull).distinct().toList();
        boolean numbers = distinct.stream().allMatch(v -> INTEGER.matcher(v).matches());
        return distinct.stream()
                .sorted(numbers ? Comparator.comparingInt(Integer::parseInt) : Comparator.naturalOrder())
                .toList();
    }

    private static int label(Path csv, int row, String name, String label, List<String> classes, boolean mayBeIndex) {
        int index = classes.indexOf(label);
        if (index < 0 && mayBeIndex && INTEGER.matcher(label).matches()) {
            index = Integer.parseInt(label);
        }
        if (index < 0 || index >= classes.size()) {
            throw wrong(csv, row, name, "%s is none of the classes %s".formatted(label, classes));
        }
        return index;
    }

    private static double[] box(Path csv, int row, String name, List<List<@Nullable String>> sides) {
        var box = new double[4];
        for (int k = 0; k < 4; k++) {
            String text = sides.get(k).get(row);
            try {
                box[k] = text == null ? Double.NaN : Double.parseDouble(text.strip());
            } catch (NumberFormatException e) {
                box[k] = Double.NaN;
            }
            if (!Double.isFinite(box[k])) {
                throw wrong(csv, row, name, "%s is no number".formatted(text));
            }
        }
        if (box[0] > box[2] || box[1] > box[3]) {
            throw wrong(
                    csv,
                    row,
                    name,
                    "left %s and top %s must not exceed right %s and bottom %s"
                            .formatted(box[0], box[1], box[2], box[3]));
        }
        return box;
    }

    private static Path file(Path csv, Path folder, String name) {
        for (Path file : List.of(folder.resolve(name), folder.resolve("images").resolve(name))) {
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new FathomException("%s names %s, but it is not in %s".formatted(csv, name, folder));
    }

    private static FathomException wrong(Path csv, int row, @Nullable String name, String why) {
        return new FathomException(String.format(Locale.ROOT, "%s: row %d, %s: %s", csv, row + 1, name, why));
    }
}
