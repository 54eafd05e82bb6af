package fathom.interop.onnx.operators;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.TensorValue;
import fathom.interop.onnx.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Branches and loops. A condition that is computed from inputs is read back, which ends a capture. */
final class ControlFlow {
    private ControlFlow() {}

    static void addTo(OperatorTable table) {
        table.add("If", c -> c.graph(c.whole(0) != 0 ? "then_branch" : "else_branch"));
        table.add("Loop", ControlFlow::loop);
        table.add("Scan", ControlFlow::scan);
    }

    /**
     * Inputs: the number of iterations, a condition, what is carried along. Outputs: what was carried along, then what
     * each iteration yielded, stacked.
     */
    private static Value[] loop(Call c) {
        long limit = c.has(0) ? c.whole(0) : Long.MAX_VALUE;
        boolean goesOn = !c.has(1) || c.whole(1) != 0;
        int carried = Math.max(0, c.inputs() - 2);
        var state = new Value[2 + carried];
        for (int i = 0; i < carried; i++) {
            state[2 + i] = c.value(2 + i);
        }
        var yielded = new ArrayList<List<Tensor>>();
        for (int k = 0; k < c.outputs() - carried; k++) {
            yielded.add(new ArrayList<>());
        }
        for (long i = 0; i < limit && goesOn; i++) {
            state[0] = HostValue.number(i);
            state[1] = HostValue.of(DType.BOOL, new long[0], new long[] {1});
            Value[] out = c.graph("body", state);
            if (out.length < 1 + carried + yielded.size()) {
                throw c.refuse("its body has %s outputs, too few".formatted(out.length));
            }
            goesOn = isTrue(out[0]);
            System.arraycopy(out, 1, state, 2, carried);
            for (int k = 0; k < yielded.size(); k++) {
                yielded.get(k).add(out[1 + carried + k].tensor());
            }
        }
        var results = new Value[carried + yielded.size()];
        System.arraycopy(state, 2, results, 0, carried);
        for (int k = 0; k < yielded.size(); k++) {
            if (yielded.get(k).isEmpty()) {
                throw c.refuse("it had no iteration, so the shape of what they yield is unknown");
            }
            results[carried + k] = new TensorValue(Tensors.stack(yielded.get(k), 0));
        }
        return results;
    }

    private static boolean isTrue(Value condition) {
        return switch (condition) {
            case HostValue h -> h.whole(0) != 0;
            default -> condition.tensor().detach().flatten().to(DType.INT64).toLongArray()[0] != 0;
        };
    }

    /** Inputs: what is carried along, then sequences, of which each iteration gets one element. */
    private static Value[] scan(Call c) {
        int sequences = c.number("num_scan_inputs", 1);
        int carried = c.inputs() - sequences;
        if (sequences < 1 || carried < 0) {
            throw c.refuse("it has %s inputs for %s sequences".formatted(c.inputs(), sequences));
        }
        int yields = c.outputs() - carried;
        long[] inAxes = orZeros(c.wholes("scan_input_axes"), sequences);
        long[] inBackwards = orZeros(c.wholes("scan_input_directions"), sequences);
        long[] outAxes = orZeros(c.wholes("scan_output_axes"), yields);
        long[] outBackwards = orZeros(c.wholes("scan_output_directions"), yields);
        var in = new Value[c.inputs()];
        var axes = new int[sequences];
        for (int i = 0; i < carried; i++) {
            in[i] = c.value(i);
        }
        for (int k = 0; k < sequences; k++) {
            axes[k] = Axes.checked(c, inAxes[k], c.value(carried + k).rank());
        }
        long steps = c.tensor(carried).size(axes[0]);
        var yielded = new ArrayList<List<Tensor>>();
        for (int k = 0; k < yields; k++) {
            yielded.add(new ArrayList<>());
        }
        for (long t = 0; t < steps; t++) {
            for (int k = 0; k < sequences; k++) {
                in[carried + k] =
                        new TensorValue(c.tensor(carried + k).select(axes[k], inBackwards[k] == 0 ? t : steps - 1 - t));
            }
            Value[] out = c.graph("body", in);
            System.arraycopy(out, 0, in, 0, carried);
            for (int k = 0; k < yields; k++) {
                yielded.get(k).add(out[carried + k].tensor());
            }
        }
        var results = new Value[carried + yields];
        System.arraycopy(in, 0, results, 0, carried);
        for (int k = 0; k < yields; k++) {
            List<Tensor> all = outBackwards[k] == 0 ? yielded.get(k) : yielded.get(k).reversed();
            if (all.isEmpty()) {
                throw c.refuse("its sequences are empty, so the shape of what iterations yield is unknown");
            }
            results[carried + k] =
                    new TensorValue(Tensors.stack(all, Axes.checked(c, outAxes[k], all.getFirst().dim() + 1)));
        }
        return results;
    }

    private static long[] orZeros(long @Nullable [] given, int count) {
        return given == null ? new long[Math.max(0, count)] : Arrays.copyOf(given, Math.max(0, count));
    }
}
