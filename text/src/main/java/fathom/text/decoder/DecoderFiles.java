package fathom.text.decoder;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.text.pretrained.PretrainedFolder;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Folders in Hugging Face's layout. */
final class DecoderFiles {
    private static final long SHARD_SIZE = 5_000_000_000L;

    /** Weights that GPT-2's files hold as [in, out]. */
    private static final Pattern TRANSPOSED = Pattern.compile(".*\\.(c_attn|c_proj|c_fc)\\.weight");

    /** What files hold besides: masks, and frequencies that follow from the configuration. */
    private static final Pattern DERIVED = Pattern.compile(".*\\.attn\\.(bias|masked_bias)|.*rotary_emb\\.inv_freq");

    private DecoderFiles() {}

    static CausalLM read(Path path) {
        var folder = PretrainedFolder.open(path);
        DecoderConfig config = folder.configure(ConfigJson::read);
        CausalLM net = Init.skip(() -> CausalLM.of(config));
        net.loadStateDict(named(config, folder.weights()));
        return net.eval();
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

    static void write(CausalLM net, Path folder) {
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
        PretrainedFolder.save(folder, ConfigJson.write(net.config(), net.embeddingWeight().dtype()), state, SHARD_SIZE);
    }
}
