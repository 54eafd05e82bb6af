package fathom.conformance;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.PadMode;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Reductions of scattered values, negative pads, batches of vectors, determinants of any sign, output padding beyond
 * the stride; and their gradients.
 */
class EdgesGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("edges", c -> c.check(t -> call(c, t), 1e-9, 1e-12));
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        if (c.op().equals("slogdet")) {
            var d = t[0].slogdet();
            return new Tensor[] {d.sign(), d.logabsdet()};
        }
        return new Tensor[] {one(c, t)};
    }

    private static Tensor one(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "scatterReduce" ->
                    c.getBoolean("include")
                            ? x.scatterReduce(c.getInt("dim"), c.tensor("index"), t[1], c.get("reduce"))
                            : x.scatterReduce(c.getInt("dim"), c.tensor("index"), t[1], c.get("reduce"), false);
            case "indexReduce" ->
                    c.getBoolean("include")
                            ? x.indexReduce(c.getInt("dim"), c.tensor("index"), t[1], c.get("reduce"))
                            : x.indexReduce(c.getInt("dim"), c.tensor("index"), t[1], c.get("reduce"), false);
            case "indexCopy" -> x.indexCopy(c.getInt("dim"), c.tensor("index"), t[1]);
            case "indexAdd" -> x.indexAdd(c.getInt("dim"), c.tensor("index"), t[1], c.getDouble("alpha"));
            case "indexFill" -> x.indexFill(c.getInt("dim"), c.tensor("index"), c.getDouble("value"));
            case "logdet" -> x.logdet();
            case "solve" -> x.solve(t[1]);
            case "eighSquares" -> x.eigh().eigenvectors().square();
            case "pad" -> {
                String mode = c.get("mode").toUpperCase(Locale.ROOT);
                yield Tensors.pad(x, c.getLongs("pads"), PadMode.valueOf(mode.equals("CONSTANT") ? "ZEROS" : mode));
            }
            case "convTranspose2d" ->
                    Tensors.convTranspose2d(
                            x,
                            t[1],
                            t[2],
                            o ->
                                    o.stride(c.getInts("stride"))
                                            .padding(c.getInts("padding"))
                                            .outputPadding(c.getInts("outputPadding"))
                                            .dilation(c.getInts("dilation"))
                                            .groups(c.getInt("groups")));
            case "interpolate" -> Tensors.interpolate(x, o -> o.scaleFactor(c.getDoubles("scale")).mode(Mode.LINEAR));
            case "maskedScatter" -> x.maskedScatter(c.tensor("mask"), t[1]);
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }
}
