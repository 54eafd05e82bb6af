package fathom.io;

import fathom.Tensor;
import fathom.files.Utf8;
import fathom.pickle.PickleOutput;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A nested dictionary as Python's pickle: what {@link TorchCheckpoint} writes. */
final class TorchTree {
    /** Deeper nesting is a cycle, or no checkpoint. */
    static final int MAX_DEPTH = 32;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<Tensor, String> names = new IdentityHashMap<>();
    private Map<?, ?> root = Map.of();

    /**
     * Validates a dictionary and finds its tensors.
     *
     * @throws IllegalArgumentException naming a value that cannot be written
     */
    void collect(Map<String, ?> content) {
        root = content;
        collect("", content, 0);
    }

    /** {@return the tensors by names of their own} */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    private void collect(String path, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "TorchCheckpoint: %s is nested more than %d deep, or holds itself",
                            path.substring(0, Math.min(path.length(), 100)),
                            MAX_DEPTH));
        }
        switch (value) {
            case null -> {}
            case Tensor t ->
                    names.computeIfAbsent(
                            t,
                            _ -> {
                                String name = Integer.toString(tensors.size());
                                tensors.put(name, t.detach());
                                return name;
                            });
            case StateDict state ->
                    state.entries().forEach((name, t) -> collect(path + "." + text(name), t, depth + 1));
            case Map<?, ?> map ->
                    map.forEach((key, v) -> {
                        if (!(key instanceof String || key instanceof Integer || key instanceof Long)) {
                            throw new IllegalArgumentException(
                                    "TorchCheckpoint: a key of %s is %s; expected a text or an integer"
                                            .formatted(path.isEmpty() ? "the dictionary" : path, key));
                        }
                        String name = key instanceof String s ? text(s) : key.toString();
                        collect(path.isEmpty() ? name : path + "." + name, v, depth + 1);
                    });
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    collect(String.format(Locale.ROOT, "%s[%d]", path, i), list.get(i), depth + 1);
                }
            }
            case String s -> text(s);
            case Boolean _, Integer _, Long _, Double _, Float _, double[] _, long[] _ -> {}
            case Object other ->
                    throw new IllegalArgumentException(
                            "TorchCheckpoint: %s is a %s; expected a tensor, number, boolean, text, list, map or state dictionary"
                                    .formatted(path, other.getClass().getSimpleName()));
        }
    }

    private static String text(String text) {
        Utf8.check("the text", text);
        return text;
    }

    /** Writes the dictionary; {@code tensor} writes the tensor of a name. */
    void write(PickleOutput out, Consumer<String> tensor) {
        write(out, tensor, root);
    }

    private void write(PickleOutput out, Consumer<String> tensor, @Nullable Object value) {
        switch (value) {
            case null -> out.code('N');
            case Tensor t -> tensor.accept(Objects.requireNonNull(names.get(t)));
            case StateDict state -> {
                TorchWriter.orderedDict(out);
                entries(out, tensor, state.entries());
            }
            case Map<?, ?> map -> {
                out.code('}').memoise();
                entries(out, tensor, map);
            }
            case List<?> list -> {
                out.code(']').memoise();
                if (!list.isEmpty()) {
                    out.code('(');
                    list.forEach(v -> write(out, tensor, v));
                    out.code('e');
                }
            }
            case double[] tuple -> {
                out.code('(');
                for (double v : tuple) {
                    out.real(v);
                }
                out.code('t').memoise();
            }
            case long[] tuple -> out.numbers(tuple);
            case Boolean b -> out.code(b ? 0x88 : 0x89);
            case Integer n -> out.number(n);
            case Long n -> out.number(n);
            case Number n -> out.real(n.doubleValue());
            case String s -> out.text(s);
            default -> throw new IllegalStateException("not collected before");
        }
    }

    private void entries(PickleOutput out, Consumer<String> tensor, Map<?, ?> map) {
        if (map.isEmpty()) {
            return;
        }
        out.code('(');
        map.forEach((key, value) -> {
            write(out, tensor, key);
            write(out, tensor, value);
        });
        out.code('u');
    }
}
