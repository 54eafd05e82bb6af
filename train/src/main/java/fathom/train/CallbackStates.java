package fathom.train;

import fathom.io.StateDict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The states of a run's callbacks in checkpoints. Each has the name of its class; of several of a class the later ones
 * also have a number. A callback without a state in the checkpoint starts anew.
 */
final class CallbackStates {
    /** The prefix of entries and metadata. */
    static final String PREFIX = "callback.";

    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, TrainingCallback> callbacks = new LinkedHashMap<>();

    CallbackStates(List<TrainingCallback> callbacks) {
        var counts = new HashMap<String, Integer>();
        for (TrainingCallback c : callbacks) {
            String name = c.getClass().getName();
            name = name.substring(name.lastIndexOf('.') + 1);
            int count = counts.merge(name, 1, Integer::sum);
            this.callbacks.put(count == 1 ? name : String.format(Locale.ROOT, "%s-%d", name, count), c);
        }
    }

    /** Adds the states to a checkpoint. */
    void save(StateDict file) {
        callbacks.forEach((name, callback) -> {
            StateDict state = callback.stateDict();
            if (state.size() == 0 && state.metadata().isEmpty()) {
                return;
            }
            state.entries().forEach((entry, t) -> file.put(PREFIX + name + "." + entry, t));
            file.metadata().put(PREFIX + name, JSON.writeValueAsString(state.metadata()));
        });
    }

    /** {@return the part of a checkpoint that {@link #save} has added} */
    static StateDict part(StateDict file) {
        StateDict part = file.filter(name -> name.startsWith(PREFIX));
        part.metadata().keySet().removeIf(name -> !name.startsWith(PREFIX));
        return part;
    }

    /**
     * Restores the states, after the callbacks have started.
     *
     * @throws IllegalArgumentException if a callback refuses its state
     */
    void load(StateDict part, TrainingCallback.Progress progress) {
        callbacks.forEach((name, callback) -> {
            String metadata = part.metadata().get(PREFIX + name);
            if (metadata == null) {
                return;
            }
            try {
                Map<String, String> texts = JSON.readValue(metadata, new TypeReference<Map<String, String>>() {});
                if (texts == null || texts.containsValue(null)) {
                    throw new IllegalArgumentException("its metadata is " + metadata);
                }
                StateDict state = CheckpointPart.tensors(PREFIX + name + ".", part);
                state.metadata().putAll(texts);
                callback.loadStateDict(state, progress);
            } catch (IllegalArgumentException | JacksonException e) {
                throw new IllegalArgumentException(
                        "resume: the callback %s cannot restore its state: %s".formatted(name, e.getMessage()), e);
            }
        });
    }
}
