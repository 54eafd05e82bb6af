package fathom.train.recipe;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Layer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a trained network computes in use, from named inputs to named outputs, for exporting it to another format.
 *
 * @param net the network whose weights it uses
 * @param inputs the inputs, in order
 * @param outputs the names of the outputs, in order
 * @param forward from the inputs to the outputs
 * @param metadata what a user of the exported model must know, such as the names of the classes
 */
public record InferenceGraph(
        Block net,
        List<Input> inputs,
        List<String> outputs,
        Function<List<Tensor>, List<Tensor>> forward,
        Map<String, String> metadata) {
    /** The name of dimensions that count examples. */
    public static final String BATCH = "batch";

    /** The key of the names of classes: a JSON array. */
    public static final String CLASSES = "classes";

    /** The key of the means that are subtracted from the channels of an image from 0 to 1: a JSON array. */
    public static final String MEAN = "mean";

    /** The key of the standard deviations that the channels are then divided by: a JSON array. */
    public static final String STD = "std";

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * An input.
     *
     * @param name the name
     * @param example an example, of which the values do not matter
     * @param dynamicAxes the dimensions whose size may vary, with the names of their sizes
     */
    public record Input(String name, Tensor example, Map<Integer, String> dynamicAxes) {
        /** Copies the map. */
        public Input {
            dynamicAxes = Map.copyOf(dynamicAxes);
        }
    }

    /** Copies lists and map. */
    public InferenceGraph {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }

    /** {@return the forward pass of a layer on batches of any size of inputs like the example, itself a batch} */
    public static InferenceGraph of(Layer net, Tensor example, Map<String, String> metadata) {
        return new InferenceGraph(
                net,
                List.of(new Input("input", example, Map.of(0, BATCH))),
                List.of("output"),
                in -> List.of(net.call(in.getFirst())),
                metadata);
    }

    /** {@return a value of the metadata: as JSON, texts and numbers in a list} */
    public static String json(Object value) {
        return JSON.writeValueAsString(value);
    }
}
