package fathom.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Splits text into words, numbers and punctuation marks; Chinese into characters or words. White space separates tokens
 * and is dropped.
 *
 * {@snippet :
 * new WordTokenizer().tokens("Don't go, Tom!");                                     // [don't, go, ,, tom, !]
 * new WordTokenizer(o -> o.punctuation(false)).tokens("深度学习 in Java.");           // [深, 度, 学, 习, in, java]
 * new WordTokenizer(o -> o.chineseWords(ChineseWords.standard())).tokens("深度学习"); // [深度学习]
 * }
 *
 * <p>{@link Tokens} has the course's simpler rule for English; subwords with indices are in {@code
 * fathom.text.tokenizers}.
 */
public final class WordTokenizer {
    private boolean lowerCase = true;
    private boolean punctuation = true;
    private @Nullable ChineseWords chineseWords;

    /** Options of a tokenizer. */
    public static final class Options {
        private final WordTokenizer tokenizer;

        private Options(WordTokenizer tokenizer) {
            this.tokenizer = tokenizer;
        }

        /** Sets whether letters become lower-case. Default: true. */
        public Options lowerCase(boolean lowerCase) {
            tokenizer.lowerCase = lowerCase;
            return this;
        }

        /** Sets whether punctuation marks and symbols are tokens; otherwise they are dropped. Default: true. */
        public Options punctuation(boolean kept) {
            tokenizer.punctuation = kept;
            return this;
        }

        /** Sets the dictionary that Chinese is segmented by. Default: none; each character is a token. */
        public Options chineseWords(ChineseWords words) {
            tokenizer.chineseWords = words;
            return this;
        }
    }

    /** Lower-case, with punctuation, and Chinese by characters. */
    public WordTokenizer() {}

    /** With options: {@code new WordTokenizer(o -> o.punctuation(false))}. */
    public WordTokenizer(Consumer<Options> options) {
        options.accept(new Options(this));
    }

    private enum Kind {
        SPACE,
        WORD,
        HAN,
        MARK
    }

    private static Kind kind(int c) {
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            return Kind.SPACE;
        }
        if (Character.isIdeographic(c)) {
            return Kind.HAN;
        }
        int type = Character.getType(c);
        boolean isMark =
                type == Character.NON_SPACING_MARK
                        || type == Character.COMBINING_SPACING_MARK
                        || type == Character.ENCLOSING_MARK;
        return Character.isLetterOrDigit(c) || isMark || c == '_' ? Kind.WORD : Kind.MARK;
    }

    /** {@return the tokens of a text in order} */
    public List<String> tokens(String text) {
        String s = lowerCase ? text.toLowerCase(Locale.ROOT) : text;
        var tokens = new ArrayList<String>();
        int i = 0;
        while (i < s.length()) {
            int c = s.codePointAt(i);
            Kind kind = kind(c);
            int end = i + Character.charCount(c);
            if (kind == Kind.WORD || kind == Kind.HAN) {
                end = endOfRun(s, end, kind);
            }
            String run = s.substring(i, end);
            switch (kind) {
                case WORD -> tokens.add(run);
                case MARK -> {
                    if (punctuation) {
                        tokens.add(run);
                    }
                }
                case HAN -> {
                    if (chineseWords == null) {
                        run.codePoints().mapToObj(Character::toString).forEach(tokens::add);
                    } else {
                        tokens.addAll(chineseWords.segment(run));
                    }
                }
                case SPACE -> {}
            }
            i = end;
        }
        return tokens;
    }

    private static int endOfRun(String s, int from, Kind kind) {
        int end = from;
        while (end < s.length()) {
            int c = s.codePointAt(end);
            int next = end + Character.charCount(c);
            boolean isInside =
                    kind == Kind.WORD
                            && (c == '\'' || c == '\u2019')
                            && next < s.length()
                            && kind(s.codePointAt(next)) == Kind.WORD;
            if (kind(c) != kind && !isInside) {
                break;
            }
            end = next;
        }
        return end;
    }
}
