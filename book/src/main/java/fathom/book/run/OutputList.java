package fathom.book.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The outputs of one cell, as events come in: what is printed in one go is one output, and live outputs are replaced.
 */
final class OutputList {
    private final List<CellOutput> outputs = new ArrayList<>();
    private final LinkedHashMap<Integer, Integer> places = new LinkedHashMap<>();

    void add(JsonNode event) {
        String text = event.path("text").asString("");
        switch (event.path("event").asString()) {
            case "printed" -> {
                if (!outputs.isEmpty() && outputs.getLast() instanceof CellOutput.Printed before) {
                    outputs.set(outputs.size() - 1, new CellOutput.Printed(before.text() + text));
                } else {
                    outputs.add(new CellOutput.Printed(text));
                }
            }
            case "noted" -> {
                if (!outputs.isEmpty() && outputs.getLast() instanceof CellOutput.Noted before) {
                    outputs.set(outputs.size() - 1, new CellOutput.Noted(before.text() + text));
                } else {
                    outputs.add(new CellOutput.Noted(text));
                }
            }
            case "value" -> put(event.path("id").asInt(), value(event, text));
            default -> {
                // an event of another version
            }
        }
    }

    private static CellOutput value(JsonNode event, String text) {
        String html = event.path("html").asString("");
        return event.has("light")
                ? new CellOutput.Figure(event.path("light").asString(), event.path("dark").asString(), html, text)
                : new CellOutput.Value(html, text);
    }

    private void put(int id, CellOutput output) {
        Integer place = places.putIfAbsent(id, outputs.size());
        if (place == null) {
            outputs.add(output);
        } else {
            outputs.set(place, output);
        }
    }

    List<CellOutput> all() {
        return List.copyOf(outputs);
    }
}
