package fathom.text.bert;

import fathom.Tensor;
import fathom.text.pretrained.PretrainedConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The sizes and options of a {@link BertModel}; the defaults are those of BERT-base, uncased.
 *
 * {@snippet :
 * var small = BertConfig.of(c -> c.vocabSize(10_000).hiddenSize(128).layers(2).heads(2).intermediateSize(256));
 * }
 *
 * @param kind the kind of the model
 * @param vocabSize the number of token ids
 * @param hiddenSize the width of token vectors
 * @param layers the number of layers
 * @param heads the number of attention heads
 * @param intermediateSize the hidden width of feed-forward networks
 * @param activation the activation of feed-forward networks, by its name in {@code config.json}: gelu (exact), gelu_new
 *     (by tanh), relu, silu
 * @param hiddenDropout the dropout probability of embeddings and of sub-layers' outputs
 * @param attentionDropout the dropout probability of attention weights
 * @param classifierDropout the dropout probability before a classifier
 * @param maxPositions the number of position embeddings
 * @param typeVocabSize the number of token types; 0 for none
 * @param initializerRange the standard deviation of initial weights
 * @param layerNormEps the epsilon that layer norms add to variances
 * @param padTokenId the id of padding, whose embedding gets no gradient; negative for none
 * @param labels the names of a classifier's classes
 * @param decoderTied whether the decoder of the masked language model has the weights of the word embeddings
 * @param embeddingNorm whether the sum of the embeddings is normalised, and dropped out; the course's BERT does neither
 */
