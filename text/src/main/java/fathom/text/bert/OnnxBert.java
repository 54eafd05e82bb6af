package fathom.text.bert;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.interop.onnx.OnnxValue;
import fathom.interop.onnx.OnnxWeights;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.text.pretrained.PretrainedFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a BERT from an ONNX file. */
final class OnnxBert {
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String TYPES = "embeddings.token_type_embeddings.weight";

    /** Of values around 1, computed in another order. */
    private static final double TOLERANCE = 1e-3;

    private OnnxBert() {}

    static BertModel load(Path file) {
        try {
            OnnxWeights weights = OnnxWeights.read(file);
            StateDict state = withoutPrefix(weights.stateDict());
            BertConfig config = config(file, weights, state);
            Device device = Device.current();
            BertModel bert;
            try (var _ = Device.CPU.open()) {
                bert = Init.skip(() -> new BertModel(config, state.contains("pooler.dense.weight")));
                bert.loadPretrained(state);
                bert.eval();
                compare(bert, Onnx.load(file));
            }
            bert.to(device);
            return bert;
        } catch (IllegalArgumentException e) {
            String message = "%s: not a BERT as PyTorch's exporter writes it: %s".formatted(file, e.getMessage());
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return the encoder's weights, whose names begin with {@code bert.} or the like if a model is around it} */
    private static StateDict withoutPrefix(StateDict state) {
        String words =
                state.names().stream()
                        .filter(n -> n.endsWith(WORDS))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("there is no weight " + WORDS));
        String prefix = words.substring(0, words.length() - WORDS.length());
        return state.filter(n -> n.startsWith(prefix)).rename(n -> n.substring(prefix.length()));
    }

    private static BertConfig config(Path file, OnnxWeights weights, StateDict state) {
        for (String folder : List.of("", "..")) {
            Path at = file.toAbsolutePath().resolveSibling(folder).normalize();
            if (Files.exists(at.resolve("config.json"))) {
                return PretrainedFolder.open(at).configure(BertConfig::of);
            }
        }
        if (!weights.hasOperator("Erf") && !weights.hasOperator("Gelu")) {
            throw new IllegalArgumentException("its activation is not GELU; put its config.json beside it");
        }
        boolean isDistilled = state.contains("transformer.layer.0.ffn.lin1.weight");
        String layer = isDistilled ? "transformer.layer." : "encoder.layer.";
        String inner = isDistilled ? ".ffn.lin1.weight" : ".intermediate.dense.weight";
        int layers = 0;
        while (state.contains(layer + layers + inner)) {
            layers++;
        }
        if (layers == 0) {
            throw new IllegalArgumentException("there is no weight %s0%s".formatted(layer, inner));
        }
        long types = isDistilled ? 0 : size(state, TYPES, 0);
        BertKind kind = isDistilled ? BertKind.DISTILBERT : types == 1 ? BertKind.ROBERTA : BertKind.BERT;
        int count = layers;
        int heads =
                (int)
                        weights.attentionHeads()
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "its graph does not show the number of heads; put its config.json beside it"));
        return BertConfig.of(
                kind,
                c -> {
                    c.vocabSize(size(state, WORDS, 0)).hiddenSize(size(state, WORDS, 1)).layers(count).heads(heads);
                    c.intermediateSize(size(state, layer + 0 + inner, 0)).maxPositions(size(state, POSITIONS, 0));
                    c.typeVocabSize(types);
                    weights.layerNormEps().ifPresent(c::layerNormEps);
                });
    }

    private static long size(StateDict state, String name, int dim) {
        Tensor t = state.get(name);
        if (t == null) {
            throw new IllegalArgumentException("there is no weight " + name);
        }
        return t.size(dim);
    }

    /** What a graph computes cannot be seen from its weights alone. */
    private static void compare(BertModel bert, OnnxModel graph) {
        Tensor mask = Tensors.tensor(new long[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}});
        long[] row = {1, 2, 3, 4, 5};
        for (int i = 0; i < row.length; i++) {
            row[i] = row[i] * 97 % (bert.config().vocabSize() - 2) + 2;
        }
        Tensor ids = Tensors.tensor(new long[][] {row, row});
        var given = new ArrayList<Tensor>();
        for (OnnxValue input : graph.inputs()) {
            switch (input.name()) {
                case "input_ids" -> given.add(ids);
                case "attention_mask" -> given.add(mask);
                case "token_type_ids" -> given.add(Tensors.zerosLike(ids));
                default ->
                        throw new IllegalArgumentException(
                                "its input %s is none of input_ids, attention_mask, token_type_ids".formatted(input));
            }
        }
        try (var off = Autograd.noGrad()) {
            Tensor expected = graph.run(given).getFirst();
            Tensor actual = bert.forward(ids, i -> i.mask(mask)).hidden();
            if (!expected.shape().equals(actual.shape())) {
                throw new IllegalArgumentException(
                        "its output %s is %s, not %s"
                                .formatted(graph.outputs().getFirst(), expected.shape(), actual.shape()));
            }
            double difference = expected.sub(actual).mul(mask.unsqueeze(-1)).abs().max().item();
            if (!(difference < TOLERANCE)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "its graph computes something else: results differ by %.3g; put its config.json beside it",
                                difference));
            }
        }
    }
}
