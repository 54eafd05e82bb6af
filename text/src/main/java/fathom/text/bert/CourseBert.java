package fathom.text.bert;

import fathom.Tensor;
import fathom.data.hub.DataHub;
import fathom.files.InputFiles;
import fathom.io.StateDict;
import fathom.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The BERT models that the course provides: folders with {@code vocab.json} and {@code pretrained.params}. They are
 * models of words, with rectified linear units, decoders of their own, and without a layer norm of the embeddings.
 *
 * {@snippet :
 * var small = CourseBert.load("bert.small");
 * var net = new BertForSequenceClassification(small.model().config().with(c -> c.labels(3)));
 * net.loadPretrained(small.model().pretrainedState());      // the classifier is new
 * }
 *
 * @param model the model
 * @param vocabulary the words, with the special tokens of {@link SentencePair}
 * @see <a
 *     href="https://d2l.ai/chapter_natural-language-processing-applications/natural-language-inference-bert.html">Dive
 *     into Deep Learning, Natural Language Inference: Fine-Tuning BERT</a>
 */
public record CourseBert(BertForPreTraining model, Vocabulary vocabulary) {
    private static final String PARAMETERS = "pretrained.params";
    private static final String VOCABULARY = "vocab.json";
    private static final Pattern BLOCK = Pattern.compile("encoder\\.blks\\.(\\d+)\\.(.*)\\.(weight|bias)");

    /** The number of heads cannot be seen from the weights. */
    private static final Map<String, Integer> HEADS = Map.of("bert.small", 4, "bert.base", 12);

    private static final Map<String, String> NAMES =
            Map.of(
                    "encoder.token_embedding.weight", "bert.embeddings.word_embeddings.weight",
                    "encoder.segment_embedding.weight", "bert.embeddings.token_type_embeddings.weight",
                    "encoder.pos_embedding", "bert.embeddings.position_embeddings.weight",
                    "hidden.0.", "bert.pooler.dense.",
                    "mlm.mlp.0.", "cls.predictions.transform.dense.",
                    "mlm.mlp.2.", "cls.predictions.transform.LayerNorm.",
                    "mlm.mlp.3.weight", "cls.predictions.decoder.weight",
                    "mlm.mlp.3.bias", "cls.predictions.bias",
                    "nsp.output.", "cls.seq_relationship.");

    private static final Map<String, String> IN_BLOCK =
            Map.of(
                    "attention.W_q", "attention.self.query",
                    "attention.W_k", "attention.self.key",
                    "attention.W_v", "attention.self.value",
                    "attention.W_o", "attention.output.dense",
                    "addnorm1.ln", "attention.output.LayerNorm",
                    "ffn.dense1", "intermediate.dense",
                    "ffn.dense2", "output.dense",
                    "addnorm2.ln", "output.LayerNorm");

    /**
     * {@return "bert.small" or "bert.base", found or downloaded by the {@linkplain DataHub hub}}
     *
     * @throws fathom.data.hub.DataUnavailableException if it is not available
     * @throws UncheckedIOException if a file is damaged
     */
    public static CourseBert load(String name) {
        Integer heads = HEADS.get(name);
        if (heads == null) {
            throw new IllegalArgumentException(
                    "CourseBert: there is no '%s'; there are bert.small and bert.base".formatted(name));
        }
        return load(DataHub.standard().folder(name), heads);
    }

    /**
     * {@return the model in a folder}
     *
     * @param heads the number of attention heads, which the weights do not tell
     * @throws UncheckedIOException if a file is missing or damaged
     * @throws IllegalArgumentException if the weights are not those of such a model, listing their names
     */
    public static CourseBert load(Path folder, int heads) {
        Path file = folder.resolve(PARAMETERS);
        try {
            Vocabulary words = vocabulary(folder.resolve(VOCABULARY));
            StateDict weights = renamed(StateDict.load(file));
            return new CourseBert(model(weights, heads, words), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static BertForPreTraining model(StateDict weights, int heads, Vocabulary words) throws IOException {
        Tensor tokens = weight(weights, "bert.embeddings.word_embeddings.weight");
        Tensor positions = weight(weights, "bert.embeddings.position_embeddings.weight");
        Tensor inner = weight(weights, "bert.encoder.layer.0.intermediate.dense.weight");
        long layers = weights.names().stream().filter(n -> n.endsWith("attention.self.query.weight")).count();
        if (tokens.size(0) != words.size()) {
            throw new IOException(
                    "%s has %s words, %s vectors of %s"
                            .formatted(VOCABULARY, words.size(), PARAMETERS, tokens.size(0)));
        }
        var model =
                new BertForPreTraining(
                        BertConfig.of(c ->
                                c.vocabSize(words.size())
                                        .hiddenSize(tokens.size(1))
                                        .layers((int) layers)
                                        .heads(heads)
                                        .intermediateSize(inner.size(0))
                                        .activation("relu")
                                        .maxPositions(positions.size(0))
                                        .layerNormEps(1e-5)
                                        .padTokenId(words.index(SentencePair.PAD))
                                        .decoderTied(false)
                                        .embeddingNorm(false)));
        model.loadPretrained(weights);
        return model;
    }

    private static Tensor weight(StateDict weights, String name) throws IOException {
        Tensor found = weights.get(name);
        if (found == null || found.dim() != 2) {
            throw new IOException("%s: there is no matrix for %s".formatted(PARAMETERS, name));
        }
        return found;
    }

    private static StateDict renamed(StateDict given) {
        var changed = new StateDict();
        given.rename(CourseBert::name)
                .entries()
                .forEach((name, t) ->
                        changed.put(
                                name, name.endsWith("position_embeddings.weight") && t.dim() == 3 ? t.squeeze(0) : t));
        return changed;
    }

    private static String name(String course) {
        var block = BLOCK.matcher(course);
        if (block.matches() && IN_BLOCK.containsKey(block.group(2))) {
            return "bert.encoder.layer.%s.%s.%s"
                    .formatted(block.group(1), Objects.requireNonNull(IN_BLOCK.get(block.group(2))), block.group(3));
        }
        return NAMES.entrySet().stream()
                .filter(e -> course.startsWith(e.getKey()))
                .map(e -> e.getValue() + course.substring(e.getKey().length()))
                .findFirst()
                .orElse(course);
    }

    private static Vocabulary vocabulary(Path file) throws IOException {
        try {
            JsonNode all = JsonMapper.shared().readTree(InputFiles.text(file));
            var tokens = new ArrayList<String>();
            all.forEach(token -> tokens.add(token.asString()));
            return Vocabulary.ofTokens(tokens);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException("%s: not a list of words that begins with <unk>".formatted(file), e);
        }
    }
}
