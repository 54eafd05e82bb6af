package fathom.vision.detection;

import fathom.FathomException;
import fathom.vision.transforms.Transform;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Images with boxes in COCO's format (Lin et al., 2014): a folder of images, and a JSON file of images, annotations and
 * categories.
 *
 * {@snippet :
 * BoxDataset data = CocoDetection.load(Path.of("val2017"), Path.of("instances_val2017.json"),
 *         Transforms.resize(256, 256));
 * }
 *
 * <p>Classes are the categories in the order of their ids, which have gaps in COCO's files, numbered from 0. Crowds are
 * left out. The file is read in one pass, without loading it as a whole.
 *
 * @see <a href="https://cocodataset.org/#format-data">COCO, data format</a>
 */
public final class CocoDetection {
    /** Reads one value after another from a file. */
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private CocoDetection() {}

    private record Annotation(long image, long category, double[] box) {}

    /**
     * {@return the images with their boxes}
     *
     * @param transform the transform of images, with which boxes move; null for none
     * @throws UncheckedIOException if the JSON file cannot be read
     * @throws FathomException if it is malformed, or a file that it names is not there
     */
    public static BoxDataset load(Path images, Path annotations, @Nullable Transform transform) {
        var files = new TreeMap<Long, String>();
        var categories = new TreeMap<Long, String>();
        var all = new ArrayList<Annotation>();
        try {
            if (!Files.isRegularFile(annotations)) {
                throw new NoSuchFileException("there is no file " + annotations);
            }
            read(annotations, files, categories, all);
        } catch (JacksonException e) {
            throw new FathomException("%s is malformed: %s".formatted(annotations, e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        List<Long> ids = List.copyOf(categories.keySet());
        Map<Long, List<Annotation>> byImage = new HashMap<>();
        for (Annotation a : all) {
            if (!files.containsKey(a.image) || !categories.containsKey(a.category)) {
                throw new FathomException(
                        "%s: an annotation is of image %s and category %s, and there is no such %s"
                                .formatted(
                                        annotations,
                                        a.image,
                                        a.category,
                                        files.containsKey(a.image) ? "category" : "image"));
            }
            byImage.computeIfAbsent(a.image, i -> new ArrayList<>()).add(a);
        }
        var items = new ArrayList<BoxDataset.Item>();
        files.forEach((id, name) -> {
            Path file = images.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new FathomException("%s names %s, but it is not in %s".formatted(annotations, name, images));
            }
            List<Annotation> own = byImage.getOrDefault(id, List.of());
            items.add(
                    BoxDataset.Item.of(
                            file,
                            own.stream().map(Annotation::box).toList(),
                            own.stream().map(a -> ids.indexOf(a.category)).toList()));
        });
        if (items.isEmpty()) {
            throw new FathomException("%s has no images".formatted(annotations));
        }
        return new BoxDataset(items, List.copyOf(categories.values()), transform);
    }

    private static void read(
            Path file, Map<Long, String> files, Map<Long, String> categories, List<Annotation> annotations)
            throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                JsonParser parser = JSON.createParser(reader)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new FathomException("%s is malformed: expected an object".formatted(file));
            }
            for (String field = parser.nextName(); field != null; field = parser.nextName()) {
                JsonToken start = parser.nextToken();
                boolean isKnown = List.of("images", "annotations", "categories").contains(field);
                if (!isKnown || start != JsonToken.START_ARRAY) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    JsonNode entry = JSON.readTree(parser);
                    switch (field) {
                        case "images" -> files.put(id(file, entry, "id"), text(file, entry, "file_name"));
                        case "categories" -> categories.put(id(file, entry, "id"), text(file, entry, "name"));
                        default -> {
                            if (!isCrowd(entry)) {
                                annotations.add(
                                        new Annotation(
                                                id(file, entry, "image_id"),
                                                id(file, entry, "category_id"),
                                                box(file, entry)));
                            }
                        }
                    }
                }
            }
        }
    }

    private static boolean isCrowd(JsonNode entry) {
        JsonNode crowd = entry.get("iscrowd");
        return crowd != null && crowd.isNumber() && crowd.intValue() != 0;
    }

    private static long id(Path file, JsonNode entry, String name) {
        JsonNode value = entry.get(name);
        if (value == null || !value.isIntegralNumber()) {
            throw wrong(file, entry, name, "an integer");
        }
        return value.longValue();
    }

    private static String text(Path file, JsonNode entry, String name) {
        JsonNode value = entry.get(name);
        if (value == null || !value.isString()) {
            throw wrong(file, entry, name, "a text");
        }
        return Objects.requireNonNull(value.stringValue());
    }

    /** {@return left, top, right, bottom} */
    private static double[] box(Path file, JsonNode entry) {
        JsonNode value = entry.get("bbox");
        if (value == null || !value.isArray() || value.size() != 4) {
            throw wrong(file, entry, "bbox", "four numbers");
        }
        var box = new double[4];
        for (int k = 0; k < 4; k++) {
            JsonNode number = value.get(k);
            if (number == null || !number.isNumber() || !Double.isFinite(number.doubleValue())) {
                throw wrong(file, entry, "bbox", "four numbers");
            }
            box[k] = number.doubleValue();
        }
        if (box[2] < 0 || box[3] < 0) {
            throw wrong(file, entry, "bbox", "a width and height that are not negative");
        }
        return new double[] {box[0], box[1], box[0] + box[2], box[1] + box[3]};
    }

    private static FathomException wrong(Path file, JsonNode entry, String name, String wanted) {
        String text = entry.toString();
        return new FathomException(
                "%s is malformed: expected %s as %s in %s"
                        .formatted(file, wanted, name, text.length() <= 100 ? text : text.substring(0, 97) + "..."));
    }
}
