package fathom.text.decoder;

import fathom.Tensor;
import fathom.files.InputFiles;
import fathom.io.StateDict;
import fathom.nn.Init;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Folders in Hugging Face's layout. */
final class DecoderFiles {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final long SHARD_SIZE = 5_000_000_000L;

    /** Files of weights in the order in which they are looked for. */
    private static final List<String> FILES =
            List.of(WEIGHTS, WEIGHTS + ".index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** Weights that GPT-2's files hold as [in, out]. */
    private static final Pattern TRANSPOSED = Pattern.compile(".*\\.(c_attn|c_proj|c_fc)\\.weight");

    /** What files hold besides: masks, and frequencies that follow from the configuration. */
    private static final Pattern DERIVED = Pattern.compile(".*\\.attn\\.(bias|masked_bias)|.*rotary_emb\\.inv_freq");

    private DecoderFiles() {}

    static CausalLM read(Path folder) throws IOException {
        DecoderConfig config = config(folder);
        CausalLM net = Init.skip(() -> CausalLM.of(config));
        net.loadStateDict(named(config, StateDict.map(weights(folder))));
        return net.eval();
    }

    static DecoderConfig config(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        try {
            JsonNode root = JsonMapper.shared().readTree(InputFiles.text(file));
            return ConfigJson.read(root);
        } catch (JacksonException e) {
            throw new IOException("%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Path weights(Path folder) throws IOException {
        for (String name : FILES) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw new IOException("%s: there are no weights: none of %s".formatted(folder, String.join(", ", FILES)));
    }

    /** {@return a file's tensors as the network names and has them} */
    private static StateDict named(DecoderConfig config, StateDict file) {
        boolean gpt2 = config.kind() == DecoderKind.GPT2;
        // GPT-2's own file is that of the network without the head
        boolean isBare = gpt2 ? file.contains("wte.weight") : file.contains("embed_tokens.weight");
        String prefix = isBare ? gpt2 ? "transformer." : "model." : "";
        var state = new StateDict();
        file.entries()
                .forEach((name, t) -> {
                    String full = name.startsWith("lm_head.") ? name : prefix + name;
                    boolean isCopy = config.tied() && full.equals("lm_head.weight");
                    if (!isCopy && !DERIVED.matcher(full).matches()) {
                        state.put(full, gpt2 && TRANSPOSED.matcher(full).matches() ? t.t() : t);
                    }
                });
        return state;
    }

    static void write(CausalLM net, Path folder) throws IOException {
        var state = new StateDict();
        boolean gpt2 = net.config().kind() == DecoderKind.GPT2;
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    if (name.contains(".adapter.")) {
                        throw new IllegalStateException(
                                "savePretrained: %s is an adapter's; merge the adapters first: lora.merge()"
                                        .formatted(name));
                    }
                    Tensor value = gpt2 && TRANSPOSED.matcher(name).matches() ? t.t().contiguous() : t;
                    state.put(name, value);
                });
        state.metadata().put("format", "pt");
        Files.createDirectories(folder);
        Files.write(
                folder.resolve(CONFIG),
                ConfigJson.write(net.config(), net.embeddingWeight().dtype()).getBytes(StandardCharsets.UTF_8));
        state.save(folder.resolve(WEIGHTS), SHARD_SIZE);
    }
}
