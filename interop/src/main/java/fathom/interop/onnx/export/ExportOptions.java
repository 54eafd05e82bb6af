package fathom.interop.onnx.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of an export to ONNX. */
public final class ExportOptions {
    private static final int MIN_OPSET = 17;
    private static final int MAX_OPSET = 18;

    private int opset = MIN_OPSET;
    private boolean dynamicBatch = true;
    private final Map<String, Map<Integer, String>> dynamicAxes = new LinkedHashMap<>();
    private @Nullable List<String> inputNames;
    private @Nullable List<String> outputNames;
    private String graphName = "fathom";
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** The defaults. */
    public ExportOptions() {}

    /**
     * The version of ONNX's operators, 17 or 18; 17 unless set.
     *
     * @throws IllegalArgumentException if it is another
     */
    public ExportOptions opset(int opset) {
        if (opset < MIN_OPSET || opset > MAX_OPSET) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Onnx.export: opset %d is not supported; 17 and 18 are", opset));
        }
        this.opset = opset;
        return this;
    }

    /** Whether dimension 0 of all inputs is a batch, whose size may vary; true unless set. */
    public ExportOptions dynamicBatch(boolean dynamicBatch) {
        this.dynamicBatch = dynamicBatch;
        return this;
    }

    /**
     * Lets the size of a dimension of an input vary. Dimensions of one name, also of several inputs, have one size.
     *
     * @param input the input's name
     * @param axis the dimension, not negative
     * @param name the size's name in the file, such as {@code length}
     */
    public ExportOptions dynamicAxis(String input, int axis, String name) {
        dynamicAxes.computeIfAbsent(input, i -> new LinkedHashMap<>()).put(axis, name);
        return this;
    }

    /** The names of the inputs, in order; {@code input}, or {@code input1} and so on, unless set. */
    public ExportOptions inputNames(String... names) {
        inputNames = List.of(names);
        return this;
    }

    /** The names of the outputs, in order; {@code output}, or {@code output1} and so on, unless set. */
    public ExportOptions outputNames(String... names) {
        outputNames = List.of(names);
        return this;
    }

    /** The name of the graph. */
    public ExportOptions graphName(String graphName) {
        this.graphName = graphName;
        return this;
    }

    /** An entry that describes the model, such as the names of its classes. */
    public ExportOptions metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    int opset() {
        return opset;
    }

    boolean dynamicBatch() {
        return dynamicBatch;
    }

    Map<String, Map<Integer, String>> dynamicAxes() {
        return dynamicAxes;
    }

    String graphName() {
        return graphName;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    List<String> inputNames(int count) {
        return names("inputs", inputNames, "input", count);
    }

    List<String> outputNames(int count) {
        return names("outputs", outputNames, "output", count);
    }

    private static List<String> names(String what, @Nullable List<String> given, String stem, int count) {
        if (given != null) {
            if (given.size() != count || given.stream().distinct().count() != count) {
                throw new IllegalArgumentException(
                        "Onnx.export: %s different names expected, one for each of the %s, not %s"
                                .formatted(count, what, given));
            }
            return given;
        }
        var names = new ArrayList<String>();
        for (int i = 1; i <= count; i++) {
            names.add(count == 1 ? stem : stem + i);
        }
        return names;
    }
}
