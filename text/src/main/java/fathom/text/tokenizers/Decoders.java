package fathom.text.tokenizers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The decoders of a tokenizer.json. */
final class Decoders {
    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

    private Decoders() {}

    static Decoder of(JsonNode node) {
        return switch (Json.type(node)) {
            case "Sequence" -> {
                List<Decoder> all = Json.list(node, "decoders", Decoders::of);
                yield tokens -> {
                    List<String> t = tokens;
                    for (Decoder each : all) {
                        t = each.decode(t);
                    }
                    return t;
                };
            }
            case "WordPiece" -> wordPiece(Json.string(node, "prefix", "##"), Json.flag(node, "cleanup", true));
            case "ByteLevel" -> Decoders::byteLevel;
            case "ByteFallback" -> Decoders::byteFallback;
            case "Fuse" -> tokens -> List.of(String.join("", tokens));
            case "Metaspace" -> metaspace(node);
            case "BPEDecoder" -> {
                String suffix = Json.string(node, "suffix", "</w>");
                yield tokens -> each(tokens, i -> tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
            }
            case "Replace" -> {
                Pattern pattern = Patterns.of(node.path("pattern"));
                String content = Matcher.quoteReplacement(Json.string(node, "content"));
                yield tokens -> each(tokens, i -> pattern.matcher(tokens.get(i)).replaceAll(content));
            }
            case "Strip" -> {
                char content = Json.string(node, "content").charAt(0);
                int start = Json.integer(node, "start", 0);
                int stop = Json.integer(node, "stop", 0);
                yield tokens -> each(tokens, i -> strip(tokens.get(i), content, start, stop));
            }
            default ->
                    throw Json.unsupported(
                            "decoder",
                            node,
                            "Sequence, WordPiece, ByteLevel, ByteFallback, Fuse, Metaspace, BPEDecoder, Replace, Strip");
        };
    }

    private static List<String> each(List<String> tokens, IntFunction<String> function) {
        var result = new ArrayList<String>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            result.add(function.apply(i));
        }
        return result;
    }

    private static String strip(String token, char content, int start, int stop) {
        int from = 0;
        while (from < Math.min(start, token.length()) && token.charAt(from) == content) {
            from++;
        }
        int end = token.length();
        while (end > from && token.length() - end < stop && token.charAt(end - 1) == content) {
            end--;
        }
        return token.substring(from, end);
    }

    private static Decoder wordPiece(String prefix, boolean cleanup) {
        return tokens ->
                each(
                        tokens,
                        i -> {
                            String t = tokens.get(i);
                            if (i > 0) {
                                t = t.startsWith(prefix) ? t.substring(prefix.length()) : " " + t;
                            }
                            return cleanup ? cleaned(t) : t;
                        });
    }

    private static String cleaned(String t) {
        return t.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" do not", " don't")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }

    private static Decoder metaspace(JsonNode node) {
        String mark = Json.string(node, "replacement", "▁");
        String scheme =
                Json.string(node, "prepend_scheme", Json.flag(node, "add_prefix_space", true) ? "always" : "never");
        boolean dropsFirst = !scheme.equals("never");
        return tokens -> each(tokens, i -> tokens.get(i).replace(mark, i == 0 && dropsFirst ? "" : " "));
    }

    private static List<String> byteLevel(List<String> tokens) {
        var bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
            boolean isBytes = true;
            for (int i = 0; i < token.length() && isBytes; i++) {
                isBytes = ByteChars.toByte(token.charAt(i)) >= 0;
            }
            if (isBytes) {
                token.chars().forEach(c -> bytes.write(ByteChars.toByte((char) c)));
            } else {
                bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
            }
        }
        return List.of(bytes.toString(StandardCharsets.UTF_8));
    }

    private static List<String> byteFallback(List<String> tokens) {
        var result = new ArrayList<String>();
        var bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
            Matcher m = BYTE.matcher(token);
            if (m.matches()) {
                bytes.write(Integer.parseInt(m.group(1), 16));
            } else {
                flush(bytes, result);
                result.add(token);
            }
        }
        flush(bytes, result);
        return result;
    }

    private static void flush(ByteArrayOutputStream bytes, List<String> to) {
        if (bytes.size() == 0) {
            return;
        }
        try {
            to.add(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString());
        } catch (CharacterCodingException e) {
            to.add("\uFFFD".repeat(bytes.size()));
        }
        bytes.reset();
    }
}
