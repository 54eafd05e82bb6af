package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The pre-tokenizers of a tokenizer.json. */
final class PreTokenizers {
    /** GPT-2's words (Radford et al., 2019): contractions, and letters, digits or marks after at most one space. */
    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final Pattern GPT2_WORDS = Patterns.regex(GPT2);
    private static final Pattern WORDS = Pattern.compile("\\w+|[^\\w\\s]+", Pattern.UNICODE_CHARACTER_CLASS);

    private PreTokenizers() {}

    static PreTokenizer of(JsonNode node) {
        return switch (Json.type(node)) {
            case "Sequence" -> sequence(Json.list(node, "pretokenizers", PreTokenizers::of));
            case "BertPreTokenizer" -> PreTokenizers::bert;
            case "ByteLevel" -> byteLevel(node);
            case "Whitespace" -> (t, words) -> split(t, WORDS, true, Behavior.REMOVED, words);
            case "WhitespaceSplit" -> (t, words) -> split(t, CharClasses::isWhiteSpace, Behavior.REMOVED, words);
            case "Punctuation" -> {
                Behavior behavior = Behavior.of(Json.string(node, "behavior", "Isolated"));
                yield (t, words) -> split(t, CharClasses::isPunctuation, behavior, words);
            }
            case "Digits" -> {
                boolean each = Json.flag(node, "individual_digits", false);
                Behavior behavior = each ? Behavior.ISOLATED : Behavior.CONTIGUOUS;
                yield (t, words) -> split(t, CharClasses::isNumeric, behavior, words);
            }
            case "Split" -> {
                Pattern pattern = Patterns.of(node.path("pattern"));
                Behavior behavior = Behavior.of(Json.string(node, "behavior"));
                boolean invert = Json.flag(node, "invert", false);
                yield (t, words) -> split(t, pattern, invert, behavior, words);
            }
            case "CharDelimiterSplit" -> {
                int delimiter = Json.string(node, "delimiter").codePointAt(0);
                yield (t, words) -> split(t, c -> c == delimiter, Behavior.REMOVED, words);
            }
            case "Metaspace" -> metaspace(node);
            default ->
                    throw Json.unsupported(
                            "pre-tokenizer",
                            node,
                            "Sequence, BertPreTokenizer, ByteLevel, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, CharDelimiterSplit, Metaspace");
        };
    }

    private static PreTokenizer sequence(List<PreTokenizer> all) {
        return (text, words) -> {
            var pieces = new ArrayList<AlignedText>(List.of(text));
            for (PreTokenizer each : all) {
                var next = new ArrayList<AlignedText>();
                for (AlignedText piece : pieces) {
                    if (piece.length() > 0) {
                        each.split(piece, next);
                    }
                }
                pieces = next;
            }
            words.addAll(pieces);
        };
    }

    private static void bert(AlignedText text, List<AlignedText> words) {
        var pieces = new ArrayList<AlignedText>();
        split(text, CharClasses::isWhiteSpace, Behavior.REMOVED, pieces);
        for (AlignedText piece : pieces) {
            split(piece, CharClasses::isPunctuation, Behavior.ISOLATED, words);
        }
    }

    private static PreTokenizer byteLevel(JsonNode node) {
        boolean prefix = Json.flag(node, "add_prefix_space", true);
        boolean regex = Json.flag(node, "use_regex", true);
        return (text, words) -> {
            AlignedText t = prefix && !text.text().startsWith(" ") ? text.prepended(" ") : text;
            if (!regex) {
                words.add(Normalizers.bytes(t));
                return;
            }
            int from = words.size();
            split(t, GPT2_WORDS, false, Behavior.ISOLATED, words);
            for (int i = from; i < words.size(); i++) {
                words.set(i, Normalizers.bytes(words.get(i)));
            }
        };
    }

    private static PreTokenizer metaspace(JsonNode node) {
        String mark = Json.string(node, "replacement", "▁");
        String scheme =
                Json.string(node, "prepend_scheme", Json.flag(node, "add_prefix_space", true) ? "always" : "never");
        boolean split = Json.flag(node, "split", true);
        int markChar = mark.codePointAt(0);
        return (text, words) -> {
            AlignedText t =
                    text.map((c, i, end, to) -> {
                        if (c == ' ') {
                            to.add(mark, i, end);
                        } else {
                            to.keep(i, end);
                        }
                    });
            boolean prepended =
                    switch (scheme) {
                        case "always" -> true;
                        case "first" -> t.length() > 0 && t.start(0) == 0;
                        default -> false;
                    };
            if (prepended && !t.text().startsWith(mark)) {
                t = t.prepended(mark);
            }
            if (split) {
                split(t, c -> c == markChar, Behavior.MERGED_WITH_NEXT, words);
            } else {
                words.add(t);
            }
        };
    }

    /** What becomes of the delimiters that a text is split by. */
    enum Behavior {
        REMOVED,
        ISOLATED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS;

        static Behavior of(String name) {
            return switch (name) {
                case "Removed" -> REMOVED;
                case "Isolated" -> ISOLATED;
                case "MergedWithPrevious" -> MERGED_WITH_PREVIOUS;
                case "MergedWithNext" -> MERGED_WITH_NEXT;
                case "Contiguous" -> CONTIGUOUS;
                default ->
                        throw new IllegalArgumentException("the behavior '%s' of a split is unknown".formatted(name));
            };
        }
    }

    private static void split(AlignedText text, IntPredicate delimiter, Behavior behavior, List<AlignedText> words) {
        var parts = new Parts(text, behavior, words);
        String s = text.text();
        int from = 0;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            int end = i + Character.charCount(c);
            if (delimiter.test(c)) {
                parts.add(from, i, false);
                parts.add(i, end, true);
                from = end;
            }
            i = end;
        }
        parts.add(from, s.length(), false);
        parts.end();
    }

    private static void split(
            AlignedText text, Pattern pattern, boolean invert, Behavior behavior, List<AlignedText> words) {
        var parts = new Parts(text, behavior, words);
        Matcher m = pattern.matcher(text.text());
        int from = 0;
        while (m.find()) {
            if (m.end() > m.start()) {
                parts.add(from, m.start(), invert);
                parts.add(m.start(), m.end(), !invert);
                from = m.end();
            }
        }
        parts.add(from, text.length(), invert);
        parts.end();
    }

    /** Collects the parts of a text, delimiters and others, by a behavior. */
    private static final class Parts {
        private final AlignedText text;
        private final Behavior behavior;
        private final List<AlignedText> words;
        private int start = -1; // of a part that the next one may be merged with
        private int end;
        private boolean last;

        Parts(AlignedText text, Behavior behavior, List<AlignedText> words) {
            this.text = text;
            this.behavior = behavior;
            this.words = words;
        }

        void add(int from, int to, boolean isDelimiter) {
            if (from == to) {
                return;
            }
            boolean merges =
                    start >= 0
                            && switch (behavior) {
                                case REMOVED, ISOLATED -> false;
                                case MERGED_WITH_PREVIOUS -> isDelimiter && !last;
                                case MERGED_WITH_NEXT -> last && !isDelimiter;
                                case CONTIGUOUS -> last == isDelimiter;
                            };
            if (!merges) {
                end();
                start = from;
            }
            end = to;
            last = isDelimiter;
            if (behavior == Behavior.REMOVED && isDelimiter) {
                start = -1;
            }
        }

        void end() {
            if (start >= 0) {
                words.add(text.slice(start, end));
                start = -1;
            }
        }
    }
}
