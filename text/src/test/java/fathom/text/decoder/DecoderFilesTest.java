package fathom.text.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Lora;
import fathom.nn.attention.RotaryScaling;
import fathom.testkit.TensorAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderFilesTest {
    @TempDir Path folder;

    private static Tensor logits(CausalLM net) {
        try (var off = Autograd.noGrad()) {
            return net.forward(Tensors.tensor(new long[][] {{1, 5, 9, 2}}));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "llama/tied",
                "llama/biases",
                "llama/linear",
                "llama/dynamic",
                "llama/llama3",
                "llama/yarn",
                "mistral",
                "qwen2",
                "qwen2/window",
                "qwen3",
                "gpt2"
            })
    void aNetworkIsWrittenAndReadAsHuggingFaceHasIt(String name) throws IOException {
        CausalLM net = Decoders.net(name);
        net.savePretrained(folder);
        CausalLM read = CausalLM.fromPretrained(folder);
        assertThat(read.config()).isEqualTo(net.config());
        assertThat(read.isTraining()).isFalse();
        TensorAssert.assertThat(logits(read)).isCloseTo(logits(net), 0, 0);
        StateDict state = StateDict.load(folder.resolve("model.safetensors"));
        assertThat(state.contains("lm_head.weight")).isEqualTo(!name.equals("llama/tied") && !name.equals("gpt2"));
        if (name.equals("gpt2")) {
            assertThat(java.util.Objects.requireNonNull(state.get("transformer.h.0.attn.c_attn.weight")).shape().dims())
                    .containsExactly(24, 72);
        }
    }

    @Test
    void filesWithoutAHeadsPrefixWithMasksAndOfPyTorchAreReadAsWell() throws IOException {
        CausalLM net = Decoders.net("gpt2");
        net.savePretrained(folder);
        Path file = folder.resolve("model.safetensors");
        StateDict bare = StateDict.load(file).rename(n -> n.replace("transformer.", ""));
        bare.put("h.0.attn.bias", Tensors.ones(1, 1, 32, 32));
        Files.delete(file);
        bare.save(folder.resolve("pytorch_model.bin"));
        TensorAssert.assertThat(logits(CausalLM.fromPretrained(folder))).isCloseTo(logits(net), 0, 0);
    }

    @Test
    void whatIsMissingOrUnknownIsNamed() throws IOException {
        assertThatThrownBy(() -> CausalLM.fromPretrained(folder)).hasMessageContaining("config.json");
        CausalLM net = Decoders.net("qwen3");
        net.savePretrained(folder);
        Path file = folder.resolve("model.safetensors");
        StateDict state = StateDict.load(file);
        state.filter(n -> !n.equals("model.norm.weight")).save(file);
        assertThatThrownBy(() -> CausalLM.fromPretrained(folder)).hasMessageContaining("model.norm.weight");
        Path config = folder.resolve("config.json");
        String text = Files.readString(config);
        Files.writeString(config, text.replace("\"qwen3\"", "\"mamba\""));
        assertThatThrownBy(() -> CausalLM.fromPretrained(folder))
                .hasMessageContaining("config.json: there is no decoder of model_type 'mamba'; there are llama");
        Files.writeString(config, text.replace("\"silu\"", "\"relu\""));
        assertThatThrownBy(() -> CausalLM.fromPretrained(folder)).hasMessageContaining("hidden_act 'relu'");
        Files.writeString(
                config, text.replaceFirst("\"rope_theta\"", "\"rope_scaling\": {\"type\": \"su\"}, \"rope_theta\""));
        assertThatThrownBy(() -> CausalLM.fromPretrained(folder)).hasMessageContaining("'su' is not supported");
    }

    @Test
    void configurationsOfTheHubAreUnderstood() {
        DecoderConfig llama =
                config(
                        """
                        {"model_type": "llama", "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192,
                         "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64,
                         "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
                         "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                                          "original_max_position_embeddings": 8192, "rope_type": "llama3"},
                         "tie_word_embeddings": true, "bos_token_id": 128000, "eos_token_id": [128001, 128008]}\
                        """);
        assertThat(llama.scaling()).isEqualTo(new RotaryScaling.Llama3(32, 1, 4, 8192));
        assertThat(llama.eosTokenIds()).containsExactly(128001, 128008);
        assertThat(llama.tied()).isTrue();
        DecoderConfig qwen =
                config(
                        """
                        {"model_type": "qwen2", "vocab_size": 151936, "hidden_size": 896, "intermediate_size": 4864,
                         "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2,
                         "max_position_embeddings": 32768, "max_window_layers": 21, "sliding_window": 32768,
                         "use_sliding_window": false, "rope_theta": 1000000.0, "tie_word_embeddings": true}\
                        """);
        assertThat(qwen.headDim()).isEqualTo(64);
        assertThat(qwen.attentionBias()).isTrue();
        assertThat(qwen.outputBias()).isFalse();
        assertThat(qwen.windows()).containsOnly(0L);
        String mistral =
                """
                {"model_type": "mistral", "vocab_size": 32000, "num_hidden_layers": 2, "intermediate_size": 14336%s}\
                """;
        assertThat(config(mistral.formatted("")).windows()).containsExactly(4096L, 4096L);
        assertThat(config(mistral.formatted(", \"sliding_window\": null")).windows()).containsExactly(0L, 0L);
    }

    private static DecoderConfig config(String json) {
        return DecoderConfig.of(fathom.text.pretrained.PretrainedConfig.parse(json));
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> DecoderConfig.of(DecoderKind.LLAMA, c -> c.heads(6).kvHeads(4)))
                .hasMessage("DecoderConfig: 4 heads of keys do not divide 6 of queries");
        assertThatThrownBy(() -> DecoderConfig.of(DecoderKind.LLAMA, c -> c.hiddenSize(9).heads(3)))
                .hasMessageContaining("rotary positions need an even one");
        CausalLM net = Decoders.net("llama");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(2, 3))).hasMessageContaining("an integer type [N, L]");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(DType.INT64, 1, 33))).hasMessageContaining("32 positions");
        assertThatThrownBy(() -> new StaticCache(net, 1, 33)).hasMessageContaining("1 to 32 tokens");
        var cache = new StaticCache(net, 2, 8);
        assertThatThrownBy(() -> net.forward(Tensors.zeros(DType.INT64, 1, 3), c -> c.cache(cache)))
                .hasMessageContaining("a cache of 2 rows of 8 tokens");
    }

    @Test
    void adaptersAreMergedBeforeTheyAreSaved() throws IOException {
        CausalLM net = Decoders.net("llama");
        Tensor before = logits(net);
        Lora lora = Lora.apply(net, o -> o.rank(2).target("q_proj", "v_proj"));
        assertThat(lora.parameters()).hasSize(8);
        try (var off = Autograd.noGrad()) {
            lora.parameters().forEach(p -> p.add_(0.1));
        }
        Tensor changed = logits(net);
        assertThat(changed.sub(before).abs().max().item()).isGreaterThan(1e-3);
        assertThatThrownBy(() -> net.savePretrained(folder)).hasMessageContaining("lora.merge()");
        lora.merge();
        net.savePretrained(folder);
        TensorAssert.assertThat(logits(CausalLM.fromPretrained(folder))).isCloseTo(changed, 1e-5, 1e-5);
        assertThat(List.of(folder.toFile().list())).contains("config.json", "model.safetensors");
    }

    @Test
    void bfloat16NetworksDecodeFromTheCacheAsWithoutIt() {
        CausalLM net = Decoders.net("qwen3").to(DType.BFLOAT16);
        try (var off = Autograd.noGrad()) {
            Tensor ids = Tensors.tensor(new long[][] {{1, 5, 9, 2, 7}});
            Tensor full = net.forward(ids).to(DType.FLOAT32);
            var cache = new StaticCache(net, 1, 8);
            net.forward(ids.narrow(1, 0, 4), c -> c.cache(cache));
            Tensor last = net.forward(ids.narrow(1, 4, 1), c -> c.cache(cache)).to(DType.FLOAT32);
            double scale = full.abs().max().item();
            TensorAssert.assertThat(last).isCloseTo(full.narrow(1, 4, 1), 0.03, 0.03 * scale);
        }
    }
}
