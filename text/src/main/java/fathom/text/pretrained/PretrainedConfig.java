package fathom.text.pretrained;

import fathom.files.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings of a {@code config.json}: {@code config.integer("hidden_size")}. A setting that is null counts as
 * absent.
 */
public final class PretrainedConfig {
    private final JsonNode node;
    private final String path;

    private PretrainedConfig(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /**
     * {@return the settings in a JSON object}
     *
     * @throws IllegalArgumentException if it is none
     */
    public static PretrainedConfig parse(String json) {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + Excerpt.of(e.getOriginalMessage()), e);
        }
        if (root == null || !root.isObject()) {
            throw new IllegalArgumentException("not a JSON object");
        }
        return new PretrainedConfig(root, "");
    }

    /** {@return these settings: strings, numbers, booleans, lists and maps of them} */
    public static PretrainedConfig of(Map<String, ?> settings) {
        return new PretrainedConfig(JsonMapper.shared().valueToTree(settings), "");
    }

    /** {@return these settings with others, which replace those of the same name} */
    public PretrainedConfig with(Map<String, ?> settings) {
        ObjectNode copy = (ObjectNode) node.deepCopy();
        JsonNode added = JsonMapper.shared().valueToTree(settings);
        added.properties().forEach(e -> copy.set(e.getKey(), e.getValue()));
        return new PretrainedConfig(copy, path);
    }

    /**
     * {@return the kind of the model, {@code model_type}: "bert", "llama"}
     *
     * @throws IllegalArgumentException if there is none
     */
    public String modelType() {
        return text("model_type");
    }

    /** {@return whether there is such a setting, and it is not null} */
    public boolean has(String name) {
        return !node.path(name).isMissingNode() && !node.path(name).isNull();
    }

    /**
     * {@return an integer}
     *
     * @throws IllegalArgumentException if it is absent or none
     */
    public long integer(String name) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw expected("an integer", name);
        }
        return value.asLong();
    }

    /** {@return an integer, or a default if it is absent} */
    public long integer(String name, long absent) {
        return has(name) ? integer(name) : absent;
    }

    /**
     * {@return a number}
     *
     * @throws IllegalArgumentException if it is absent or none
     */
    public double number(String name) {
        JsonNode value = node.path(name);
        if (!value.isNumber()) {
            throw expected("a number", name);
        }
        return value.asDouble();
    }

    /** {@return a number, or a default if it is absent} */
    public double number(String name, double absent) {
        return has(name) ? number(name) : absent;
    }

    /** {@return a boolean, or a default if it is absent} */
    public boolean flag(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        if (!node.path(name).isBoolean()) {
            throw expected("true or false", name);
        }
        return node.path(name).asBoolean();
    }

    /**
     * {@return a string}
     *
     * @throws IllegalArgumentException if it is absent or none
     */
    public String text(String name) {
        if (!node.path(name).isString()) {
            throw expected("a string", name);
        }
        return node.path(name).asString();
    }

    /** {@return a string, or a default if it is absent} */
    public String text(String name, String absent) {
        return has(name) ? text(name) : absent;
    }

    /** {@return a list of strings; empty if it is absent} */
    public List<String> texts(String name) {
        return list(name, "a list of strings", n -> n.isString() ? Optional.of(n.asString()) : Optional.empty());
    }

    /** {@return a list of numbers; empty if it is absent; a single number is a list of one} */
    public List<Double> numbers(String name) {
        if (node.path(name).isNumber()) {
            return List.of(number(name));
        }
        return list(name, "a list of numbers", n -> n.isNumber() ? Optional.of(n.asDouble()) : Optional.empty());
    }

    private <T> List<T> list(String name, String what, Function<JsonNode, Optional<T>> element) {
        var all = new ArrayList<T>();
        if (has(name)) {
            if (!node.path(name).isArray()) {
                throw expected(what, name);
            }
            for (JsonNode each : node.path(name)) {
                all.add(element.apply(each).orElseThrow(() -> expected(what, name)));
            }
        }
        return all;
    }

    /** {@return the names of the settings} */
    public List<String> names() {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** {@return an object of settings, such as {@code rope_scaling}; empty if it is absent} */
    public Optional<PretrainedConfig> object(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!node.path(name).isObject()) {
            throw expected("an object", name);
        }
        return Optional.of(new PretrainedConfig(node.path(name), path + name + "."));
    }

    private IllegalArgumentException expected(String what, String name) {
        JsonNode value = node.path(name);
        return new IllegalArgumentException(
                "expected %s '%s%s', %s"
                        .formatted(
                                what,
                                path,
                                name,
                                value.isMissingNode()
                                        ? "which is missing"
                                        : "which is " + Excerpt.of(value.toString())));
    }

    /** {@return the settings as JSON} */
    public String toJson() {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    @Override
    public String toString() {
        return toJson();
    }
}
