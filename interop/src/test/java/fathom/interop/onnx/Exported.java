package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.interop.onnx.export.ExportOptions;
import fathom.interop.onnx.export.ExportedModel;
import fathom.nn.Block;
import fathom.nn.Sequential;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Exports functions and compares what onnxruntime and our own reader compute with what the function does. */
final class Exported {
    private Exported() {}

    /** Exports for the first inputs, compares for all: of other sizes where axes are dynamic. */
    static ExportedModel check(
            Block net,
            Function<List<Tensor>, List<Tensor>> forward,
            Consumer<ExportOptions> options,
            List<List<Tensor>> inputs)
            throws Exception {
        return check(net, forward, options, inputs, 1e-4);
    }

    /** With another tolerance, relative to the largest expected number. */
    static ExportedModel check(
            Block net,
            Function<List<Tensor>, List<Tensor>> forward,
            Consumer<ExportOptions> options,
            List<List<Tensor>> inputs,
            double tolerance)
            throws Exception {
        Path file = Files.createTempFile("exported", ".onnx");
        try {
            ExportedModel made = Onnx.export(net, inputs.getFirst(), forward, file, options);
            OnnxModel own = Onnx.load(file);
            net.eval();
            try (var reference = new Reference(file);
                    var off = Autograd.noGrad()) {
                for (List<Tensor> in : inputs) {
                    List<Tensor> expected = forward.apply(in);
                    var named = new LinkedHashMap<String, Tensor>();
                    for (int i = 0; i < in.size(); i++) {
                        named.put(made.inputs().get(i), in.get(i));
                    }
                    var theirs = reference.run(named);
                    var ours = own.run(named);
                    for (int i = 0; i < expected.size(); i++) {
                        String name = made.outputs().get(i);
                        assertClose("onnxruntime, " + name, theirs.get(name), expected.get(i), tolerance);
                        assertClose("the reader, " + name, ours.get(name), expected.get(i), tolerance);
                    }
                }
            }
            return made;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Exports a function of one input with a batch of any size. */
    static ExportedModel check(UnaryOperator<Tensor> f, Tensor... inputs) throws Exception {
        return check(
                new Sequential(),
                in -> List.of(f.apply(in.getFirst())),
                o -> {},
                java.util.Arrays.stream(inputs).map(List::of).toList());
    }

    private static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.dtype()).as(what).isEqualTo(expected.dtype());
        double[] a = actual.to(DType.FLOAT64).reshape(-1).toDoubleArray();
        double[] e = expected.to(DType.FLOAT64).reshape(-1).toDoubleArray();
        double scale = 1;
        for (double v : e) {
            scale = Double.isFinite(v) ? Math.max(scale, Math.abs(v)) : scale;
        }
        for (int i = 0; i < a.length; i++) {
            boolean same = Double.compare(a[i], e[i]) == 0 || Math.abs(a[i] - e[i]) <= tolerance * scale;
            assertThat(same).as("%s, element %s: %s instead of %s", what, i, a[i], e[i]).isTrue();
        }
    }
}
