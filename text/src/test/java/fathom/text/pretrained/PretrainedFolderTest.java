package fathom.text.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensors;
import fathom.io.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainedFolderTest {
    @TempDir private Path folder;

    private static StateDict weights() {
        return new StateDict().put("a", Tensors.arange(6).to(DType.FLOAT32)).put("b", Tensors.ones(2, 3));
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
    }

    @Test
    void whatIsSavedIsOpened() {
        Path to = folder.resolve("new/model");
        var config = PretrainedConfig.of(Map.of("model_type", "bert", "hidden_size", 8));
        PretrainedFolder.save(to, config.with(Map.of("hidden_size", 16)), weights());
        var opened = PretrainedFolder.open(to);
        assertThat(opened.config().modelType()).isEqualTo("bert");
        assertThat(opened.config().integer("hidden_size")).isEqualTo(16);
        assertThat(opened.weightsFile()).hasFileName("model.safetensors");
        assertThat(opened.weights().names()).containsExactly("a", "b");
        assertThat(opened.weights().metadata()).containsEntry("format", "pt");
        assertThat(opened.hasTokenizer()).isFalse();
    }

    @Test
    void weightsAreInOneFileOrSeveral() throws IOException {
        config("{}");
        var opened = PretrainedFolder.open(folder);
        Path bin = folder.resolve("pytorch_model-00001-of-00001.bin");
        weights().save(bin);
        Files.writeString(
                folder.resolve("pytorch_model.bin.index.json"),
                "{\"weight_map\": {\"b\": \"%s\"}}".formatted(bin.getFileName()));
        assertThat(opened.weights().names()).containsExactly("b");
        weights().save(folder.resolve("pytorch_model.bin"));
        assertThat(opened.weights().names()).containsExactly("a", "b");
        PretrainedFolder.save(folder, opened.config(), weights(), 24);
        assertThat(opened.weightsFile()).hasFileName("model.safetensors.index.json");
        assertThat(opened.weights().get("a").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
        assertThatThrownBy(opened::weights)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("model-00002-of-00002.safetensors");
    }

    @Test
    void whatIsMissingOrDamagedIsNamed() throws IOException {
        assertThatThrownBy(() -> PretrainedFolder.open(folder.resolve("bert-base-uncased")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("bert-base-uncased: there is no such folder");
        assertThatThrownBy(() -> PretrainedFolder.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("config.json");
        config("{\"model_type\": ");
        assertThatThrownBy(() -> PretrainedFolder.open(folder)).hasMessageContaining("config.json: not JSON");
        config("[1]");
        assertThatThrownBy(() -> PretrainedFolder.open(folder)).hasMessageContaining("config.json: not a JSON object");
        config("{}");
        var opened = PretrainedFolder.open(folder);
        assertThatThrownBy(opened::weights)
                .hasMessageContaining("there are no weights")
                .hasMessageContaining("pytorch_model.bin.index.json");
        Path file = folder.resolve("model.safetensors");
        weights().save(file);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        assertThatThrownBy(opened::weights)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("model.safetensors");
        assertThatThrownBy(opened::tokenizer).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> opened.configure(c -> c.integer("hidden_size")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("config.json: expected an integer 'hidden_size', which is missing");
    }

    @Test
    void settingsAreChecked() {
        var c =
                PretrainedConfig.parse(
                        """
                        {"n": 3, "x": 1e-12, "s": "gelu", "t": true, "none": null, "eos": [1, 2], "names": ["A"],
                         "rope_scaling": {"factor": "8"}}
                        """);
        assertThat(c.integer("n")).isEqualTo(3);
        assertThat(c.integer("none", 7)).isEqualTo(7);
        assertThat(c.number("x")).isEqualTo(1e-12);
        assertThat(c.number("n", 0)).isEqualTo(3);
        assertThat(c.text("s")).isEqualTo("gelu");
        assertThat(c.flag("t", false)).isTrue();
        assertThat(c.has("none")).isFalse();
        assertThat(c.numbers("eos")).containsExactly(1.0, 2.0);
        assertThat(c.numbers("n")).containsExactly(3.0);
        assertThat(c.texts("names")).isEqualTo(List.of("A"));
        assertThat(c.object("absent")).isEmpty();
        assertThat(c.names()).contains("rope_scaling");
        assertThatThrownBy(() -> c.integer("x")).hasMessage("expected an integer 'x', which is 1.0E-12");
        assertThatThrownBy(() -> c.flag("n", true)).hasMessageContaining("true or false");
        assertThatThrownBy(() -> c.object("rope_scaling").orElseThrow().number("factor"))
                .hasMessage("expected a number 'rope_scaling.factor', which is \"8\"");
        assertThatThrownBy(c::modelType).hasMessageContaining("model_type");
    }
}
