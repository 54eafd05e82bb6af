package fathom.bench.gpu;

import static fathom.Tensors.*;

import fathom.Captured;
import fathom.Precision;
import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions;
import fathom.optim.AdamW;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import java.util.List;
import java.util.function.BinaryOperator;

/** Captured training steps of whole models. */
final class GpuModelRows {
    private GpuModelRows() {}

    static void addTo(List<GpuRow> rows) {
        images(rows, "lenet", 256, 1, 28, Precision.FLOAT32);
        images(rows, "resnet18", 128, 3, 96, Precision.FLOAT32);
        images(rows, "resnet50", 64, 3, 224, Precision.FLOAT32);
        images(rows, "resnet50", 64, 3, 224, Precision.BFLOAT16);
        bert(rows, "transformer", 6, 512, 8, 2048, 64, 64, Precision.FLOAT32);
        bert(rows, "transformer", 6, 512, 8, 2048, 64, 64, Precision.BFLOAT16);
        bert(rows, "bert-base", 12, 768, 12, 3072, 32, 128, Precision.FLOAT32);
        bert(rows, "bert-base", 12, 768, 12, 3072, 32, 128, Precision.BFLOAT16);
    }

    private static String type(Precision precision) {
        return precision == Precision.BFLOAT16 ? "bfloat16" : "float32";
    }

    private static void images(
            List<GpuRow> rows, String model, int batch, int channels, int side, Precision precision) {
        String name = "%s %s, batch %s".formatted(model, type(precision), batch);
        rows.add(
                new GpuRow(
                        name,
                        batch,
                        "examples",
                        () -> {
                            Layer net = Models.create(model);
                            Tensor x = randn(batch, channels, side, side);
                            Tensor y = randint(0, 10, batch);
                            return step(
                                    (images, labels) -> crossEntropy(net.forward(images), labels),
                                    new SGD(net.parameters(), 0.01, o -> o.momentum(0.9)),
                                    precision,
                                    x,
                                    y);
                        }));
    }

    /** An encoder with an embedding and a head over 30,522 words, every position of which has a target. */
    private static final class Encoder extends Block {
        final Embedding words;
        final Embedding positions;
        final TransformerEncoder layers;
        final Linear head;

        Encoder(int depth, int width, int heads, int hidden) {
            words = new Embedding(30522, width);
            positions = new Embedding(512, width);
            layers =
                    new TransformerEncoder(
                            new TransformerEncoderLayer(
                                    width,
                                    heads,
                                    o ->
                                            o.dimFeedforward(hidden)
                                                    .dropout(0.1)
                                                    .batchFirst(true)
                                                    .activation(TransformerOptions.Activation.GELU)),
                            depth);
            head = new Linear(width, 30522);
        }

        Tensor call(Tensor ids, Tensor places) {
            Tensor h = words.forward(ids).add(positions.forward(places));
            return head.forward(layers.forward(h));
        }
    }

    private static void bert(
            List<GpuRow> rows,
            String model,
            int depth,
            int width,
            int heads,
            int hidden,
            int batch,
            int length,
            Precision precision) {
        String name = "%s %s, batch %s x %s".formatted(model, type(precision), batch, length);
        rows.add(
                new GpuRow(
                        name,
                        batch,
                        "examples",
                        () -> {
                            var net = new Encoder(depth, width, heads, hidden);
                            Tensor x = randint(0, 30522, batch, length);
                            Tensor y = randint(0, 30522, batch, length);
                            Tensor places = arange(length);
                            return step(
                                    (ids, targets) ->
                                            crossEntropy(net.call(ids, places).reshape(-1, 30522), targets.reshape(-1)),
                                    new AdamW(net.parameters(), 1e-4),
                                    precision,
                                    x,
                                    y);
                        }));
    }

    private static Runnable step(
            BinaryOperator<Tensor> loss, Optimizer optimizer, Precision precision, Tensor x, Tensor y) {
        var captured =
                Captured.of((Tensor a, Tensor b) -> {
                    Tensor value;
                    try (var _ = precision.open()) {
                        value = loss.apply(a, b);
                    }
                    optimizer.zeroGrad();
                    value.backward();
                    optimizer.step();
                    return value;
                });
        return () -> {
            captured.call(x, y);
            String reason = captured.eagerReason();
            if (reason != null) {
                throw new UnsupportedOperationException("not captured: " + reason);
            }
        };
    }
}
