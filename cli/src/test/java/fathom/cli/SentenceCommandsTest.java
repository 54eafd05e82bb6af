package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.Tensor;
import fathom.io.Npy;
import fathom.text.sentences.PassageIndex;
import fathom.text.sentences.SentenceModels;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fathom embed}, {@code similar} and {@code search} with bge-small-zh-v1.5. */
class SentenceCommandsTest {
    private static final String NAME = "bge-small-zh-v1.5";

    @TempDir static Path models;

    @TempDir Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        URL resource = SentenceCommandsTest.class.getResource("/" + NAME + ".onnx");
        assumeTrue(resource != null, "the artifact of " + NAME + " is not on the class path");
        String jar = Objects.requireNonNull(resource).getPath().replaceAll("^file:|!.*$", "");
        SentenceModels.unpack(SentenceModels.named(NAME).orElseThrow(), Path.of(jar), models.resolve(NAME));
    }

    private static Cli run(String command, Object... more) {
        var all = new java.util.ArrayList<Object>(List.of(command, models.resolve(NAME)));
        all.addAll(List.of(more));
        Cli result = Cli.run(all.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private static void refuses(String says, Object... arguments) {
        Cli result = Cli.run(arguments);
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains(says).doesNotContain("Exception");
        assertThat(result.err().lines()).hasSize(1);
    }

    @Test
    void vectorsAreWritten() throws IOException {
        List<String> lines = run("embed", "你好", "say \"b\"").lines();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("{\"text\": \"你好\", \"vector\": [").endsWith("]}");
        assertThat(lines.get(1)).startsWith("{\"text\": \"say \\\"b\\\"\", ");
        Path texts = Files.writeString(folder.resolve("t.txt"), "你好\nsay \"b\"\n");
        Path npy = folder.resolve("v.npy");
        assertThat(run("embed", "--file", texts, "--out", npy).out()).contains("2 vectors of 512 numbers");
        Tensor vectors = Npy.load(npy);
        assertThat(vectors.shape().dims()).containsExactly(2, 512);
        Path csv = folder.resolve("v.csv");
        run("embed", "--file", texts, "--out", csv);
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows).hasSize(2).allSatisfy(r -> assertThat(r.split(",")).hasSize(512));
        assertThat(Float.parseFloat(rows.getFirst().split(",")[7])).isEqualTo((float) vectors.get(0, 7).item());
        Path jsonl = folder.resolve("v.jsonl");
        run("embed", "你好", "say \"b\"", "--out", jsonl);
        assertThat(Files.readAllLines(jsonl)).isEqualTo(lines);
    }

    @Test
    void similaritiesAreATable() {
        List<String> lines = run("similar", "怎样重置密码？", "忘记密码了怎么办？", "今天天气很好。").lines();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0).strip().split("\\s+")).containsExactly("1", "2", "3", "text");
        String[] first = lines.get(1).split("\\s+");
        assertThat(first[1]).isEqualTo("1.000");
        assertThat(Double.parseDouble(first[2])).isGreaterThan(Double.parseDouble(first[3]) + 0.2);
        assertThat(lines.get(3)).endsWith("今天天气很好。");
    }

    @Test
    void pagesAreSearched() throws IOException {
        Files.writeString(folder.resolve("a.md"), "# 账户\n\n在设置中可以重置密码。\n\n# 天气\n\n今天下雨，明天晴。\n");
        Files.createDirectories(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/b.md"), "# 菜谱\n\n把番茄切块，打三个鸡蛋。\n");
        Path index = folder.resolve("index.safetensors");
        List<String> lines = run("search", folder, "番茄炒蛋怎么做？", "--top", 1, "--index", index).lines();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).containsPattern("^0\\.\\d{3}  sub/b.md:3  菜谱$");
        assertThat(lines.get(1)).isEqualTo("       把番茄切块，打三个鸡蛋。");
        assertThat(PassageIndex.load(index).passages()).hasSize(3);
        Files.writeString(folder.resolve("c.md"), "# 登录\n\n忘记了密码，点击找回。\n");
        List<String> two = run("search", folder, "密码忘了", "明天的天气", "--index", index, "--top", 2).lines();
        assertThat(two.getFirst()).isEqualTo("密码忘了");
        assertThat(two.get(1)).contains("c.md:3  登录");
        assertThat(two.get(3)).contains("a.md:3  账户");
        assertThat(two.get(6)).contains("a.md:7  天气");
        assertThat(PassageIndex.load(index).passages()).hasSize(4);
        refuses(
                "is of another model",
                "search",
                models.resolve(NAME),
                folder,
                "q",
                "--index",
                index,
                "--pooling",
                "mean");
    }

    @Test
    void mistakesAreExplained() throws IOException {
        Path model = models.resolve(NAME);
        refuses("which texts?", "embed", model);
        refuses("must end in .csv, .jsonl or .npy", "embed", model, "a", "--out", "v.txt");
        refuses("no encoder of this name; known are all-MiniLM-L6-v2", "embed", "bge-large", "a");
        refuses("none.onnx: the file does not exist", "embed", "none.onnx", "a");
        refuses("expected 2 to 100 texts, got 1", "similar", model, "a");
        refuses("--pooling: 'sum' is none of cls, mean", "similar", model, "a", "b", "--pooling", "sum");
        refuses("--max-length: must be at least 1, is 0", "embed", model, "a", "--max-length", 0);
        refuses("there is no such folder or page", "search", model, folder.resolve("no"), "q");
        refuses("there are no pages *.md with text", "search", model, folder, "q");
        refuses("must end in .safetensors", "search", model, folder, "q", "--index", "i.bin");
        refuses("--top: must be at least 1, is 0", "search", model, folder, "q", "--top", 0);
    }
}
