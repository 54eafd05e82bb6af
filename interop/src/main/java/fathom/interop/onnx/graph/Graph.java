package fathom.interop.onnx.graph;

import fathom.FathomException;
import fathom.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph, ready to run: steps over numbered slots, some of which hold constants. */
public final class Graph {
    private final int slots;
    private final Map<Integer, Value> constants;
    private final int[] inputs;
    private final int[] outputs;
    private final List<Step> steps;

    Graph(int slots, Map<Integer, Value> constants, int[] inputs, int[] outputs, List<Step> steps) {
        this.slots = slots;
        this.constants = constants;
        this.inputs = inputs;
        this.outputs = outputs;
        this.steps = List.copyOf(steps);
    }

    /** {@return the number of nodes, without those of subgraphs} */
    public int size() {
        return steps.size();
    }

    /** {@return the outputs for the inputs, in their order} */
    public Value[] run(Value[] given, Execution execution) {
        return run(given, new Value[0], new int[0], execution);
    }

    Value[] run(Value[] given, Value[] captured, int[] capturedSlots, Execution execution) {
        if (given.length != inputs.length) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "a graph of %d inputs was called with %d", inputs.length, given.length));
        }
        @Nullable Value[] frame = new Value[slots];
        constants.forEach((slot, value) -> frame[slot] = value);
        for (int i = 0; i < given.length; i++) {
            frame[inputs[i]] = given[i];
        }
        for (int i = 0; i < captured.length; i++) {
            frame[capturedSlots[i]] = captured[i];
        }
        for (Step step : steps) {
            run(step, frame, execution);
        }
        var results = new Value[outputs.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = present(frame, outputs[i]);
        }
        return results;
    }

    static Value present(@Nullable Value[] frame, int slot) {
        Value v = frame[slot];
        if (v == null) {
            throw new IllegalStateException("a value is used that no node has computed");
        }
        return v;
    }

    private static void run(Step step, @Nullable Value[] frame, Execution execution) {
        @Nullable Value[] in = new Value[step.inputs().length];
        for (int i = 0; i < in.length; i++) {
            in[i] = step.inputs()[i] < 0 ? null : present(frame, step.inputs()[i]);
        }
        try {
            var call = new Call(step, in, execution, frame);
            Operator.Body onHost = step.operator().onHost();
            Value[] out = onHost != null && call.isHost() ? onHost.run(call) : step.operator().onTensors().run(call);
            for (int i = 0; i < step.outputs().length; i++) {
                int slot = step.outputs()[i];
                if (slot >= 0) {
                    if (i >= out.length) {
                        throw call.refuse(String.format(Locale.ROOT, "its output %d is used, but not supported", i));
                    }
                    frame[slot] = hooked(step, i, out[i], execution);
                }
            }
        } catch (RuntimeException e) {
            throw at(step, in, e);
        }
        for (int slot : step.dead()) {
            execution.drop(frame, slot);
        }
    }

    private static Value hooked(Step step, int output, Value value, Execution execution) {
        return execution.hook() == null || !(value instanceof TensorValue t)
                ? value
                : new TensorValue(
                        execution.hook().after(step.node().type(), step.node().outputs().get(output), t.tensor()));
    }

    /** {@return the exception with the node in front of its message} */
    private static RuntimeException at(Step step, @Nullable Value[] in, RuntimeException e) {
        var shapes = new StringBuilder();
        for (Value v : in) {
            shapes.append(shapes.isEmpty() ? "" : ", ").append(v == null ? "none" : describe(v));
        }
        String message = "node %s of %s: %s".formatted(step.node(), shapes, e.getMessage());
        RuntimeException named = FathomException.withMessage(e, message);
        return named == null ? e : named;
    }

    private static String describe(Value v) {
        return switch (v) {
            case HostValue h -> h.size() <= 8 ? h.toString() : h.size() + " numbers";
            case TensorValue t -> describe(t.tensor());
        };
    }

    private static String describe(Tensor t) {
        return t.shape().toString();
    }
}
