package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Trains tokenizers on texts: WordPiece and byte-pair encoding, both by merging the most frequent neighbours (of
 * equally frequent ones, those with the smaller ids), and unigram language models by expectation maximisation and
 * pruning.
 *
 * {@snippet :
 * var tokenizer = TokenizerTrainer.train(TokenizerKind.GPT2, lines, o -> o.vocabularySize(5000));
 * tokenizer.save(Path.of("my-model"));      // tokenizer.json, which Hugging Face's libraries read
 * }
 */
public final class TokenizerTrainer {
    private TokenizerTrainer() {}

    /** Options of a training. */
    public static final class Options {
        private int vocabularySize = 10_000;
        private int minFrequency = 2;
        private int maxAlphabet = 4000;
        private int maxTokenLength = 32;
        private boolean lowerCase = true;
        private List<String> specialTokens;

        private Options(TokenizerKind kind) {
            specialTokens = kind.specialTokens();
        }

        /**
         * Sets the number of tokens, with special ones and the alphabet; fewer if no pair is frequent enough. Default:
         * 10,000.
         */
        public Options vocabularySize(int tokens) {
            vocabularySize = tokens;
            return this;
        }

        /** Sets how often a pair must occur to be merged, or a substring to be a piece of Unigram. Default: 2. */
        public Options minFrequency(int count) {
            minFrequency = count;
            return this;
        }

        /** Sets the maximum number of characters, the most frequent ones; not for byte-level BPE. Default: 4,000. */
        public Options maxAlphabet(int characters) {
            maxAlphabet = characters;
            return this;
        }

        /** Sets the maximum length of a token. Default: 32. */
        public Options maxTokenLength(int characters) {
            maxTokenLength = characters;
            return this;
        }

        /** Sets whether text becomes lower-case, without accents; for {@link TokenizerKind#BERT}. Default: true. */
        public Options lowerCase(boolean lowerCase) {
            this.lowerCase = lowerCase;
            return this;
        }

        /** Sets the special tokens, which have the first ids. Default: those of the kind. */
        public Options specialTokens(String... tokens) {
            specialTokens = List.of(tokens);
            return this;
        }
    }

    /** {@return a tokenizer of a kind, trained on texts, with 10,000 tokens at most} */
    public static Tokenizer train(TokenizerKind kind, Iterable<String> texts) {
        return train(kind, texts, o -> {});
    }

    /**
     * {@return a tokenizer of a kind, trained on texts}
     *
     * @throws IllegalArgumentException if the vocabulary is too small for the special tokens and the alphabet
     */
    public static Tokenizer train(TokenizerKind kind, Iterable<String> texts, Consumer<Options> options) {
        var o = new Options(kind);
        options.accept(o);
        Map<String, Long> words = words(kind, texts, o);
        String prefix = kind == TokenizerKind.BERT ? "##" : "";
        var symbols = new ArrayList<>(o.specialTokens);
        if (kind == TokenizerKind.BERT && !symbols.contains("[UNK]")) {
            throw new IllegalArgumentException("TokenizerTrainer: the special tokens of BERT must have [UNK]");
        }
        if (kind == TokenizerKind.LLAMA || kind == TokenizerKind.UNIGRAM) {
            for (int b = 0; b < 256; b++) {
                symbols.add(String.format(Locale.ROOT, "<0x%02X>", b));
            }
        }
        List<String> alphabet = alphabet(kind, words, o);
        if (kind == TokenizerKind.UNIGRAM) {
            return unigram(symbols, alphabet, words, o);
        }
        symbols.addAll(alphabet);
        var index = new HashMap<String, Integer>();
        symbols.forEach(s -> index.put(s, index.size()));
        if (!prefix.isEmpty()) {
            // continuing characters in the order in which words have them
            for (String word : words.keySet()) {
                word.codePoints()
                        .skip(1)
                        .filter(c -> index.containsKey(Character.toString(c)))
                        .mapToObj(c -> prefix + Character.toString(c))
                        .forEach(s -> {
                            if (index.putIfAbsent(s, index.size()) == null) {
                                symbols.add(s);
                            }
                        });
            }
        }
        checkSize(symbols.size(), o);
        var split = new ArrayList<int[]>();
        var counts = new long[words.size()];
        words.forEach((word, count) -> {
            counts[split.size()] = count;
            split.add(symbols(word, prefix, index));
        });
        var learner = new MergeLearner(symbols, split, counts, false);
        var merges = new ArrayList<String>();
        while (learner.symbols().size() < o.vocabularySize) {
            var merge = learner.next(o.minFrequency, prefix.length(), o.maxTokenLength);
            if (merge == null) {
                break;
            }
            merges.add(learner.symbols().get(merge.left()) + " " + learner.symbols().get(merge.right()));
        }
        var vocabulary = new LinkedHashMap<String, Integer>();
        learner.symbols().forEach(s -> vocabulary.put(s, vocabulary.size()));
        return Tokenizer.parse(
                switch (kind) {
                    case BERT -> Templates.bert(vocabulary, o.lowerCase, o.specialTokens);
                    case LLAMA -> Templates.llama(vocabulary, merges, o.specialTokens);
                    case UNIGRAM -> throw new IllegalStateException("Unigram has no merges");
                    case GPT2, LLAMA3, QWEN -> Templates.byteLevel(kind, vocabulary, merges, o.specialTokens);
                });
    }