public record BertConfig(
        BertKind kind,
        long vocabSize,
        long hiddenSize,
        int layers,
        int heads,
        long intermediateSize,
        String activation,
        double hiddenDropout,
        double attentionDropout,
        double classifierDropout,
        long maxPositions,
        long typeVocabSize,
        double initializerRange,
        double layerNormEps,
        long padTokenId,
        List<String> labels,
        boolean decoderTied,
        boolean embeddingNorm) {
    /**
     * Checks sizes.
     *
     * @throws IllegalArgumentException naming what does not fit
     */
    public BertConfig {
        labels = List.copyOf(labels);
        atLeast("vocabSize", vocabSize, 1);
        atLeast("hiddenSize", hiddenSize, 1);
        atLeast("layers", layers, 0);
        atLeast("heads", heads, 1);
        atLeast("intermediateSize", intermediateSize, 1);
        atLeast("maxPositions", maxPositions, 1);
        atLeast("typeVocabSize", typeVocabSize, 0);
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "BertConfig: %d heads do not divide a hidden size of %d", heads, hiddenSize));
        }
        activation(activation);
        if (kind == BertKind.ROBERTA && (padTokenId < 0 || padTokenId + 1 >= maxPositions)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "BertConfig: RoBERTa counts positions from the padding's id + 1 on: padTokenId must be from 0 to maxPositions - 2, is %d of %d",
                            padTokenId,
                            maxPositions));
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "BertConfig: %s must be at least %d, is %d", name, least, value));
        }
    }

    /** {@return BERT-base, uncased, with changes} */
    public static BertConfig of(Consumer<Options> options) {
        return of(BertKind.BERT, options);
    }

    /** {@return the base model of a kind, with changes} */
    public static BertConfig of(BertKind kind, Consumer<Options> options) {
        var o = new Options(kind);
        options.accept(o);
        return o.build();
    }

    /** {@return this with changes} */
    public BertConfig with(Consumer<Options> options) {
        var o = new Options(this);
        options.accept(o);
        return o.build();
    }

    /**
     * {@return the configuration in a {@code config.json}}
     *
     * @throws IllegalArgumentException if it is of another kind, or has what is not supported
     */
    public static BertConfig of(PretrainedConfig json) {
        BertKind kind = BertKind.of(json.modelType());
        String positions = json.text("position_embedding_type", "absolute");
        if (!positions.equals("absolute")) {
            throw new IllegalArgumentException(
                    "position_embedding_type '%s' is not supported; supported: absolute".formatted(positions));
        }
        if (json.flag("is_decoder", false) || json.flag("add_cross_attention", false)) {
            throw new IllegalArgumentException("a decoder (is_decoder, add_cross_attention) is not supported");
        }
        return kind == BertKind.DISTILBERT ? distilled(json) : full(kind, json);
    }

    private static BertConfig full(BertKind kind, PretrainedConfig json) {
        return of(
                kind,
                o -> {
                    o.vocabSize = json.integer("vocab_size", o.vocabSize);
                    o.hiddenSize = json.integer("hidden_size", o.hiddenSize);
                    o.layers = (int) json.integer("num_hidden_layers", o.layers);
                    o.heads = (int) json.integer("num_attention_heads", o.heads);
                    o.intermediateSize = json.integer("intermediate_size", o.intermediateSize);
                    o.activation = json.text("hidden_act", o.activation);
                    o.hiddenDropout = json.number("hidden_dropout_prob", o.hiddenDropout);
                    o.attentionDropout = json.number("attention_probs_dropout_prob", o.attentionDropout);
                    o.classifierDropout = json.number("classifier_dropout", o.hiddenDropout);
                    o.maxPositions = json.integer("max_position_embeddings", o.maxPositions);
                    o.typeVocabSize = json.integer("type_vocab_size", o.typeVocabSize);
                    o.layerNormEps = json.number("layer_norm_eps", 1e-12);
                    common(o, json);
                });
    }

    private static BertConfig distilled(PretrainedConfig json) {
        return of(
                BertKind.DISTILBERT,
                o -> {
                    o.vocabSize = json.integer("vocab_size", o.vocabSize);
                    o.hiddenSize = json.integer("dim", o.hiddenSize);
                    o.layers = (int) json.integer("n_layers", o.layers);
                    o.heads = (int) json.integer("n_heads", o.heads);
                    o.intermediateSize = json.integer("hidden_dim", o.intermediateSize);
                    o.activation = json.text("activation", o.activation);
                    o.hiddenDropout = json.number("dropout", o.hiddenDropout);
                    o.attentionDropout = json.number("attention_dropout", o.attentionDropout);
                    o.classifierDropout = json.number("seq_classif_dropout", o.classifierDropout);
                    o.maxPositions = json.integer("max_position_embeddings", o.maxPositions);
                    common(o, json);
                });
    }

    private static void common(Options o, PretrainedConfig json) {
        o.initializerRange = json.number("initializer_range", o.initializerRange);
        o.padTokenId = json.integer("pad_token_id", o.padTokenId);
        o.decoderTied = json.flag("tie_word_embeddings", true);
        o.embeddingNorm = json.flag("embedding_norm", true);
        o.labels((int) json.integer("num_labels", o.labels.size()));
        json.object("id2label")
                .ifPresent(labels ->
                        o.labels =
                                IntStream.range(0, labels.names().size())
                                        .mapToObj(i -> labels.text(String.format(Locale.ROOT, "%d", i)))
                                        .toList());
    }

    /** {@return this as the settings of a {@code config.json}} */
    public Map<String, Object> settings() {
        var s = new LinkedHashMap<String, Object>();
        s.put("model_type", kind.modelType());
        s.put("vocab_size", vocabSize);
        if (kind == BertKind.DISTILBERT) {
            s.put("dim", hiddenSize);
            s.put("n_layers", layers);
            s.put("n_heads", heads);
            s.put("hidden_dim", intermediateSize);
            s.put("activation", activation);
            s.put("dropout", hiddenDropout);
            s.put("attention_dropout", attentionDropout);
            s.put("seq_classif_dropout", classifierDropout);
        } else {
            s.put("hidden_size", hiddenSize);
            s.put("num_hidden_layers", layers);
            s.put("num_attention_heads", heads);
            s.put("intermediate_size", intermediateSize);
            s.put("hidden_act", activation);
            s.put("hidden_dropout_prob", hiddenDropout);
            s.put("attention_probs_dropout_prob", attentionDropout);
            s.put("classifier_dropout", classifierDropout);
            s.put("type_vocab_size", typeVocabSize);
            s.put("layer_norm_eps", layerNormEps);
        }
        s.put("max_position_embeddings", maxPositions);
        s.put("initializer_range", initializerRange);
        if (padTokenId >= 0) {
            s.put("pad_token_id", padTokenId);
        }
        s.put("tie_word_embeddings", decoderTied);
        if (!embeddingNorm) {
            s.put("embedding_norm", false);
        }
        var names = new LinkedHashMap<String, String>();
        var ids = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < labels.size(); i++) {
            names.put(String.format(Locale.ROOT, "%d", i), labels.get(i));
            ids.put(labels.get(i), i);
        }
        s.put("id2label", names);
        s.put("label2id", ids);
        return s;
    }

    /** {@return the activation of feed-forward networks as a function} */
    UnaryOperator<Tensor> activate() {
        return activation(activation);
    }

    private static UnaryOperator<Tensor> activation(String name) {
        return switch (name) {
            case "gelu" -> Tensor::gelu;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Tensor::geluTanh;
            case "relu" -> Tensor::relu;
            case "silu", "swish" -> Tensor::silu;
            case "tanh" -> Tensor::tanh;
            default ->
                    throw new IllegalArgumentException(
                            "BertConfig: the activation '%s' is not supported; supported: gelu, gelu_new, relu, silu, tanh"
                                    .formatted(name));
        };
    }

    /** {@return the number of tokens of the longest text} */
    public long maxTokens() {
        return kind == BertKind.ROBERTA ? maxPositions - padTokenId - 1 : maxPositions;
    }

    /** Sizes and options to set; see {@link BertConfig}. */
    public static final class Options {
        private final BertKind kind;
        private long vocabSize = 30522;
        private long hiddenSize = 768;
        private int layers = 12;
        private int heads = 12;
        private long intermediateSize = 3072;
        private String activation = "gelu";
        private double hiddenDropout = 0.1;
        private double attentionDropout = 0.1;
        private double classifierDropout = 0.1;
        private long maxPositions = 512;
        private long typeVocabSize = 2;
        private double initializerRange = 0.02;
        private double layerNormEps;
        private long padTokenId;
        private List<String> labels = List.of("LABEL_0", "LABEL_1");
        private boolean decoderTied = true;
        private boolean embeddingNorm = true;

        private Options(BertKind kind) {
            this.kind = kind;
            layerNormEps = kind.layerNormEps();
            if (kind == BertKind.ROBERTA) {
                vocabSize = 50265;
                maxPositions = 514;
                typeVocabSize = 1;
                padTokenId = 1;
            } else if (kind == BertKind.DISTILBERT) {
                layers = 6;
                typeVocabSize = 0;
                classifierDropout = 0.2;
            }
        }

        private Options(BertConfig c) {
            kind = c.kind;
            vocabSize = c.vocabSize;
            hiddenSize = c.hiddenSize;
            layers = c.layers;
            heads = c.heads;
            intermediateSize = c.intermediateSize;
            activation = c.activation;
            hiddenDropout = c.hiddenDropout;
            attentionDropout = c.attentionDropout;
            classifierDropout = c.classifierDropout;
            maxPositions = c.maxPositions;
            typeVocabSize = c.typeVocabSize;
            initializerRange = c.initializerRange;
            layerNormEps = c.layerNormEps;
            padTokenId = c.padTokenId;
            labels = c.labels;
            decoderTied = c.decoderTied;
            embeddingNorm = c.embeddingNorm;
        }

        private BertConfig build() {
            return new BertConfig(
                    kind,
                    vocabSize,
                    hiddenSize,
                    layers,
                    heads,
                    intermediateSize,
                    activation,
                    hiddenDropout,
                    attentionDropout,
                    classifierDropout,
                    maxPositions,
                    typeVocabSize,
                    initializerRange,
                    layerNormEps,
                    padTokenId,
                    labels,
                    decoderTied,
                    embeddingNorm);
        }

        /** The number of token ids. */
        public Options vocabSize(long size) {
            vocabSize = size;
            return this;
        }

        /** The width of token vectors. */
        public Options hiddenSize(long size) {
            hiddenSize = size;
            return this;
        }

        /** The number of layers. */
        public Options layers(int layers) {
            this.layers = layers;
            return this;
        }

        /** The number of attention heads. */
        public Options heads(int heads) {
            this.heads = heads;
            return this;
        }

        /** The hidden width of feed-forward networks. */
        public Options intermediateSize(long size) {
            intermediateSize = size;
            return this;
        }

        /** The activation of feed-forward networks: gelu, gelu_new, relu, silu or tanh. */
        public Options activation(String name) {
            activation = name;
            return this;
        }

        /** All dropout probabilities. */
        public Options dropout(double dropout) {
            hiddenDropout = dropout;
            attentionDropout = dropout;
            classifierDropout = dropout;
            return this;
        }

        /** The dropout probability of embeddings and of sub-layers' outputs. */
        public Options hiddenDropout(double dropout) {
            hiddenDropout = dropout;
            return this;
        }

        /** The dropout probability of attention weights. */
        public Options attentionDropout(double dropout) {
            attentionDropout = dropout;
            return this;
        }

        /** The dropout probability before a classifier. */
        public Options classifierDropout(double dropout) {
            classifierDropout = dropout;
            return this;
        }

        /** The number of position embeddings. */
        public Options maxPositions(long positions) {
            maxPositions = positions;
            return this;
        }

        /** The number of token types; 0 for none. */
        public Options typeVocabSize(long types) {
            typeVocabSize = types;
            return this;
        }

        /** The standard deviation of initial weights. */
        public Options initializerRange(double range) {
            initializerRange = range;
            return this;
        }

        /** The epsilon that layer norms add to variances. */
        public Options layerNormEps(double eps) {
            layerNormEps = eps;
            return this;
        }

        /** The id of padding; negative for none. */
        public Options padTokenId(long id) {
            padTokenId = id;
            return this;
        }

        /** The names of a classifier's classes. */
        public Options labels(List<String> labels) {
            this.labels = List.copyOf(labels);
            return this;
        }

        /** So many classes without names. */
        public Options labels(int count) {
            return labels(IntStream.range(0, count).mapToObj("LABEL_%s"::formatted).toList());
        }

        /** Whether the decoder of the masked language model has the weights of the word embeddings. */
        public Options decoderTied(boolean tied) {
            decoderTied = tied;
            return this;
        }

        /** Whether the sum of the embeddings is normalised, and dropped out. */
        public Options embeddingNorm(boolean norm) {
            embeddingNorm = norm;
            return this;
        }
    }
}
