package fathom.text.bert;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Linear;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.text.pretrained.PretrainedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * BERT (Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019), and
 * its relatives RoBERTa and DistilBERT: a Transformer encoder that makes a vector of each token in its context.
 *
 * {@snippet :
 * var folder = Path.of("models/bert-base-uncased");
 * var bert = BertModel.fromPretrained(folder);
 * bert.eval();
 * var batch = Tokenizer.load(folder).batch(List.of("a crane is flying", "a crane driver came"));
 * BertOutput out = bert.forward(batch.inputIds(), i -> i.types(batch.tokenTypeIds()).mask(batch.attentionMask()));
 * Tensor crane = out.hidden().select(1, 2);            // float32 [2, H]
 * }
 *
 * <p>Sums of residual connections are normalised after each sub-layer (post-norm). Weights are initialised from a
 * normal distribution, biases to zero.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/bert.html">Dive into Deep Learning,
 *     Bidirectional Encoder Representations from Transformers (BERT)</a>
 */
public final class BertModel extends BertNetwork {
    private final BertEmbeddings embeddings;
    private final List<TransformerEncoderLayer> layers;
    private final @Nullable Pooler pooler;

    /** A model with new weights, and a pooler if its kind has one. */
    public BertModel(BertConfig config) {
        this(config, config.kind() != BertKind.DISTILBERT);
    }

    /**
     * A model with new weights.
     *
     * @param pooler whether there is a pooler: a linear layer and tanh on the first token's vector
     */
    public BertModel(BertConfig config, boolean pooler) {
        super(config);
        embeddings = new BertEmbeddings(config);
        boolean distilled = config.kind() == BertKind.DISTILBERT;
        layers =
                Stream.generate(() ->
                                new TransformerEncoderLayer(
                                        config.hiddenSize(),
                                        config.heads(),
                                        o ->
                                                o.dimFeedforward(config.intermediateSize())
                                                        .activation(config.activate())
                                                        .dropout(config.hiddenDropout())
                                                        .attentionDropout(config.attentionDropout())
                                                        .attentionOutputDropout(distilled ? 0 : config.hiddenDropout())
                                                        .activationDropout(0)
                                                        .layerNormEps(config.layerNormEps())
                                                        .batchFirst(true)))
                        .limit(config.layers())
                        .toList();
        this.pooler = pooler ? new Pooler(config.hiddenSize()) : null;
        initialize();
    }

    /**
     * {@return the model in a folder with {@code config.json} and weights, of the kind that {@code model_type} says;
     * with a pooler if its weights are there}
     *
     * @throws java.io.UncheckedIOException if a file is missing, damaged, or has what is not supported
     * @throws IllegalArgumentException if the weights do not fit the configuration, listing their names
     */
    public static BertModel fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, as {@link #fromPretrained(Path)}, with options} */
    public static BertModel fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        var weights = PretrainedFolder.open(folder).weights();
        boolean hasPooler = weights.names().stream().anyMatch(n -> n.endsWith("pooler.dense.weight"));
        return load(folder, c -> new BertModel(c, hasPooler), options);
    }

    /**
     * {@return the model in an ONNX file that PyTorch's exporter wrote, with a pooler if its weights are there}
     *
     * <p>Sizes are taken from the weights, and from a {@code config.json} beside the file if there is one. The result
     * is compared with the graph's on a small batch.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read, lacks weights, has them in another form, such as
     *     quantised, or computes something else
     */
    public static BertModel fromOnnx(Path file) {
        return OnnxBert.load(file);
    }

    /**
     * {@return the vectors of all tokens, {@code [N, L, H]}}
     *
     * @param ids token ids, int64 {@code [N, L]}, without padding
     */
    @Override
    public Tensor forward(Tensor ids) {
        return forward(ids, i -> {}).hidden();
    }

    /**
     * {@return the vectors of all tokens, and the pooler's}
     *
     * @param ids token ids, int64 {@code [N, L]}
     * @param inputs {@code i -> i.types(types).lengths(lengths)}
     * @throws IllegalArgumentException if shapes do not fit, or there are more tokens than positions
     */
    public BertOutput forward(Tensor ids, Consumer<BertInputs> inputs) {
        var in = new BertInputs();
        inputs.accept(in);
        Tensor x = embeddings.forward(ids, in.types(), in.positions());
        Tensor padding = in.padding(ids.size(0), ids.size(1));
        var states = new ArrayList<Tensor>();
        for (TransformerEncoderLayer layer : layers) {
            if (in.hiddenStates()) {
                states.add(x);
            }
            x =
                    layer.forward(
                            x,
                            m -> {
                                m.srcKeyPaddingMask(padding);
                                if (in.weights() != null) {
                                    m.weights(in.weights());
                                }
                            });
        }
        if (in.hiddenStates()) {
            states.add(x);
        }
        return new BertOutput(x, pooler == null ? null : pooler.forward(x.select(1, 0)), List.copyOf(states));
    }

    /** {@return whether there is a pooler} */
    public boolean hasPooler() {
        return pooler != null;
    }

    /** {@return the table of word embeddings, {@code [V, H]}} */
    public Tensor wordEmbeddings() {
        return embeddings.wordEmbeddings.weight;
    }

    @Override
    BertModel encoder() {
        return this;
    }

    /** A linear layer and tanh. */
    private static final class Pooler extends Block {
        private final Linear dense;

        Pooler(long width) {
            dense = new Linear(width, width);
        }

        Tensor forward(Tensor first) {
            return dense.forward(first).tanh();
        }
    }
}
