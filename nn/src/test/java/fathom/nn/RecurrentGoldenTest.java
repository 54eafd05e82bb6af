package fathom.nn;

import fathom.Tensor;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.GRUCell;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.LSTMCell;
import fathom.nn.recurrent.RNN;
import fathom.nn.recurrent.RNNCell;
import fathom.nn.recurrent.RecurrentOptions;
import fathom.nn.recurrent.RecurrentOutput;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recurrent networks and cells: results, and gradients by inputs, states and weights, as PyTorch has them. */
class RecurrentGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/recurrent.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        c.check(
                in -> {
                    Block block = block(c);
                    int given = c.getInt("given");
                    Parameters.replace(
                            block, List.of(c.get("names").split(",")), Arrays.asList(in).subList(given, in.length));
                    return call(block, Arrays.copyOf(in, given));
                },
                1e-10,
                1e-12);
    }

    private static Consumer<RecurrentOptions> options(GoldenCase c) {
        return o ->
                o.numLayers(c.getInt("num_layers", 1))
                        .bidirectional(c.getBoolean("bidirectional"))
                        .batchFirst(c.getBoolean("batch_first"))
                        .bias(!"false".equals(c.get("bias", "true")));
    }

    private static Block block(GoldenCase c) {
        boolean bias = !"false".equals(c.get("bias", "true"));
        var nonlinearity = c.has("nonlinearity") ? RNN.Nonlinearity.RELU : RNN.Nonlinearity.TANH;
        return switch (c.op()) {
            case "RNN" -> new RNN(3, 4, nonlinearity, options(c));
            case "GRU" -> new GRU(3, 4, options(c));
            case "LSTM" -> new LSTM(3, 4, options(c));
            case "RNNCell" -> new RNNCell(3, 4, nonlinearity, o -> o.bias(bias));
            case "GRUCell" -> new GRUCell(3, 4, o -> o.bias(bias));
            case "LSTMCell" -> new LSTMCell(3, 4, o -> o.bias(bias));
            default -> throw new AssertionError("no test of operation " + c.op());
        };
    }

    private static Tensor[] call(Block block, Tensor[] in) {
        return switch (block) {
            case RNN b -> both(b.forward(in[0], at(in, 1)));
            case GRU b -> both(b.forward(in[0], at(in, 1)));
            case LSTM b -> {
                var out = b.forward(in[0], at(in, 1), at(in, 2));
                yield new Tensor[] {out.output(), out.hidden(), out.cell()};
            }
            case RNNCell b -> new Tensor[] {b.forward(in[0], at(in, 1))};
            case GRUCell b -> new Tensor[] {b.forward(in[0], at(in, 1))};
            case LSTMCell b -> {
                var out = b.forward(in[0], at(in, 1), at(in, 2));
                yield new Tensor[] {out.hidden(), out.cell()};
            }
            default -> throw new AssertionError(block);
        };
    }

    private static Tensor[] both(RecurrentOutput out) {
        return new Tensor[] {out.output(), out.hidden()};
    }

    private static @Nullable Tensor at(Tensor[] in, int i) {
        return i < in.length ? in[i] : null;
    }
}
