package fathom.io;

import fathom.io.TorchPickle.Placed;
import fathom.pickle.Dictionary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nested dictionary in a file of {@code torch.save}: each object of the pickle is converted once, however often it
 * is referenced, so that time and memory are proportional to the file.
 */
final class TorchTreeReader {
    private static final Object IN_PROGRESS = new Object();

    private final Map<Placed, String> names = new IdentityHashMap<>();
    private final Map<Object, Object> converted = new IdentityHashMap<>();
    private final Map<Object, Boolean> visited = new IdentityHashMap<>();
    private Dictionary root = new Dictionary();

    /** {@return the tensors of a saved object, by names of their own} */
    Map<String, Placed> tensors(@Nullable Object saved) throws IOException {
        if (!(saved instanceof Dictionary dictionary)) {
            throw new IOException("it holds no dictionary");
        }
        root = dictionary;
        var found = new LinkedHashMap<String, Placed>();
        find(saved, found, 0);
        return found;
    }

    private void find(@Nullable Object value, Map<String, Placed> found, int depth) throws IOException {
        if (depth > TorchTree.MAX_DEPTH) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "its dictionary is nested more than %d deep, or holds itself",
                            TorchTree.MAX_DEPTH));
        }
        switch (value) {
            case Placed p -> {
                if (!names.containsKey(p)) {
                    String name = Integer.toString(names.size());
                    names.put(p, name);
                    found.put(name, p);
                }
            }
            case Map<?, ?> map -> {
                if (visited.putIfAbsent(map, true) == null) {
                    for (Object v : map.values()) {
                        find(v, found, depth + 1);
                    }
                }
            }
            case List<?> list -> {
                if (visited.putIfAbsent(list, true) == null) {
                    for (Object v : list) {
                        find(v, found, depth + 1);
                    }
                }
            }
            case null, default -> {}
        }
    }

    /** {@return the dictionary with the tensors that were read} */
    Map<Object, @Nullable Object> content(StateDict tensors) throws IOException {
        converted.put(root, IN_PROGRESS);
        return map(root, tensors, 0);
    }

    private Map<Object, @Nullable Object> map(Map<?, ?> map, StateDict tensors, int depth) throws IOException {
        var content = new LinkedHashMap<Object, @Nullable Object>();
        for (Map.Entry<?, ?> e : map.entrySet()) {
            if (e.getKey() instanceof String || e.getKey() instanceof Long) {
                content.put(e.getKey(), convert(e.getValue(), tensors, depth + 1));
            }
        }
        return Collections.unmodifiableMap(content);
    }

    private @Nullable Object convert(@Nullable Object value, StateDict tensors, int depth) throws IOException {
        if (value == null) {
            return null;
        }
        if (value instanceof Placed p) {
            return tensors.get(String.valueOf(names.get(p)));
        }
        if (!(value instanceof Map || value instanceof List)) {
            return value;
        }
        Object before = converted.putIfAbsent(value, IN_PROGRESS);
        if (before == IN_PROGRESS || depth > TorchTree.MAX_DEPTH) {
            throw new IOException("its dictionary holds itself");
        }
        if (before != null) {
            return before;
        }
        Object now;
        if (value instanceof Map<?, ?> map) {
            now = map(map, tensors, depth);
        } else {
            var list = new ArrayList<@Nullable Object>();
            for (Object v : (List<?>) value) {
                list.add(convert(v, tensors, depth + 1));
            }
            now = Collections.unmodifiableList(list);
        }
        converted.put(value, now);
        return now;
    }
}
