package fathom.text.tokenizers;

import fathom.Tensors;
import fathom.files.InputFiles;
import fathom.text.tokenizers.EncodeOptions.Truncation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Splits text into the subwords of a model's vocabulary and back, as Hugging Face's {@code tokenizer.json} describes:
 * WordPiece (BERT), byte-level BPE (GPT-2, Llama 3, Qwen), BPE of characters with bytes as a fallback (Llama 2),
 * Unigram (T5, XLM-R). Ids are those of Hugging Face's library.
 *
 * {@snippet :
 * var tokenizer = Tokenizer.load(Path.of("bert-base-chinese"));        // a folder, or a tokenizer.json
 * long[] ids = tokenizer.encode("深度学习").ids();
 * var batch = tokenizer.batch(List.of("a text", "another one"), o -> o.maxLength(512));
 * Tensor mask = batch.attentionMask();                                 // 0 where the shorter text is padded
 * String text = tokenizer.decode(ids);
 * }
 *
 * <p>The truncation and the padding of the file are not applied: {@link EncodeOptions} say what is. Surrogates that are
 * not one of a pair are read as U+FFFD. A tokenizer may be used by any number of threads. New ones are trained by
 * {@link TokenizerTrainer}.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers/components">Hugging Face, Components of a tokenizer</a>
 */
public final class Tokenizer {
    private static final int MOST_CACHED = 20_000;
    private static final int LONGEST_CACHED = 64;
    private static final List<String> PADDING =
            List.of(
                    "[PAD]",
                    "<pad>",
                    "<|pad|>",
                    "<|endoftext|>",
                    "<|finetune_right_pad_id|>",
                    "<|end_of_text|>",
                    "</s>");

    private final byte[] json;
    private final AddedTokens added;
    private final @Nullable PreTokenizer preTokenizer;
    private final Model model;
    private final @Nullable PostProcessor postProcessor;
    private final @Nullable Decoder decoder;
    private final String[] tokens;
    private final Map<String, Integer> addedIds = new HashMap<>();
    private final BitSet special = new BitSet();
    private final @Nullable Integer padId;
    private final int padTypeId;
    private final Map<String, Model.Pieces> cache = new ConcurrentHashMap<>();

    private Tokenizer(JsonNode root, byte[] json) {
        this.json = json;
        if (!root.path("model").isObject()) {
            throw new IllegalArgumentException("there is no object 'model'");
        }
        model = Model.of(root.path("model"));
        Normalizer normalizer = Json.optional(root, "normalizer", Normalizers::of);
        var addedTokens = new LinkedHashMap<AddedToken, Integer>();
        int largest = model.vocabulary().values().stream().mapToInt(i -> i).max().orElse(-1);
        for (JsonNode node : root.path("added_tokens")) {
            boolean isSpecial = Json.flag(node, "special", false);
            var token =
                    new AddedToken(
                            Json.string(node, "content"),
                            isSpecial,
                            Json.flag(node, "single_word", false),
                            Json.flag(node, "lstrip", false),
                            Json.flag(node, "rstrip", false),
                            Json.flag(node, "normalized", !isSpecial));
            int id = model.vocabulary().getOrDefault(token.content(), Json.integer(node, "id"));
            largest = Math.max(largest, id);
            addedTokens.put(token, id);
            addedIds.put(token.content(), id);
            special.set(id, isSpecial);
        }
        tokens = new String[largest + 1];
        Arrays.fill(tokens, "");
        model.vocabulary().forEach((token, id) -> tokens[id] = token);
        addedIds.forEach((token, id) -> tokens[id] = token);
        added = new AddedTokens(addedTokens, normalizer);
        preTokenizer = Json.optional(root, "pre_tokenizer", PreTokenizers::of);
        postProcessor = Json.optional(root, "post_processor", n -> PostProcessors.of(n, this));
        decoder = Json.optional(root, "decoder", Decoders::of);
        JsonNode padding = root.path("padding");
        padId = Json.has(padding, "pad_id") ? Json.integer(padding, "pad_id") : null;
        padTypeId = Json.integer(padding, "pad_type_id", 0);
    }

