package fathom.optim;

import fathom.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The complete state of an optimiser: with it, training resumes bit for bit as if it had never stopped.
 *
 * <p>Tensors are named {@code state.<parameter>.<name>}, with parameters counted from 0 over all groups; numbers {@code
 * state.<parameter>.step} and {@code group.<group>.<hyper-parameter>}. The tensors can be written as a safetensors
 * file, and {@link #metadata()} as its metadata or as JSON.
 *
 * @param tensors copies of the state's tensors
 * @param numbers step counts and hyper-parameters
 */
public record OptimizerState(Map<String, Tensor> tensors, Map<String, Double> numbers) {
    /** Takes copies of the maps, in their order. */
    public OptimizerState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    /** {@return the numbers as text that reads back to the same bits} */
    public Map<String, String> metadata() {
        return toText(numbers);
    }

    /**
     * {@return a state from tensors and from the text of {@link #metadata}}
     *
     * @throws IllegalArgumentException if a text is not a number
     */
    public static OptimizerState of(Map<String, Tensor> tensors, Map<String, String> metadata) {
        return new OptimizerState(tensors, fromText(metadata));
    }

    /** {@return numbers as text that reads back to the same bits; also used for the state of a schedule} */
    public static Map<String, String> toText(Map<String, Double> numbers) {
        var text = new LinkedHashMap<String, String>();
        numbers.forEach((name, value) -> text.put(name, Double.toString(value)));
        return text;
    }

    /**
     * {@return the numbers that {@link #toText} wrote}
     *
     * @throws IllegalArgumentException if a text is not a number
     */
    public static Map<String, Double> fromText(Map<String, String> text) {
        var numbers = new TreeMap<String, Double>();
        text.forEach((name, value) -> {
            try {
                numbers.put(name, Double.valueOf(value));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("state: %s is no number: '%s'".formatted(name, value), e);
            }
        });
        return numbers;
    }
}