    private static void checkSize(int least, Options o) {
        if (least > o.vocabularySize) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "TokenizerTrainer: vocabularySize %,d is less than the %,d special tokens and characters",
                            o.vocabularySize,
                            least));
        }
    }

    /** The special tokens and bytes, which text never has as pieces, have the score 0, as in SentencePiece's files. */
    private static Tokenizer unigram(List<String> special, List<String> alphabet, Map<String, Long> words, Options o) {
        if (!special.contains(Templates.UNKNOWN)) {
            throw new IllegalArgumentException(
                    "TokenizerTrainer: the special tokens of UNIGRAM must have " + Templates.UNKNOWN);
        }
        checkSize(special.size() + alphabet.size(), o);
        var pieces = new ArrayList<UnigramLearner.Piece>();
        special.forEach(s -> pieces.add(new UnigramLearner.Piece(s, 0)));
        var learner = new UnigramLearner(words, new HashSet<>(alphabet), o.maxTokenLength, o.minFrequency);
        pieces.addAll(learner.learn(o.vocabularySize - special.size()));
        return Tokenizer.parse(Templates.unigram(pieces, o.specialTokens));
    }

    /**
     * {@return a tokenizer whose tokens are characters, those of the texts, most frequent first; id 0 is {@code <unk>},
     * for all others}
     *
     * @param texts all texts, with line breaks that are to be tokens
     */
    public static Tokenizer characters(Iterable<String> texts) {
        var counts = new TreeMap<Integer, Long>();
        for (String text : texts) {
            Utf8Bytes.wellFormed(text).codePoints().forEach(c -> counts.merge(c, 1L, Long::sum));
        }
        var vocabulary = new LinkedHashMap<String, Integer>();
        vocabulary.put(Templates.UNKNOWN, 0);
        counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder()))
                .forEachOrdered(e -> vocabulary.put(Character.toString(e.getKey()), vocabulary.size()));
        return Tokenizer.parse(Templates.characters(vocabulary));
    }

    /** The words of the texts with their counts, most frequent first, as the tokenizer will cut them. */
    private static Map<String, Long> words(TokenizerKind kind, Iterable<String> texts, Options o) {
        Map<String, Integer> none = Map.of("[UNK]", 0);
        // the tokenizer's own normalizer and pre-tokenizer, with an empty vocabulary
        Splitter splitter =
                switch (kind) {
                    case BERT -> Splitter.of(Templates.bert(none, o.lowerCase, List.of()));
                    case LLAMA, UNIGRAM -> Splitter.sentencePiece();
                    case GPT2, LLAMA3, QWEN -> Splitter.of(Templates.byteLevel(kind, Map.of(), List.of(), List.of()));
                };
        var counts = new TreeMap<String, Long>();
        var words = new ArrayList<AlignedText>();
        for (String text : texts) {
            words.clear();
            splitter.split(Utf8Bytes.wellFormed(text), words);
            for (AlignedText word : words) {
                if (word.length() > 0) {
                    counts.merge(word.text(), 1L, Long::sum);
                }
            }
        }
        var sorted = new LinkedHashMap<String, Long>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .forEachOrdered(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    private static List<String> alphabet(TokenizerKind kind, Map<String, Long> words, Options o) {
        if (kind != TokenizerKind.BERT && kind != TokenizerKind.LLAMA && kind != TokenizerKind.UNIGRAM) {
            return List.of(ByteChars.alphabet());
        }
        var counts = new TreeMap<Integer, Long>();
        words.forEach((word, n) -> word.codePoints().forEach(c -> counts.merge(c, n, Long::sum)));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(o.maxAlphabet)
                .map(Map.Entry::getKey)
                .sorted()
                .map(Character::toString)
                .toList();
    }

    private static int[] symbols(String word, String prefix, Map<String, Integer> index) {
        var found = new ArrayList<Integer>();
        boolean isFirst = true;
        for (int c : word.codePoints().toArray()) {
            String s = Character.toString(c);
            Integer i = index.get(isFirst || prefix.isEmpty() ? s : prefix + s);
            if (i != null) {
                found.add(i);
            }
            isFirst = false;
        }
        return found.stream().mapToInt(i -> i).toArray();
    }
}
