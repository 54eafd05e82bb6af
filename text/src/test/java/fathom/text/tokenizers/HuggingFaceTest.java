package fathom.text.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Ids, spans and decoded texts of Hugging Face's library on 10,000 lines. */
class HuggingFaceTest {
    private static final List<String> LINES = MixedText.lines(13, 10_000);

    @TempDir static Path folder;

    @BeforeAll
    static void staysHere() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        LibUtils.checkStatus();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HuggingFaceTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final Map<TokenizerKind, String> TRAINED = new ConcurrentHashMap<>();

    private static String trained(TokenizerKind kind) {
        return TRAINED.computeIfAbsent(
                kind, k -> TokenizerTrainer.train(k, MixedText.lines(7, 2000), o -> o.vocabularySize(2500)).toJson());
    }

    static Stream<Arguments> tokenizers() throws IOException {
        return Stream.of(
                arguments("bge-small-zh", resource("/bge-small-zh-v1.5-tokenizer.json")),
                arguments("MiniLM", resource("/all-minilm-l6-v2-tokenizer.json")),
                arguments("BERT", trained(TokenizerKind.BERT)),
                arguments("GPT-2", trained(TokenizerKind.GPT2)),
                arguments("Llama", trained(TokenizerKind.LLAMA)),
                arguments("Llama 3", trained(TokenizerKind.LLAMA3)),
                arguments("Qwen", trained(TokenizerKind.QWEN)));
    }

    /** The native library of ai.djl.huggingface:tokenizers, without copies of what is not compared. */
    private static final class Judge implements AutoCloseable {
        private final long handle;

        Judge(String json) {
            ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json);
            root.putNull("truncation");
            root.putNull("padding");
            handle = TokenizersLibrary.LIB.createTokenizerFromString(root.toString());
        }

        long[] ids(String text) {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, true);
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            return ids;
        }

        String decode(long[] ids) {
            return TokenizersLibrary.LIB.decode(handle, ids, true);
        }

        @Override
        public void close() {
            TokenizersLibrary.LIB.deleteTokenizer(handle);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenizers")
    void idsAreEqual(String name, String json) {
        Tokenizer ours = Tokenizer.parse(json);
        try (var theirs = new Judge(json)) {
            var wrong = new ArrayList<String>();
            int tokens = 0;
            for (int i = 0; i < LINES.size(); i++) {
                String line = LINES.get(i);
                long[] expected = theirs.ids(line);
                var actual = ours.encode(line);
                tokens += actual.length();
                if (!Arrays.equals(actual.ids(), expected)) {
                    String are = Arrays.stream(expected).mapToObj(id -> ours.token((int) id)).toList().toString();
                    wrong.add("%s: expected %s, got %s".formatted(escaped(line), are, actual));
                } else if (i % 4 == 0) {
                    String decoded = ours.decode(expected);
                    String is = theirs.decode(expected);
                    if (!decoded.equals(is)) {
                        wrong.add(
                                "%s decoded: expected %s, got %s"
                                        .formatted(escaped(line), escaped(is), escaped(decoded)));
                    }
                }
            }
            assertThat(wrong.subList(0, Math.min(5, wrong.size()))).as("%s of 10,000 lines", wrong.size()).isEmpty();
            assertThat(tokens).isGreaterThan(100_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenizers")
    void spansAndPairsAreEqual(String name, String json) throws IOException {
        Tokenizer ours = Tokenizer.parse(json);
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        var options = Map.of("truncation", "false", "padding", "false");
        try (HuggingFaceTokenizer theirs = HuggingFaceTokenizer.newInstance(file, options)) {
            // where characters are composed, the judge's span is that of the first one
            List<String> lines = LINES.stream().filter(l -> Normalizer.isNormalized(l, Normalizer.Form.NFC)).toList();
            for (int i = 0; i < 200; i++) {
                String line = lines.get(i);
                String next = lines.get(i + 1);
                var expected = theirs.encode(line, next, true, false);
                var actual = ours.encode(line, next, o -> {});
                assertThat(actual.ids()).as(escaped(line)).isEqualTo(expected.getIds());
                assertThat(actual.typeIds()).as(escaped(line)).isEqualTo(expected.getTypeIds());
                CharSpan[] spans = expected.getCharTokenSpans();
                for (int t = 0; t < spans.length; t++) {
                    String of = actual.sequence(t) == 1 ? next : line;
                    var span = actual.span(t);
                    String is =
                            actual.sequence(t) < 0
                                    ? "none"
                                    : of.codePointCount(0, span.start()) + " to " + of.codePointCount(0, span.end());
                    String expects = spans[t] == null ? "none" : spans[t].getStart() + " to " + spans[t].getEnd();
                    assertThat(is).as(escaped(of) + ", token " + actual.tokens().get(t)).isEqualTo(expects);
                }
            }
        }
    }

    private static String escaped(String s) {
        var out = new StringBuilder();
        s.codePoints()
                .forEach(c -> {
                    if (c >= 32 && c < 127) {
                        out.append((char) c);
                    } else {
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    }
                });
        return out.toString();
    }
}
