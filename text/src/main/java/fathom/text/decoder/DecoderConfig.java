package fathom.text.decoder;

import fathom.DType;
import fathom.nn.attention.RotaryScaling;
import fathom.text.pretrained.PretrainedConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sizes and options of a {@link CausalLM}, with the defaults of its kind.
 *
 * {@snippet :
 * var config = DecoderConfig.of(DecoderKind.LLAMA, c -> c.vocabSize(8000).hiddenSize(512).layers(8).heads(8));
 * var net = CausalLM.of(config);
 * }
 *
 * @param kind the architecture
 * @param vocabSize the number of tokens
 * @param hiddenSize the width E
 * @param intermediateSize the width of the feed-forward networks
 * @param layers the number of layers
 * @param heads the number of heads of queries
 * @param kvHeads the number of heads of keys and values, which divides that of queries
 * @param headDim the width of a head
 * @param maxPositions the maximum number of tokens of a text
 * @param normEps the epsilon of norms
 * @param ropeTheta the base of rotary wavelengths
 * @param scaling how the wavelengths are scaled
 * @param windows for each layer the number of last tokens that a token attends to, itself included; 0 for all
 * @param attentionBias whether the projections of queries, keys and values have biases
 * @param outputBias whether the projection of the heads has a bias
 * @param mlpBias whether the feed-forward networks have biases
 * @param tied whether the head's weights are those of the embedding
 * @param initializerRange the standard deviation of new weights
 * @param dropout the dropout probability of attention weights, and with GPT-2 of all sublayers
 * @param bosTokenId the token that begins a text; null for none
 * @param eosTokenIds the tokens that end a text
 */
