package fathom.conformance;

import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.arange;
import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in several files with an index. */
class ShardsTest {
    @TempDir Path temp;

    /** The folder of the model, in another one. */
    private Path folder;

    private final StateDict state =
            new StateDict()
                    .put("a", arange(10).to(FLOAT32))
                    .put("b", arange(6).reshape(2, 3).t())
                    .put("large", ones(100))
                    .put("c", ones(3))
                    .put("d", ones(2));

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temp.resolve("model"));
        state.metadata().put("format", "pt");
    }

    private Path index() {
        return folder.resolve("model.safetensors.index.json");
    }

    private static void same(StateDict actual, StateDict expected) {
        assertThat(actual.names()).containsExactlyElementsOf(expected.names());
        expected.entries()
                .forEach((name, t) -> {
                    Tensor own =
                            Objects.requireNonNull(actual.get(name))
                                    .to(t.device()); // mapped files are on the first CPU
                    assertThat(own.equal(t)).as(name).isTrue();
                });
        assertThat(actual.metadata()).isEqualTo(expected.metadata());
    }

    @Test
    void aLargeStateIsDividedIntoFilesOfLimitedSize() throws IOException {
        Path saved = state.save(folder.resolve("model.safetensors"), 100);
        assertThat(saved).isEqualTo(index());
        try (var files = Files.list(folder)) {
            assertThat(files.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "model-00001-of-00003.safetensors",
                            "model-00002-of-00003.safetensors",
                            "model-00003-of-00003.safetensors",
                            "model.safetensors.index.json");
        }
        assertThat(StateDict.load(folder.resolve("model-00001-of-00003.safetensors")).names())
                .containsExactly("a", "b");
        assertThat(Files.readString(index()))
                .contains("\"total_size\":508")
                .contains("\"large\":\"model-00002-of-00003.safetensors\"");
        same(StateDict.load(saved), state);
        same(StateDict.map(saved), state);
    }

    @Test
    void aSmallStateIsOneFile() throws IOException {
        state.save(folder.resolve("model.safetensors"), 100);
        Path saved = state.save(folder.resolve("model.safetensors"), 1000);
        assertThat(saved).isEqualTo(folder.resolve("model.safetensors"));
        assertThat(index()).as("an index of earlier files").doesNotExist();
        same(StateDict.load(saved), state);
        assertThat(state.save(folder.resolve("model.safetensors"), 508)).isEqualTo(saved);
        assertThat(state.save(folder.resolve("model.safetensors"), 1)).isEqualTo(index());
        assertThat(saved).as("a single file of an earlier state").doesNotExist();
        same(StateDict.load(index()), state);
        assertThatThrownBy(() -> state.save(folder.resolve("model.pth"), 10)).hasMessageContaining(".safetensors");
        assertThatThrownBy(() -> state.save(saved, 0)).hasMessageContaining("at least 1 byte");
    }

    @Test
    void anIndexOfPyTorchsFilesIsRead() throws IOException {
        state.save(folder.resolve("pytorch_model-00001-of-00001.bin"));
        Path index = folder.resolve("pytorch_model.bin.index.json");
        Files.writeString(
                index,
                "{\"weight_map\": {\"c\": \"pytorch_model-00001-of-00001.bin\", \"b\": \"pytorch_model-00001-of-00001.bin\"}}");
        assertThat(StateDict.load(index).names()).containsExactly("c", "b");
        assertThatThrownBy(() -> StateDict.map(index)).hasMessageContaining("only safetensors files can be mapped");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.safetensors",
                "x/../../secret.safetensors",
                "/etc/passwd",
                "ABSOLUTE",
                "",
                ".",
                "..",
                "a\\u0000b",
                "model.safetensors.index.json",
                "missing.safetensors"
            })
    void anIndexReadsNothingOutsideOfItsFolder(String name) throws IOException {
        Path secret = temp.resolve("secret.safetensors");
        new StateDict().put("a", ones(1)).save(secret);
        Files.writeString(
                index(), "{\"weight_map\": {\"a\": \"%s\"}}".formatted(name.equals("ABSOLUTE") ? secret : name));
        for (var read : List.<FileFuzz.Reader>of(StateDict::load, StateDict::map)) {
            assertThatThrownBy(() -> read.read(index()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder.toString());
        }
    }

    @Test
    void aFileBelowTheFolderIsRead() throws IOException {
        Files.createDirectory(folder.resolve("part"));
        new StateDict().put("a", ones(1)).save(folder.resolve("part/one.safetensors"));
        Files.writeString(index(), "{\"weight_map\": {\"a\": \"part/one.safetensors\"}}");
        assertThat(StateDict.load(index()).names()).containsExactly("a");
    }

    @Test
    void whatTheIndexSaysIsChecked() throws IOException {
        state.save(folder.resolve("model.safetensors"), 100);
        String good = Files.readString(index());
        for (String[] c :
                new String[][] {
                    {good.replace("\"a\"", "\"z\""), "the tensor \"z\" is not in model-00001-of-00003.safetensors"},
                    {"[]", "not a JSON object"},
                    {"{}", "it has no weight_map"},
                    {"{\"weight_map\": 3}", "not one object"},
                    {"{\"weight_map\": {\"a\": 3}}", "no file name for \"a\""},
                    {"{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}", "names \"a\" twice"},
                    {"{\"weight_map\": {}} {}", "continues after"},
                    {"{\"weight_map\": {", "not JSON"},
                }) {
            Files.writeString(index(), c[0]);
            assertThatThrownBy(() -> StateDict.load(index()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(index() + ": ")
                    .hasMessageContaining(c[1]);
        }
    }

    @Test
    void damagedIndexesAreReadOrRefused() throws IOException {
        state.save(folder.resolve("model.safetensors"), 100);
        byte[] good = Files.readAllBytes(index());
        new FileFuzz(
                        folder,
                        file -> {
                            try {
                                StateDict.load(file);
                            } catch (IOException e) {
                                throw new IOException(file + ": " + e.getMessage(), e); // may name the shard
                            }
                        },
                        e -> e instanceof IOException)
                .run("model.safetensors.index.json", List.of(good));
    }
}
