package fathom.text.sentences;

import fathom.Autograd;
import fathom.Device;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.text.tokenizers.EncodedBatch;
import fathom.text.tokenizers.Encoding;
import fathom.text.tokenizers.Tokenizer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Makes a vector of a text: a tokenizer, a network that gives each token a vector, and a {@link Pooling} of these.
 * Texts of similar meaning have vectors with a small angle between them.
 *
 * {@snippet :
 * var encoder = SentenceEncoder.load(Path.of("models/bge-small-zh-v1.5"));
 * Tensor vectors = encoder.encode(List.of("怎样重置密码？", "忘记密码了怎么办？", "今天天气很好。"));
 * Tensor cosines = SentenceEncoder.similarity(vectors, vectors);
 * }
 *
 * <p>Any number of threads may encode with one encoder at a time.
 *
 * @see <a href="https://arxiv.org/abs/1908.10084">Reimers and Gurevych, 2019, Sentence-BERT</a>
 */
public final class SentenceEncoder {
    private final Tokenizer tokenizer;
    private final Block network;
    private final TokenEncoder forward;
    private final SentenceOptions options;
    private final long dimension;

    private SentenceEncoder(Tokenizer tokenizer, Block network, TokenEncoder forward, SentenceOptions options) {
        this.tokenizer = tokenizer;
        this.network = network;
        this.forward = forward;
        this.options = options;
        network.eval();
        try (var off = Autograd.noGrad()) {
            dimension = forward(List.of("a")).size(1);
        }
    }

    /**
     * {@return an encoder of a network of yours, in evaluation mode}
     *
     * @param tokenizer the tokenizer
     * @param network the network, whose parameters are trained
     * @param forward from a batch to vectors of tokens
     * @param options {@code o -> o.pooling(Pooling.CLS).maxLength(256)}
     */
    public static SentenceEncoder of(
            Tokenizer tokenizer, Block network, TokenEncoder forward, Consumer<SentenceOptions> options) {
        var o = new SentenceOptions();
        options.accept(o);
        return of(tokenizer, network, forward, o);
    }

    static SentenceEncoder of(Tokenizer tokenizer, Block network, TokenEncoder forward, SentenceOptions options) {
        return new SentenceEncoder(tokenizer, network, forward, options);
    }

    /**
     * {@return the encoder in a folder or an ONNX file, in evaluation mode}
     *
     * @see #load(Path, Consumer)
     */
    public static SentenceEncoder load(Path path) {
        return load(path, o -> {});
    }

    /**
     * {@return the encoder in a folder or an ONNX file, in evaluation mode}
     *
     * <p>A folder is one of Hugging Face or of sentence-transformers: {@code config.json}, weights, a tokenizer and, if
     * they are there, {@code modules.json}, {@code 1_Pooling/config.json} and {@code sentence_bert_config.json}. It may
     * hold an ONNX file instead of weights, {@code model.onnx} or {@code onnx/model.onnx}. Beside an ONNX file {@code
     * NAME.onnx} is its tokenizer: {@code tokenizer.json} or {@code NAME-tokenizer.json}.
     *
     * @param options replace what the files say
     * @throws UncheckedIOException if a file is missing, damaged, or describes what is not supported, with the remedy
     */
    public static SentenceEncoder load(Path path, Consumer<SentenceOptions> options) {
        return SentenceFiles.load(path, options);
    }

    /**
     * Writes the encoder into a folder, which is created where it is missing, in the layout of sentence-transformers:
     * {@code config.json}, {@code model.safetensors}, {@code tokenizer.json}, {@code modules.json} and settings.
     *
     * @throws IllegalStateException if the network is none of BERT's family
     * @throws UncheckedIOException if a file cannot be written
     */
    public void save(Path folder) {
        SentenceFiles.save(this, folder);
    }

    /** {@return the size of vectors} */
    public long dimension() {
        return dimension;
    }

    /** {@return the tokenizer} */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * {@return the network, whose parameters may be trained: {@code new AdamW(encoder.network().parameters(), 2e-5)}}
     */
    public Block network() {
        return network;
    }

    /** {@return the pooling} */
    public Pooling pooling() {
        return options.pooling;
    }

    /** {@return whether vectors have the norm 1} */
    public boolean isNormalized() {
        return options.normalize;
    }

    /** {@return the maximum number of tokens of a text, with special ones} */
    public int maxLength() {
        return options.maxLength;
    }

    /** {@return what precedes a question in {@link #encodeQuery}} */
    public String prompt() {
        return options.prompt;
    }

