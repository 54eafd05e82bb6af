package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the parts of a tokenizer.json. */
final class Json {
    private Json() {}

    /** {@return whether there is such a field, and it is not null} */
    static boolean has(JsonNode node, String field) {
        return !node.path(field).isMissingNode() && !node.path(field).isNull();
    }

    static String string(JsonNode node, String field) {
        if (!node.path(field).isString()) {
            throw new IllegalArgumentException("%s: expected a string '%s'".formatted(type(node), field));
        }
        return node.path(field).asString();
    }

    static String string(JsonNode node, String field, String absent) {
        return has(node, field) ? string(node, field) : absent;
    }

    static boolean flag(JsonNode node, String field, boolean absent) {
        return has(node, field) ? node.path(field).asBoolean(absent) : absent;
    }

    static int integer(JsonNode node, String field) {
        if (!node.path(field).isIntegralNumber()) {
            throw new IllegalArgumentException("%s: expected a number '%s'".formatted(type(node), field));
        }
        return node.path(field).asInt();
    }

    static int integer(JsonNode node, String field, int absent) {
        return has(node, field) ? integer(node, field) : absent;
    }

    static String type(JsonNode node) {
        return node.path("type").asString("?");
    }

    static <T> List<T> list(JsonNode node, String field, Function<JsonNode, T> function) {
        if (!node.path(field).isArray()) {
            throw new IllegalArgumentException("%s: expected a list '%s'".formatted(type(node), field));
        }
        var all = new ArrayList<T>();
        for (JsonNode each : node.path(field)) {
            all.add(function.apply(each));
        }
        return all;
    }

    static <T> @Nullable T optional(JsonNode node, String field, Function<JsonNode, T> function) {
        return has(node, field) ? function.apply(node.path(field)) : null;
    }

    static IllegalArgumentException unsupported(String what, JsonNode node, String supported) {
        return new IllegalArgumentException(
                "the %s '%s' is not supported; supported: %s".formatted(what, type(node), supported));
    }
}
