package fathom.text.bert;

import fathom.Autograd;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.pretrained.PretrainedFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BertModel}, or one with a head. {@link #stateDict} has this library's names; {@link #pretrainedState},
 * {@link #loadPretrained} and {@link #savePretrained} have Hugging Face's.
 */
public abstract sealed class BertNetwork extends Layer permits BertModel, BertHead {
    private final BertConfig config;

    /** The settings that this was loaded with, which may have more than {@link #config}. */
    private transient @Nullable PretrainedConfig source;

    BertNetwork(BertConfig config) {
        this.config = config;
    }

    /** {@return the sizes and options} */
    public final BertConfig config() {
        return config;
    }

    /** {@return the encoder: this itself, or that below the head} */
    abstract BertModel encoder();

    /** {@return the prefixes of Hugging Face's names, by those of the head's own names; none for an encoder} */
    Map<String, String> headNames() {
        return Map.of();
    }

    /** {@return what follows the kind in the name of Hugging Face's class: "ForMaskedLM"} */
    String headName() {
        return "Model";
    }

    /** {@return Hugging Face's names of weights that are copies of others: those of a tied decoder} */
    Map<String, String> tiedNames() {
        return Map.of();
    }

    /** Gives all weights new values, as BERT does: a normal distribution; biases 0; layer norms 1. */
    final void initialize() {
        try (var off = Autograd.noGrad()) {
            namedParameters()
                    .forEach((name, p) -> {
                        if (p.dim() > 1) {
                            Init.normal_(p, 0, config.initializerRange());
                        } else if (name.endsWith("bias")) {
                            Init.zeros_(p);
                        }
                    });
            long pad = config.padTokenId();
            Tensor words = encoder().wordEmbeddings();
            if (pad >= 0 && pad < words.size(0)) {
                Init.zeros_(words.select(0, pad));
            }
        }
    }

    /** {@return the network in a folder} */
    static <N extends BertNetwork> N load(
            Path folder, Function<BertConfig, N> constructor, Consumer<PretrainedOptions> options) {
        var o = new PretrainedOptions();
        options.accept(o);
        PretrainedFolder opened = PretrainedFolder.open(folder);
        BertConfig stored = opened.configure(BertConfig::of);
        BertConfig config = o.changed(stored);
        N net = Init.skip(() -> constructor.apply(config));
        boolean isOtherHead = config.labels().size() != stored.labels().size();
        o.tell(new BertNames(net).load(opened.weights(), o.isStrict(), isOtherHead));
        ((BertNetwork) net).source = opened.config();
        return net;
    }

    /**
     * Copies weights with Hugging Face's names, converting their type. The prefix of the encoder, such as {@code
     * bert.}, may be there or not; layer norms may have the old names {@code gamma} and {@code beta}. A head whose
     * weights are all missing keeps its values, and weights of other heads are ignored.
     *
     * @return the names that are missing, and those that were ignored
     * @throws IllegalArgumentException listing all names of the encoder that are missing or of another shape, and all
     *     unknown names; nothing is changed then
     */
    public final Block.LoadReport loadPretrained(StateDict weights) {
        return loadPretrained(weights, true);
    }

    /**
     * Copies weights as {@link #loadPretrained(StateDict)}.
     *
     * @param strict whether missing weights of the encoder and unknown names are refused, not only reported
     */
    public final Block.LoadReport loadPretrained(StateDict weights, boolean strict) {
        return new BertNames(this).load(weights, strict, false);
    }

    /** {@return all weights with Hugging Face's names; weights of a tied decoder are there once} */
    public final StateDict pretrainedState() {
        return new BertNames(this).state();
    }

    /**
     * Writes {@code config.json} and {@code model.safetensors} into a folder, which is created where it is missing.
     * Hugging Face's libraries read them.
     *
     * @throws java.io.UncheckedIOException if they cannot be written
     */
    public final void savePretrained(Path folder) {
        PretrainedConfig from = source;
        var settings = new LinkedHashMap<String, Object>(config.settings());
        settings.put("architectures", List.of(config.kind().architecture(headName())));
        if (from != null) {
            settings.remove("model_type"); // a relative with the same weights, such as xlm-roberta
        }
        PretrainedConfig all = from == null ? PretrainedConfig.of(settings) : from.with(settings);
        PretrainedFolder.save(folder, all, pretrainedState());
    }
}