    /** {@return the number of tokens of a text, with special ones, before truncation} */
    public int tokens(String text) {
        return tokenizer.encode(text).length();
    }

    // ---- inference ------------------------------------------------------------------------------------------------

    /** {@return the vector of a text: {@code [D]}} */
    public Tensor encode(String text) {
        return encode(List.of(text)).select(0, 0);
    }

    /** {@return the vector of a question that is searched for, with the {@linkplain #prompt prompt}: {@code [D]}} */
    public Tensor encodeQuery(String question) {
        return encode(options.prompt + question);
    }

    /**
     * {@return the vectors of texts, without gradients: float32 {@code [N, D]}}
     *
     * <p>Texts of similar lengths are computed together, so that little is padded. An empty text has a vector too,
     * which means nothing.
     *
     * @throws IllegalStateException if the network is in training mode, in which results would be random
     */
    public Tensor encode(List<String> texts) {
        if (network.isTraining()) {
            throw new IllegalStateException(
                    "SentenceEncoder.encode: the network is in training mode; call network().eval() first");
        }
        List<Encoding> encodings = texts.parallelStream().map(this::encoding).toList();
        int[] order =
                IntStream.range(0, texts.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> -encodings.get(i).length()))
                        .mapToInt(i -> i)
                        .toArray();
        int width = Math.toIntExact(dimension);
        var vectors = new float[Math.multiplyExact(texts.size(), width)];
        try (var off = Autograd.noGrad()) {
            for (int begin = 0; begin < order.length; begin += options.batchSize) {
                int end = Math.min(begin + options.batchSize, order.length);
                var batch = new ArrayList<Encoding>();
                for (int i = begin; i < end; i++) {
                    batch.add(encodings.get(order[i]));
                }
                float[] rows;
                try (var scope = Scope.open()) {
                    rows = forward(padded(batch)).to(fathom.DType.FLOAT32).reshape(-1).toFloatArray();
                }
                for (int i = begin; i < end; i++) {
                    System.arraycopy(rows, (i - begin) * width, vectors, order[i] * width, width);
                }
            }
        }
        return Tensors.tensor(vectors).reshape(texts.size(), width);
    }

    /**
     * {@return the cosines of vectors with vectors: {@code [N, M]}}
     *
     * @param a {@code [N, D]}
     * @param b {@code [M, D]}
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor similarity(Tensor a, Tensor b) {
        if (a.dim() != 2 || b.dim() != 2 || a.size(1) != b.size(1)) {
            throw new IllegalArgumentException(
                    "SentenceEncoder.similarity: expected vectors [N, D] and [M, D], got %s and %s"
                            .formatted(a.shape(), b.shape()));
        }
        return Tensors.normalize(a).matmul(Tensors.normalize(b).t());
    }

    // ---- training -------------------------------------------------------------------------------------------------

    /**
     * {@return the vectors of one batch of texts, with gradients: {@code [N, D]}}
     *
     * @throws IllegalArgumentException if there are no texts
     */
    public Tensor forward(List<String> texts) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("SentenceEncoder.forward: there are no texts");
        }
        return forward(padded(texts.stream().map(this::encoding).toList()));
    }

    /** {@return the vectors of an encoded batch, with gradients: {@code [B, D]}} */
    public Tensor forward(EncodedBatch batch) {
        Tensor vectors = options.pooling.apply(forward.forward(batch), batch.attentionMask());
        return options.normalize ? Tensors.normalize(vectors) : vectors;
    }

    /** {@return a padded batch of texts, truncated, on the device of the network} */
    public EncodedBatch batch(List<String> texts) {
        return padded(texts.stream().map(this::encoding).toList());
    }

    private Encoding encoding(String text) {
        return tokenizer.encode(text, o -> o.maxLength(options.maxLength));
    }

    private EncodedBatch padded(List<Encoding> encodings) {
        EncodedBatch batch = tokenizer.pad(encodings, o -> o.padTo(1));
        Device device = network.parameters().isEmpty() ? Device.current() : network.parameters().getFirst().device();
        return batch.inputIds().device().equals(device)
                ? batch
                : new EncodedBatch(
                        batch.inputIds().to(device), batch.tokenTypeIds().to(device), batch.attentionMask().to(device));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "SentenceEncoder(%s, dimension=%d, pooling=%s, normalize=%s, maxLength=%d)",
                network.getClass().getSimpleName(),
                dimension,
                options.pooling,
                options.normalize,
                options.maxLength);
    }
}
