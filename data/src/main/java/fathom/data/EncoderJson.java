package fathom.data;

import fathom.FathomException;
import fathom.files.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link TableEncoder} as maps, lists, texts, numbers and booleans, as JSON has them. */
final class EncoderJson {
    private static final String NAME = "name";
    private static final String MEAN = "mean";
    private static final String STD = "std";
    private static final String CATEGORIES = "categories";
    private static final String CLASSES = "classes";
    private static final String MARKS_MISSING = "marksMissing";
    private static final String EMBEDDED = "embedded";

    private EncoderJson() {}

    static Map<String, Object> write(TableEncoder encoder) {
        var features = new ArrayList<Map<String, Object>>();
        for (TableEncoder.Feature f : encoder.features()) {
            features.add(
                    switch (f) {
                        case TableEncoder.Numbers n ->
                                entries(NAME, n.name(), MEAN, n.mean(), STD, n.std(), MARKS_MISSING, n.marksMissing());
                        case TableEncoder.Categories c ->
                                entries(
                                        NAME, c.name(),
                                        CATEGORIES, c.categories(),
                                        MARKS_MISSING, c.marksMissing(),
                                        EMBEDDED, c.embedded());
                    });
        }
        Map<String, Object> target =
                switch (encoder.target()) {
                    case TableEncoder.NumberTarget t -> entries(NAME, t.name(), MEAN, t.mean(), STD, t.std());
                    case TableEncoder.ClassTarget t -> entries(NAME, t.name(), CLASSES, t.classes());
                };
        return entries("features", features, "target", target, "leftOut", encoder.leftOut());
    }

    private static Map<String, Object> entries(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    static TableEncoder read(Map<String, ?> map) {
        var features = new ArrayList<TableEncoder.Feature>();
        for (Object entry : get(map, "features", List.class)) {
            Map<String, ?> f = map(entry);
            features.add(
                    f.containsKey(CATEGORIES)
                            ? new TableEncoder.Categories(
                                    get(f, NAME, String.class),
                                    texts(f, CATEGORIES),
                                    get(f, MARKS_MISSING, Boolean.class),
                                    get(f, EMBEDDED, Boolean.class))
                            : new TableEncoder.Numbers(
                                    get(f, NAME, String.class),
                                    number(f, MEAN),
                                    deviation(f),
                                    get(f, MARKS_MISSING, Boolean.class)));
        }
        Map<String, ?> t = map(get(map, "target", Map.class));
        String name = get(t, NAME, String.class);
        TableEncoder.Target target =
                t.containsKey(CLASSES)
                        ? new TableEncoder.ClassTarget(name, texts(t, CLASSES))
                        : new TableEncoder.NumberTarget(name, number(t, MEAN), deviation(t));
        var leftOut = new LinkedHashMap<String, String>();
        map(get(map, "leftOut", Map.class)).forEach((column, why) -> leftOut.put(column, String.valueOf(why)));
        return new TableEncoder(features, target, leftOut);
    }

    private static <T> T get(Map<String, ?> map, String name, Class<T> type) {
        Object value = map.get(name);
        if (!type.isInstance(value)) {
            throw damaged(name, value);
        }
        return type.cast(value);
    }

    private static FathomException damaged(String name, @org.jspecify.annotations.Nullable Object value) {
        return new FathomException(
                "TableEncoder: the saved encoder is damaged: %s is %s"
                        .formatted(name, Excerpt.of(String.valueOf(value))));
    }

    private static Map<String, ?> map(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw damaged("an entry", value);
        }
        var checked = new LinkedHashMap<String, Object>();
        map.forEach((k, v) -> checked.put(String.valueOf(k), v));
        return checked;
    }

    private static List<String> texts(Map<String, ?> map, String name) {
        var texts = new ArrayList<String>();
        for (Object value : get(map, name, List.class)) {
            if (!(value instanceof String text)) {
                throw damaged(name, value);
            }
            texts.add(text);
        }
        return texts;
    }

    private static double number(Map<String, ?> map, String name) {
        double value = get(map, name, Number.class).doubleValue();
        if (!Double.isFinite(value)) {
            throw damaged(name, value);
        }
        return value;
    }

    private static double deviation(Map<String, ?> map) {
        double value = number(map, STD);
        if (!(value > 0)) {
            throw damaged(STD, value);
        }
        return value;
    }
}
