package fathom.nn;

import fathom.DType;
import fathom.Tensor;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.MultiheadAttention;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.Transformer;
import fathom.nn.transformer.TransformerDecoder;
import fathom.nn.transformer.TransformerDecoderLayer;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Attention layers and the Transformer: results, and gradients by inputs and weights, as PyTorch has them. */
class AttentionGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/attention-layers.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        if (c.op().equals("PositionalEncoding")) {
            c.checkOne(in -> new PositionalEncoding(8, 0, 9).to(in[0].device()).forward(in[0]), 1e-6, 1e-6);
            return;
        }
        c.check(
                in -> {
                    Block block = block(c).eval();
                    int given = c.getInt("given");
                    Parameters.replace(
                            block, List.of(c.get("names").split(",")), Arrays.asList(in).subList(given, in.length));
                    return call(c, block, Arrays.copyOf(in, given));
                },
                1e-9,
                1e-11);
    }

    private static Block block(GoldenCase c) {
        Consumer<TransformerOptions> options =
                o ->
                        o.dimFeedforward(c.getInt("dim_feedforward"))
                                .batchFirst(c.getBoolean("batch_first"))
                                .normFirst("True".equalsIgnoreCase(c.get("norm_first", "false")))
                                .activation(
                                        c.get("activation", "relu").equals("gelu")
                                                ? TransformerOptions.Activation.GELU
                                                : TransformerOptions.Activation.RELU);
        return switch (c.op()) {
            case "MultiheadAttention" ->
                    new MultiheadAttention(
                            8,
                            2,
                            o ->
                                    o.bias(!"false".equals(c.get("bias", "true")))
                                            .kdim(c.getInt("kdim", 8))
                                            .vdim(c.getInt("vdim", 8))
                                            .batchFirst(c.getBoolean("batch_first")));
            case "TransformerEncoderLayer" -> new TransformerEncoderLayer(8, 2, options);
            case "TransformerDecoderLayer" -> new TransformerDecoderLayer(8, 2, options);
            case "TransformerEncoder" ->
                    new TransformerEncoder(new TransformerEncoderLayer(8, 2, options), 2, new LayerNorm(8));
            case "TransformerDecoder" ->
                    new TransformerDecoder(new TransformerDecoderLayer(8, 2, options), 2, new LayerNorm(8));
            case "Transformer" -> new Transformer(8, 2, 1, 2, options);
            default -> throw new AssertionError("no test of operation " + c.op());
        };
    }

    private static Tensor[] call(GoldenCase c, Block block, Tensor[] in) {
        return switch (block) {
            case MultiheadAttention b -> {
                Tensor key = in.length == 1 ? in[0] : in[1];
                Tensor value = in.length == 1 ? in[0] : in[2];
                var out =
                        b.forward(
                                in[0],
                                key,
                                value,
                                o ->
                                        o.attnMask(mask(c, "attn_mask"))
                                                .keyPaddingMask(mask(c, "key_padding_mask"))
                                                .needWeights(c.getBoolean("need"))
                                                .averageAttnWeights(c.getBoolean("average")));
                yield c.getBoolean("need")
                        ? new Tensor[] {out.output(), Objects.requireNonNull(out.weights())}
                        : new Tensor[] {out.output()};
            }
            case TransformerEncoderLayer b ->
                    one(
                            c.hasTensor("src_mask")
                                    ? b.forward(
                                            in[0],
                                            m ->
                                                    m.srcMask(mask(c, "src_mask"))
                                                            .srcKeyPaddingMask(mask(c, "src_key_padding_mask")))
                                    : b.forward(in[0]));
            case TransformerDecoderLayer b ->
                    one(
                            b.forward(
                                    in[0],
                                    in[1],
                                    m ->
                                            m.tgtMask(mask(c, "tgt_mask"))
                                                    .memoryMask(mask(c, "memory_mask"))
                                                    .memoryKeyPaddingMask(mask(c, "memory_key_padding_mask"))));
            case TransformerEncoder b -> one(b.forward(in[0]));
            case TransformerDecoder b -> one(b.forward(in[0], in[1]));
            case Transformer b ->
                    one(
                            c.getBoolean("batch_first")
                                    ? b.forward(in[0], in[1], m -> m.tgtIsCausal(true))
                                    : b.forward(
                                            in[0],
                                            in[1],
                                            m ->
                                                    m.tgtMask(
                                                            Transformer.generateSquareSubsequentMask(3)
                                                                    .to(in[0].device())
                                                                    .to(DType.FLOAT64))));
            default -> throw new AssertionError(block);
        };
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    private static @Nullable Tensor mask(GoldenCase c, String name) {
        return c.hasTensor(name) ? c.tensor(name) : null;
    }
}
