package fathom.text;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.hub.DataHub;
import fathom.files.Excerpt;
import fathom.files.InputFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Pretrained word vectors of GloVe (Pennington, Socher and Manning, 2014) and fastText (Bojanowski et al., 2017), in
 * their text format. Index 0 is {@value Vocabulary#UNKNOWN}, whose vector is 0.
 *
 * {@snippet :
 * var glove = TokenEmbedding.load("glove.6b.50d");
 * glove.nearest("chip", 3);                         // chips, intel, electronics
 * glove.analogy("man", "woman", "son");             // daughter
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/similarity-analogy.html">Dive into Deep
 *     Learning, Word Similarity and Analogy</a>
 */
public final class TokenEmbedding {
    private final List<String> tokens;
    private final Map<String, Integer> indices = new HashMap<>();
    private final Tensor vectors;
    private final String source;
    private final boolean isStandIn;

    /**
     * A token and its cosine similarity to a query.
     *
     * @param token the token
     * @param similarity from -1 to 1
     */
    public record Similar(String token, double similarity) {}

    private TokenEmbedding(List<String> tokens, Tensor vectors, String source, boolean isStandIn) {
        this.tokens = List.copyOf(tokens);
        this.vectors = vectors.keep();
        this.source = source;
        this.isStandIn = isStandIn;
        for (int i = 0; i < tokens.size(); i++) {
            indices.putIfAbsent(tokens.get(i), i);
        }
    }

    /**
     * {@return vectors of the hub, such as {@code glove.6b.50d}, {@code glove.6b.100d}, {@code glove.42b.300d} or
     * {@code wiki.en}; a small stand-in if they are not available, as a line on standard error says}
     *
     * @throws UncheckedIOException if the file is damaged
     * @throws IllegalArgumentException if the hub has none of this name
     */
    public static TokenEmbedding load(String name) {
        return load(DataHub.standard(), name, System.err::println);
    }

    /**
     * {@return vectors of a hub, or a small stand-in if they are not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static TokenEmbedding load(DataHub hub, String name, Consumer<String> notice) {
        String title = hub.card(name).title();
        return hub.load(title, h -> load(h.folder(name).resolve("vec.txt")), () -> standIn(dimensions(name)), notice);
    }

    /** {@return the dimensions of a name such as glove.6b.50d; 300 for others} */
    private static int dimensions(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.matches("\\d{1,4}d") ? Integer.parseInt(last.substring(0, last.length() - 1)) : 300;
    }

    /**
     * {@return the vectors of a file: a token and its numbers per line, separated by spaces; a header line, as fastText
     * writes, is skipped}
     *
     * @throws UncheckedIOException naming file and line, if it is missing or damaged
     */
    public static TokenEmbedding load(Path file) {
        var tokens = new ArrayList<String>();
        tokens.add(Vocabulary.UNKNOWN);
        float[] values = new float[1 << 16];
        int dim = -1;
        int line = 0;
        try {
            InputFiles.check(file);
            try (BufferedReader in = Files.newBufferedReader(file)) {
                for (String text; (text = in.readLine()) != null; ) {
                    line++;
                    String[] words = text.stripTrailing().split(" ");
                    if (line == 1 && words.length == 2) {
                        continue; // the number of tokens and of dimensions
                    }
                    if (dim < 0 && words.length > 1) {
                        dim = words.length - 1;
                    }
                    if (words.length != dim + 1 || dim < 1) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT,
                                        "expected a token and %s numbers, got '%s'",
                                        dim < 1 ? "its" : Integer.toString(dim),
                                        Excerpt.of(text)));
                    }
                    int at = Math.multiplyExact(tokens.size(), dim);
                    if (at + dim > values.length) {
                        values = Arrays.copyOf(values, Math.toIntExact(Math.max(2L * values.length, at + dim)));
                    }
                    for (int i = 0; i < dim; i++) {
                        values[at + i] = Float.parseFloat(words[i + 1]);
                    }
                    tokens.add(words[0]);
                }
            }
        } catch (IllegalArgumentException | ArithmeticException e) { // NumberFormatException among them
            String message = String.format(Locale.ROOT, "%s, line %,d: %s", file, line, e.getMessage());
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        if (dim < 0) {
            String message = file + ": there are no vectors";
            throw new UncheckedIOException(message, new IOException(message));
        }
        Tensor vectors = Tensors.tensor(Arrays.copyOf(values, tokens.size() * dim)).reshape(tokens.size(), dim);
        return new TokenEmbedding(tokens, vectors, file.toString(), false);
    }

    /**
     * {@return vectors of tokens, such as those of a trained model}
     *
     * @param tokens distinct tokens, of which the first is {@value Vocabulary#UNKNOWN}
     * @param vectors {@code [tokens, D]}; that of the unknown token becomes 0
     * @throws IllegalArgumentException if there is not a vector for each token, or the first is another
     */
    public static TokenEmbedding of(List<String> tokens, Tensor vectors) {
        if (vectors.dim() != 2 || vectors.size(0) != tokens.size() || !tokens.getFirst().equals(Vocabulary.UNKNOWN)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "TokenEmbedding: expected vectors [%d, D], and %s first, got %s and %s",
                            tokens.size(),
                            Vocabulary.UNKNOWN,
                            vectors.shape(),
                            tokens.isEmpty() ? "no token" : tokens.getFirst()));
        }
        Tensor own = vectors.detach().to(DType.FLOAT32).clone();
        own.select(0, 0).zero_();
        return new TokenEmbedding(tokens, own, "memory", false);
    }

    /**
     * {@return the vectors of a binary file of word2vec: the number of tokens and of dimensions as a line of text; then
     * for each token its name, a space, and its numbers in little-endian float32}
     *
     * @throws UncheckedIOException naming the file, if it is missing or damaged
     */
    public static TokenEmbedding loadBinary(Path file) {
        var read = VectorFiles.binary(file);
        return new TokenEmbedding(read.tokens(), read.vectors(), file.toString(), false);
    }

    /**
     * Writes the vectors but that of the unknown token, as GloVe's and fastText's text files, or, if the name ends in
     * {@code .bin}, in the binary format of word2vec.
     *
     * @throws IllegalArgumentException if a token has white space, which the formats cannot hold
     * @throws UncheckedIOException if the file cannot be written
     */
    public void save(Path file) {
        VectorFiles.save(file, tokens, vectors);
    }

    /** {@return a stand-in of a few hundred generated vectors, with relations such as that of man and woman} */
    public static TokenEmbedding standIn(int dimensions) {
        var made = new EmbeddingStandIn(dimensions);
        return new TokenEmbedding(made.tokens(), made.vectors(), "a stand-in", true);
    }

    /** {@return the number of tokens, including the unknown token} */
    public int size() {
        return tokens.size();
    }

    /** {@return the number of dimensions} */
    public int dimensions() {
        return Math.toIntExact(vectors.size(1));
    }

    /** {@return all tokens by their indices} */
    public List<String> tokens() {
        return tokens;
    }

    /** {@return the token's index; 0 if it is unknown} */
    public int index(String token) {
        return indices.getOrDefault(token, 0);
    }

    /** {@return all vectors: float32 {@code [size, dimensions]}} */
    public Tensor vectors() {
        return vectors;
    }

    /** {@return the vectors of tokens: float32 {@code [tokens, dimensions]}; 0 for unknown ones} */
    public Tensor get(List<String> words) {
        long[] index = words.stream().mapToLong(this::index).toArray();
        return vectors.indexSelect(0, vectors.newTensor(index, DType.INT64));
    }

    /** {@return the vector of a token: float32 {@code [dimensions]}; 0 if it is unknown} */
    public Tensor get(String token) {
        return vectors.select(0, index(token));
    }

    /**
     * {@return the {@code k} most similar tokens to a token, without itself}
     *
     * @throws IllegalArgumentException if the token is unknown
     */
    public List<Similar> nearest(String token, int k) {
        return nearest(get(known(token)), k + 1).stream().filter(s -> !s.token().equals(token)).limit(k).toList();
    }

    /** {@return the {@code k} most similar tokens to a vector {@code [dimensions]}, the most similar first} */
    public List<Similar> nearest(Tensor query, int k) {
        Tensor norms = vectors.square().sum(1).add(1e-9).sqrt().mul(query.square().sum().sqrt());
        Tensor cosine = vectors.matmul(query).div(norms);
        var top = cosine.topk(Math.min(k, size()), 0);
        long[] index = top.indices().toLongArray();
        float[] values = top.values().toFloatArray();
        var similar = new ArrayList<Similar>();
        for (int i = 0; i < index.length; i++) {
            similar.add(new Similar(tokens.get((int) index[i]), values[i]));
        }
        return similar;
    }

    /**
     * {@return the token that is to {@code c} as {@code b} is to {@code a}: the most similar one to {@code b - a + c}
     * other than these three}
     *
     * @throws IllegalArgumentException if one is unknown
     */
    public String analogy(String a, String b, String c) {
        Tensor query = get(known(b)).sub(get(known(a))).add(get(known(c)));
        return nearest(query, 4).stream()
                .map(Similar::token)
                .filter(t -> !List.of(a, b, c).contains(t))
                .findFirst()
                .orElseThrow();
    }

    private String known(String token) {
        if (!indices.containsKey(token)) {
            throw new IllegalArgumentException("TokenEmbedding: there is no vector of '%s'".formatted(token));
        }
        return token;
    }

    /** {@return the file it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