public record DecoderConfig(
        DecoderKind kind,
        long vocabSize,
        long hiddenSize,
        long intermediateSize,
        int layers,
        long heads,
        long kvHeads,
        long headDim,
        long maxPositions,
        double normEps,
        double ropeTheta,
        RotaryScaling scaling,
        List<Long> windows,
        boolean attentionBias,
        boolean outputBias,
        boolean mlpBias,
        boolean tied,
        double initializerRange,
        double dropout,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds) {

    /** Checks that the sizes fit together. */
    public DecoderConfig {
        windows = List.copyOf(windows);
        eosTokenIds = List.copyOf(eosTokenIds);
        positive("vocabSize", vocabSize);
        positive("hiddenSize", hiddenSize);
        positive("intermediateSize", intermediateSize);
        positive("layers", layers);
        positive("heads", heads);
        positive("kvHeads", kvHeads);
        positive("headDim", headDim);
        positive("maxPositions", maxPositions);
        if (heads % kvHeads != 0) {
            throw wrong("%s heads of keys do not divide %s of queries", kvHeads, heads);
        }
        if (kind == DecoderKind.GPT2 ? headDim * heads != hiddenSize : headDim % 2 != 0) {
            throw wrong(
                    "%s heads of width %s do not fit a width of %s%s",
                    heads, headDim, hiddenSize, kind == DecoderKind.GPT2 ? "" : "; rotary positions need an even one");
        }
        if (windows.size() != layers) {
            throw wrong("%s windows for %s layers", windows.size(), layers);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw wrong("dropout must be from 0 to below 1, is %s", dropout);
        }
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw wrong("%s must be at least 1, is %s", name, value);
        }
    }

    private static IllegalArgumentException wrong(String format, Object... values) {
        return new IllegalArgumentException("DecoderConfig: " + String.format(Locale.ROOT, format, values));
    }

    /** {@return the maximum number of tokens of a text, with those that scaled wavelengths add} */
    public long maxLength() {
        return scaling instanceof RotaryScaling.Dynamic d
                ? Math.max(maxPositions, (long) Math.ceil(d.factor() * d.maxPositions()))
                : maxPositions;
    }

    /** {@return a configuration of a kind} */
    public static DecoderConfig of(DecoderKind kind, Consumer<Options> options) {
        var o = new Options(kind);
        options.accept(o);
        return o.config();
    }

    /**
     * {@return the configuration in a {@code config.json} of Hugging Face}
     *
     * @throws IllegalArgumentException if it is of no {@link DecoderKind}, or has what is not supported
     */
    public static DecoderConfig of(PretrainedConfig json) {
        return ConfigJson.read(json);
    }

    /** {@return a {@code config.json} of Hugging Face} */
    public String toJson() {
        return ConfigJson.write(this, DType.FLOAT32).toJson();
    }

    /** {@return this with changes} */
    public DecoderConfig with(Consumer<Options> options) {
        var o = new Options(kind);
        o.vocabSize = vocabSize;
        o.hiddenSize = hiddenSize;
        o.intermediateSize = intermediateSize;
        o.layers = layers;
        o.heads = heads;
        o.kvHeads = kvHeads;
        o.headDim = headDim;
        o.maxPositions = maxPositions;
        o.normEps = normEps;
        o.ropeTheta = ropeTheta;
        o.scaling = scaling;
        o.windows = windows;
        o.attentionBias = attentionBias;
        o.outputBias = outputBias;
        o.mlpBias = mlpBias;
        o.tied = tied;
        o.initializerRange = initializerRange;
        o.dropout = dropout;
        o.bosTokenId = bosTokenId;
        o.eosTokenIds = eosTokenIds;
        options.accept(o);
        return o.config();
    }

    /** Options; those of Hugging Face's configurations, with their defaults. */
    public static final class Options {
        private final DecoderKind kind;
        private long vocabSize;
        private long hiddenSize;
        private long intermediateSize;
        private int layers;
        private long heads;
        private long kvHeads;
        private long headDim;
        private long maxPositions;
        private double normEps;
        private double ropeTheta = 10_000;
        private RotaryScaling scaling = RotaryScaling.none();
        private @Nullable List<Long> windows;
        private long window;
        private boolean attentionBias;
        private boolean outputBias;
        private boolean mlpBias;
        private boolean tied;
        private double initializerRange = 0.02;
        private double dropout;
        private @Nullable Integer bosTokenId;
        private List<Integer> eosTokenIds = List.of();

        private Options(DecoderKind kind) {
            this.kind = kind;
            boolean gpt2 = kind == DecoderKind.GPT2;
            vocabSize = gpt2 ? 50_257 : kind == DecoderKind.QWEN2 || kind == DecoderKind.QWEN3 ? 151_936 : 32_000;
            hiddenSize = gpt2 ? 768 : 4096;
            layers = gpt2 ? 12 : 32;
            heads = gpt2 ? 12 : 32;
            headDim = kind == DecoderKind.QWEN3 ? 128 : 0;
            kvHeads = kind == DecoderKind.MISTRAL ? 8 : 0;
            maxPositions =
                    switch (kind) {
                        case GPT2 -> 1024;
                        case LLAMA -> 2048;
                        case MISTRAL -> 131_072;
                        case QWEN2, QWEN3 -> 32_768;
                    };
            normEps = gpt2 ? 1e-5 : 1e-6;
            attentionBias = gpt2 || kind == DecoderKind.QWEN2;
            outputBias = gpt2;
            mlpBias = gpt2;
            tied = gpt2;
        }

        /** The number of tokens. */
        public Options vocabSize(long tokens) {
            vocabSize = tokens;
            return this;
        }

        /** The width E. */
        public Options hiddenSize(long width) {
            hiddenSize = width;
            return this;
        }

        /** The width of the feed-forward networks; 4 E with GPT-2, 8/3 E rounded up to a multiple of 32 else. */
        public Options intermediateSize(long width) {
            intermediateSize = width;
            return this;
        }

        /** The number of layers. */
        public Options layers(int layers) {
            this.layers = layers;
            return this;
        }

        /** The number of heads of queries. */
        public Options heads(long heads) {
            this.heads = heads;
            return this;
        }

        /** The number of heads of keys and values; that of queries unless set. */
        public Options kvHeads(long heads) {
            kvHeads = heads;
            return this;
        }

        /** The width of a head; the width divided by the heads unless set, 128 with Qwen3. */
        public Options headDim(long width) {
            headDim = width;
            return this;
        }

        /** The maximum number of tokens of a text. */
        public Options maxPositions(long positions) {
            maxPositions = positions;
            return this;
        }

        /** The epsilon of norms; 1e-6, with GPT-2 1e-5. */
        public Options normEps(double eps) {
            normEps = eps;
            return this;
        }

        /** The base of rotary wavelengths; 10,000 unless set. */
        public Options ropeTheta(double theta) {
            ropeTheta = theta;
            return this;
        }

        /** How rotary wavelengths are scaled; not unless set. */
        public Options scaling(RotaryScaling scaling) {
            this.scaling = scaling;
            return this;
        }

        /** The number of last tokens that a token attends to, itself included, in all layers; 0 for all. */
        public Options slidingWindow(long tokens) {
            window = tokens;
            windows = null;
            return this;
        }

        /** The {@linkplain #slidingWindow window} of each layer. */
        public Options windows(List<Long> windows) {
            this.windows = List.copyOf(windows);
            return this;
        }

        /** Whether the projections of queries, keys and values have biases. */
        public Options attentionBias(boolean bias) {
            attentionBias = bias;
            return this;
        }

        /** Whether the projection of the heads has a bias. */
        public Options outputBias(boolean bias) {
            outputBias = bias;
            return this;
        }

        /** Whether the feed-forward networks have biases. */
        public Options mlpBias(boolean bias) {
            mlpBias = bias;
            return this;
        }

        /** Whether the head's weights are those of the embedding; true with GPT-2 alone unless set. */
        public Options tied(boolean tied) {
            this.tied = tied;
            return this;
        }

        /** The standard deviation of new weights; 0.02 unless set. */
        public Options initializerRange(double deviation) {
            initializerRange = deviation;
            return this;
        }

        /** The dropout probability of attention weights, and with GPT-2 of all sublayers; 0 unless set. */
        public Options dropout(double p) {
            dropout = p;
            return this;
        }

        /** The token that begins a text; none unless set. */
        public Options bosTokenId(@Nullable Integer id) {
            bosTokenId = id;
            return this;
        }

        /** The tokens that end a text; none unless set. */
        public Options eosTokenIds(List<Integer> ids) {
            eosTokenIds = List.copyOf(ids);
            return this;
        }

        private DecoderConfig config() {
            long inner =
                    intermediateSize != 0
                            ? intermediateSize
                            : kind == DecoderKind.GPT2
                                    ? 4 * hiddenSize
                                    : Math.ceilDiv(Math.ceilDiv(8 * hiddenSize, 3), 32) * 32;
            var all = new ArrayList<Long>();
            for (int i = 0; i < layers; i++) {
                all.add(windows == null ? window : i < windows.size() ? windows.get(i) : 0);
            }
            return new DecoderConfig(
                    kind,
                    vocabSize,
                    hiddenSize,
                    inner,
                    layers,
                    heads,
                    kvHeads == 0 ? heads : kvHeads,
                    headDim == 0 ? Math.max(1, hiddenSize / Math.max(1, heads)) : headDim,
                    maxPositions,
                    normEps,
                    ropeTheta,
                    scaling,
                    all,
                    attentionBias,
                    outputBias,
                    mlpBias,
                    tied,
                    initializerRange,
                    dropout,
                    bosTokenId,
                    eosTokenIds);
        }
    }
}