    /**
     * {@return the tokenizer of a {@code tokenizer.json}, or of a folder with one; a folder without it may have a
     * {@code vocab.txt} of BERT, or a {@code vocab.json} and a {@code merges.txt} of GPT-2}
     *
     * @throws UncheckedIOException naming the file, if it cannot be read or has what is not supported
     */
    public static Tokenizer load(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
        try {
            if (Files.isDirectory(path) && !Files.exists(file)) {
                return parse(VocabularyFiles.toJson(path));
            }
            return parse(InputFiles.text(file));
        } catch (IllegalArgumentException e) {
            String message = file + ": " + e.getMessage();
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * {@return the tokenizer of the text of a {@code tokenizer.json}}
     *
     * @throws IllegalArgumentException if it is not one, or has what is not supported
     */
    public static Tokenizer parse(String json) {
        try {
            return new Tokenizer(JsonMapper.shared().readTree(json), json.getBytes(StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Writes the tokenizer as a {@code tokenizer.json}, which Hugging Face's libraries read; into a folder under that
     * name.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void save(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
        try {
            Files.write(file, json);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
    }

    /** {@return the {@code tokenizer.json}} */
    public String toJson() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** {@return the number of ids: one more than the largest id} */
    public int size() {
        return tokens.length;
    }

    /** {@return whether the vocabulary, or an added token, is this token} */
    public boolean contains(String token) {
        return addedIds.containsKey(token) || model.vocabulary().containsKey(token);
    }

    /**
     * {@return the id of a token}
     *
     * @throws NoSuchElementException if there is no such token
     */
    public int id(String token) {
        Integer id = addedIds.getOrDefault(token, model.vocabulary().get(token));
        if (id == null) {
            throw new NoSuchElementException("Tokenizer: there is no token '%s'".formatted(token));
        }
        return id;
    }

    /**
     * {@return the token with an id, as it is in the vocabulary; empty if the id is not used}
     *
     * @throws IndexOutOfBoundsException if the id is negative or too large
     */
    public String token(int id) {
        return tokens[checked(id)];
    }

    private int checked(long id) {
        if (id < 0 || id >= tokens.length) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Tokenizer: there is no id %,d among %,d", id, tokens.length));
        }
        return (int) id;
    }

    /** {@return whether a token is special: decoding leaves it out} */
    public boolean isSpecial(int id) {
        return special.get(checked(id));
    }

    /** {@return the tokens of a text with special tokens, neither truncated nor padded} */
    public Encoding encode(String text) {
        return encode(text, o -> {});
    }

    /** {@return the tokens of a text: {@code encode(text, o -> o.maxLength(512))}} */
    public Encoding encode(String text, Consumer<EncodeOptions> options) {
        return encode(text, null, configured(options), false);
    }

    /** {@return the tokens of two texts, such as a question and a passage} */
    public Encoding encode(String first, String second, Consumer<EncodeOptions> options) {
        return encode(first, second, configured(options), false);
    }

    /** {@return encoded texts, padded to the longest one} */
    public EncodedBatch batch(List<String> texts) {
        return batch(texts, o -> {});
    }

    /** {@return encoded texts, padded to the longest one or as the options say} */
    public EncodedBatch batch(List<String> texts, Consumer<EncodeOptions> options) {
        EncodeOptions o = configured(options);
        return batch(texts.stream().map(t -> encode(t, null, o, true)), o);
    }

    /**
     * {@return encoded pairs of texts, padded to the longest one or as the options say}
     *
     * @throws IllegalArgumentException if the lists are not equally long
     */
    public EncodedBatch batch(List<String> firsts, List<String> seconds, Consumer<EncodeOptions> options) {
        if (firsts.size() != seconds.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Tokenizer.batch: %d first texts, but %d second ones",
                            firsts.size(),
                            seconds.size()));
        }
        EncodeOptions o = configured(options);
        var encodings = new ArrayList<Encoding>();
        for (int i = 0; i < firsts.size(); i++) {
            encodings.add(encode(firsts.get(i), seconds.get(i), o, true));
        }
        return batch(encodings.stream(), o);
    }

    /**
     * {@return encodings as a batch, padded to the longest one or as the options say; they are not truncated}
     *
     * @param encodings encodings of this tokenizer
     */
    public EncodedBatch pad(List<Encoding> encodings, Consumer<EncodeOptions> options) {
        return batch(encodings.stream(), configured(options));
    }

    private EncodedBatch batch(Stream<Encoding> encoded, EncodeOptions o) {
        List<Encoding> all = encoded.toList();
        int longest = Math.max(o.padTo, all.stream().mapToInt(Encoding::length).max().orElse(0));
        int length = Math.ceilDiv(longest, o.padToMultipleOf) * o.padToMultipleOf;
        int n = all.size();
        var ids = new long[Math.multiplyExact(n, length)];
        var types = new long[n * length];
        var mask = new long[n * length];
        for (int i = 0; i < n; i++) {
            Encoding e = padded(all.get(i), length, o);
            System.arraycopy(e.ids(), 0, ids, i * length, length);
            System.arraycopy(e.typeIds(), 0, types, i * length, length);
            System.arraycopy(e.attentionMask(), 0, mask, i * length, length);
        }
        return new EncodedBatch(
                Tensors.tensor(ids).reshape(n, length),
                Tensors.tensor(types).reshape(n, length),
                Tensors.tensor(mask).reshape(n, length));
    }

    private static EncodeOptions configured(Consumer<EncodeOptions> options) {
        var o = new EncodeOptions();
        options.accept(o);
        return o;
    }

    private Encoding padded(Encoding e, int length, EncodeOptions o) {
        return e.length() >= length ? e : e.padded(length, o.padLeft, padId(o), padTypeId);
    }

    private int padId(EncodeOptions o) {
        if (o.padToken != null) {
            return id(o.padToken);
        }
        if (padId != null) {
            return padId;
        }
        return PADDING.stream()
                .filter(this::contains)
                .findFirst()
                .map(this::id)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "Tokenizer: there is no token for padding; say which: o -> o.padToken(...)"));
    }

    private Encoding encode(String first, @Nullable String second, EncodeOptions o, boolean isBatch) {
        var parts = new ArrayList<Encoding>();
        parts.add(encoded(first, 0));
        if (second != null) {
            parts.add(encoded(second, 1));
        }
        boolean isPair = second != null;
        int special = o.addSpecialTokens && postProcessor != null ? postProcessor.added(isPair) : 0;
        truncate(parts, o, special);
        Encoding all =
                Encoding.joined(this, postProcessor == null ? parts : postProcessor.process(parts, o.addSpecialTokens));
        if (isBatch) {
            return all;
        }
        int length = Math.max(o.padTo, all.length());
        return padded(all, Math.ceilDiv(length, o.padToMultipleOf) * o.padToMultipleOf, o);
    }

    /** The tokens of one input, without special tokens around it. */
    private Encoding encoded(String input, int sequence) {
        var to = new Tokens(input.length() / 2 + 8);
        for (AddedTokens.Part part : added.split(Utf8Bytes.wellFormed(input))) {
            if (part.id() >= 0) {
                int last = part.text().length() - 1;
                to.add(part.id(), part.text().start(0), part.text().end(last));
                continue;
            }
            List<AlignedText> words = new ArrayList<>();
            if (preTokenizer == null) {
                words.add(part.text());
            } else {
                preTokenizer.split(part.text(), words);
            }
            for (AlignedText word : words) {
                if (word.length() > 0) {
                    to.add(pieces(word.text()), word);
                }
            }
        }
        return to.encoding(this, sequence);
    }

    private Model.Pieces pieces(String word) {
        if (word.length() > LONGEST_CACHED) {
            return model.tokenize(word);
        }
        Model.Pieces pieces = cache.get(word);
        if (pieces == null) {
            pieces = model.tokenize(word);
            if (cache.size() >= MOST_CACHED) {
                cache.clear();
            }
            cache.put(word, pieces);
        }
        return pieces;
    }

    /** Collects the tokens of an input. */
    private static final class Tokens {
        private int[] ids;
        private int[] starts;
        private int[] ends;
        private int count;

        Tokens(int capacity) {
            ids = new int[capacity];
            starts = new int[capacity];
            ends = new int[capacity];
        }

        void add(int id, int start, int end) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            ids[count] = id;
            starts[count] = start;
            ends[count++] = end;
        }

        void add(Model.Pieces pieces, AlignedText word) {
            for (int i = 0; i < pieces.ids().length; i++) {
                add(pieces.ids()[i], word.start(pieces.starts()[i]), word.end(pieces.ends()[i] - 1));
            }
        }

        Encoding encoding(Tokenizer tokenizer, int sequence) {
            var sequences = new int[count];
            Arrays.fill(sequences, sequence);
            return new Encoding(
                    tokenizer,
                    Arrays.copyOf(ids, count),
                    sequences.clone(),
                    Arrays.copyOf(starts, count),
                    Arrays.copyOf(ends, count),
                    sequences,
                    0,
                    0);
        }
    }

    private static void truncate(List<Encoding> parts, EncodeOptions o, int special) {
        int most = o.maxLength - special;
        int[] lengths = parts.stream().mapToInt(Encoding::length).toArray();
        if (Arrays.stream(lengths).sum() <= most) {
            return;
        }
        if (most < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Tokenizer: maxLength %d is less than the %d special tokens",
                            o.maxLength,
                            special));
        }
        if (lengths.length == 1) {
            lengths[0] = most;
        } else if (o.truncation == Truncation.LONGEST_FIRST) {
            int shorter = lengths[0] <= lengths[1] ? 0 : 1;
            int longer = 1 - shorter;
            if (lengths[shorter] > most) {
                lengths[longer] = lengths[shorter];
            } else {
                lengths[longer] = Math.max(lengths[shorter], most - lengths[shorter]);
            }
            if (lengths[0] + lengths[1] > most) {
                lengths[shorter] = most / 2;
                lengths[longer] = most - most / 2;
            }
        } else {
            int which = o.truncation == Truncation.ONLY_FIRST ? 0 : 1;
            lengths[which] = most - lengths[1 - which];
            if (lengths[which] <= 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "Tokenizer: maxLength %d cannot be met by truncating the %s text alone: the other one has %d tokens",
                                o.maxLength,
                                which == 0 ? "first" : "second",
                                lengths[1 - which]));
            }
        }
        for (int i = 0; i < lengths.length; i++) {
            Encoding e = parts.get(i);
            int length = Math.min(lengths[i], e.length());
            parts.set(i, o.truncateLeft ? e.slice(e.length() - length, e.length()) : e.slice(0, length));
        }
    }

    /** {@return the text that ids stand for, without special tokens} */
    public String decode(long... ids) {
        return decode(ids, true);
    }

    /**
     * {@return the text that ids stand for}
     *
     * @param skipSpecialTokens whether special tokens are left out
     * @throws IndexOutOfBoundsException if there is no such id
     */
    public String decode(long[] ids, boolean skipSpecialTokens) {
        var parts = new ArrayList<String>(ids.length);
        for (long id : ids) {
            int i = checked(id);
            if (!tokens[i].isEmpty() && !(skipSpecialTokens && special.get(i))) {
                parts.add(tokens[i]);
            }
        }
        return decoder == null ? String.join(" ", parts) : String.join("", decoder.decode(parts));
    }

    /** {@return a decoder of ids that come one by one, as in generation} */
    public StreamDecoder streamDecoder() {
        return new StreamDecoder(this);
    }

    @Override
    public String toString() {
        return "Tokenizer(%s, %s tokens)".formatted(model.getClass().getSimpleName().replace("Model", ""), size());
    }
}
