package fathom.text.tokenizers;

import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The normalizers of a tokenizer.json. */
final class Normalizers {
    private Normalizers() {}

    static Normalizer of(JsonNode node) {
        return switch (Json.type(node)) {
            case "Sequence" -> sequence(Json.list(node, "normalizers", Normalizers::of));
            case "BertNormalizer" -> bert(node);
            case "Lowercase" -> Normalizers::lowerCase;
            case "NFC" -> t -> unicode(t, Form.NFC);
            case "NFD" -> t -> unicode(t, Form.NFD);
            case "NFKC" -> t -> unicode(t, Form.NFKC);
            case "NFKD" -> t -> unicode(t, Form.NFKD);
            case "StripAccents" -> t -> t.map((c, i, e, to) -> keepUnless(CharClasses.isMark(c), i, e, to));
            case "Strip" -> {
                boolean left = Json.flag(node, "strip_left", true);
                boolean right = Json.flag(node, "strip_right", true);
                yield t -> strip(t, left, right);
            }
            case "Prepend" -> {
                String before = Json.string(node, "prepend");
                yield t -> t.prepended(before);
            }
            case "Replace" -> {
                Pattern pattern = Patterns.of(node.path("pattern"));
                String content = Json.string(node, "content");
                yield t -> replace(t, pattern, content);
            }
            case "ByteLevel" -> Normalizers::bytes;
            case "Precompiled" -> Charsmap.of(Json.string(node, "precompiled_charsmap", ""));
            default ->
                    throw Json.unsupported(
                            "normalizer",
                            node,
                            "Sequence, BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents, Strip, Prepend, Replace, ByteLevel, Precompiled");
        };
    }

    private static Normalizer sequence(List<Normalizer> all) {
        return text -> {
            AlignedText t = text;
            for (Normalizer each : all) {
                t = each.normalize(t);
            }
            return t;
        };
    }

    private static void keepUnless(boolean dropped, int i, int end, AlignedText.Builder to) {
        if (dropped) {
            to.dropped();
        } else {
            to.keep(i, end);
        }
    }

    private static Normalizer bert(JsonNode node) {
        boolean clean = Json.flag(node, "clean_text", true);
        boolean chinese = Json.flag(node, "handle_chinese_chars", true);
        boolean lower = Json.flag(node, "lowercase", true);
        boolean accents = Json.flag(node, "strip_accents", lower);
        return text -> {
            AlignedText t = text;
            if (clean) {
                t = t.map(Normalizers::clean);
            }
            if (chinese) {
                t = t.map(Normalizers::spaced);
            }
            if (accents) {
                t = unicode(t, Form.NFD).map((c, i, e, to) -> keepUnless(CharClasses.isNonSpacingMark(c), i, e, to));
            }
            return lower ? lowerCase(t) : t;
        };
    }

    private static void clean(int c, int i, int end, AlignedText.Builder to) {
        if (c == '\t' || c == '\n' || c == '\r') {
            to.add(" ", i, end);
        } else if (c == 0 || c == 0xFFFD || CharClasses.isOther(c)) {
            to.dropped();
        } else if (c != ' ' && CharClasses.isWhiteSpace(c)) {
            to.add(" ", i, end);
        } else {
            to.keep(i, end);
        }
    }

    private static void spaced(int c, int i, int end, AlignedText.Builder to) {
        if (CharClasses.isChinese(c)) {
            to.add(" ", i, end);
            to.keep(i, end);
            to.add(" ", i, end);
        } else {
            to.keep(i, end);
        }
    }

    /** Lower-cases each code point by itself: no form of a final sigma. */
    private static AlignedText lowerCase(AlignedText text) {
        return text.map((c, i, end, to) -> {
            int lower = c == 0x130 ? -1 : Character.toLowerCase(c);
            if (lower == c) {
                to.keep(i, end);
            } else {
                to.add(lower < 0 ? "\u0130".toLowerCase(Locale.ROOT) : Character.toString(lower), i, end);
            }
        });
    }

    /** A form of Unicode, for each base character with its marks. */
    private static AlignedText unicode(AlignedText text, Form form) {
        String s = text.text();
        if (java.text.Normalizer.isNormalized(s, form)) {
            return text;
        }
        String whole = java.text.Normalizer.normalize(s, form);
        var b = new AlignedText.Builder(text, whole.length());
        var made = new StringBuilder(whole.length());
        for (int i = 0; i < s.length(); ) {
            int end = i + Character.charCount(s.codePointAt(i));
            while (end < s.length() && isContinuing(s.codePointAt(end))) {
                end += Character.charCount(s.codePointAt(end));
            }
            String part = s.substring(i, end);
            String normal = java.text.Normalizer.normalize(part, form);
            if (normal.equals(part)) {
                b.keep(i, end);
            } else {
                b.add(normal, i, end);
            }
            made.append(normal);
            i = end;
        }
        if (!made.toString().equals(whole)) { // characters that interact across such groups: one alignment for all
            b = new AlignedText.Builder(text, whole.length());
            b.add(whole, 0, s.length());
        }
        return b.build();
    }

    private static boolean isContinuing(int c) {
        // marks, and vowels and finals of Hangul syllables
        return CharClasses.isMark(c) || (c >= 0x1160 && c <= 0x11FF) || c == 0xFF9E || c == 0xFF9F;
    }

    private static AlignedText strip(AlignedText text, boolean left, boolean right) {
        String s = text.text();
        int from = 0;
        int to = s.length();
        while (left && from < to && CharClasses.isWhiteSpace(s.charAt(from))) {
            from++;
        }
        while (right && from < to && CharClasses.isWhiteSpace(s.charAt(to - 1))) {
            to--;
        }
        return text.slice(from, to);
    }

    static AlignedText replace(AlignedText text, Pattern pattern, String content) {
        Matcher m = pattern.matcher(text.text());
        if (!m.find()) {
            return text;
        }
        var b = new AlignedText.Builder(text, text.length() + 8);
        int from = 0;
        do {
            b.keep(from, m.start());
            if (m.end() > m.start()) {
                b.add(content, m.start(), m.end());
            }
            from = m.end();
        } while (m.find());
        b.keep(from, text.length());
        return b.build();
    }

    /** Bytes as the characters of {@link ByteChars}. */
    static AlignedText bytes(AlignedText text) {
        String s = text.text();
        boolean isPlain = true;
        for (int i = 0; i < s.length() && isPlain; i++) {
            isPlain = s.charAt(i) > ' ' && s.charAt(i) < 127;
        }
        if (isPlain) {
            return text;
        }
        var bytes = new byte[4];
        var chars = new StringBuilder(4);
        return text.map((c, i, end, to) -> {
            chars.setLength(0);
            int n = Utf8Bytes.encode(c, bytes);
            for (int k = 0; k < n; k++) {
                chars.append(ByteChars.of(bytes[k]));
            }
            to.add(chars, i, end);
        });
    }
}
