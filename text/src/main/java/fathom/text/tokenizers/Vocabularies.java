package fathom.text.tokenizers;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads vocabularies: objects of tokens and ids. */
final class Vocabularies {
    private Vocabularies() {}

    static Map<String, Integer> map(JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("model: expected an object 'vocab' of tokens and their ids");
        }
        var map = new LinkedHashMap<String, Integer>(node.size() * 2);
        for (var entry : node.properties()) {
            if (!entry.getValue().isIntegralNumber() || entry.getValue().asInt() < 0) {
                throw new IllegalArgumentException(
                        "model: the id of the token '%s' is %s".formatted(entry.getKey(), entry.getValue()));
            }
            map.put(entry.getKey(), entry.getValue().asInt());
        }
        return map;
    }
}
