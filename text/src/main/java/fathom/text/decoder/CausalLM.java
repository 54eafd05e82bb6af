package fathom.text.decoder;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Init;
import fathom.nn.Layer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * A decoder-only language model: for each token the logits of the next one.
 *
 * {@snippet :
 * var net = CausalLM.fromPretrained(Path.of("Qwen2.5-0.5B"));             // config.json, *.safetensors or *.bin
 * Tensor logits = net.forward(ids);                                       // int64 [N, L] to [N, L, V]
 * Tensor padded = net.forward(ids, c -> c.attentionMask(mask));
 * net.savePretrained(Path.of("mine"));
 * }
 *
 * <p>Text is written by {@link fathom.text.generation.TextGenerator}.
 */
public abstract sealed class CausalLM extends Layer permits Llama, Gpt2 {
    private final DecoderConfig config;

    CausalLM(DecoderConfig config) {
        this.config = config;
    }

    /** {@return a newly initialised network} */
    public static CausalLM of(DecoderConfig config) {
        return config.kind() == DecoderKind.GPT2 ? new Gpt2(config) : new Llama(config);
    }

    /**
     * {@return the network of a folder in Hugging Face's layout, in evaluation mode: {@code config.json}, and
     * safetensors or PyTorch files, one or several with an index; in float32}
     *
     * @throws UncheckedIOException if a file is missing, damaged or of a {@code model_type} that is no {@link
     *     DecoderKind}; the message names it
     * @throws IllegalArgumentException if the weights are not exactly those of the configuration; the message lists the
     *     differences
     */
    public static CausalLM fromPretrained(Path folder) {
        return DecoderFiles.read(folder);
    }

    /**
     * Writes the network in Hugging Face's layout: {@code config.json} and {@code model.safetensors}, or several files
     * and an index beyond 5 GB.
     *
     * @param folder the folder, which is made
     * @throws UncheckedIOException if a file cannot be written
     * @throws IllegalStateException if layers have adapters, which the layout has no place for
     */
    public void savePretrained(Path folder) {
        DecoderFiles.write(this, folder);
    }

    /** {@return the configuration} */
    public final DecoderConfig config() {
        return config;
    }

    /** {@return logits {@code [N, L, V]} of the tokens that follow each token of int64 {@code [N, L]}} */
    @Override
    public final Tensor forward(Tensor ids) {
        return forward(ids, c -> {});
    }

    /**
     * {@return logits of the tokens that follow each token, {@code [N, L, V]}}
     *
     * @param ids token ids, an integer type {@code [N, L]}
     * @param options {@code c -> c.attentionMask(mask)}, {@code c -> c.cache(cache)}
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public final Tensor forward(Tensor ids, Consumer<DecoderCall> options) {
        var call = new DecoderCall();
        options.accept(call);
        var reading = new Reading(config, ids, call);
        Tensor x = hidden(ids, reading);
        reading.end(call);
        return logits(call.isLastOnly() ? last(x, call) : x);
    }

    /** {@return each row's last token [N, 1, E]} */
    private static Tensor last(Tensor x, DecoderCall call) {
        Tensor ends = call.lengths();
        Tensor mask = call.attentionMask();
        if (ends == null && mask == null) {
            return x.narrow(1, x.size(1) - 1, 1);
        }
        Tensor steps = x.device().with(() -> Tensors.arange(1, x.size(1) + 1));
        Tensor index =
                ends != null ? ends.sub(1) : mask == null ? steps : mask.ne(0).to(DType.INT64).mul(steps).argmax(1);
        return x.gather(1, index.reshape(x.size(0), 1, 1).expand(x.size(0), 1, x.size(2)));
    }

    /** {@return the last layer's results [N, L, E]} */
    abstract Tensor hidden(Tensor ids, Reading reading);

    /** {@return logits [N, L, V] of the last layer's results} */
    abstract Tensor logits(Tensor hidden);

    /** {@return the table of the tokens' embeddings, [V, E]} */
    abstract Tensor embeddingWeight();

    /** Draws all weights from a normal distribution, whose deviation is multiplied by a factor; biases become zero. */
    final void initialise(ToDoubleFunction<String> factor) {
        namedParameters()
                .forEach((name, p) -> {
                    if (p.dim() > 1) {
                        Init.normal_(p, 0, config.initializerRange() * factor.applyAsDouble(name));
                    } else if (name.endsWith("bias")) {
                        Init.zeros_(p);
                    }
                });
    }

    @Override
    public CausalLM train() {
        super.train();
        return this;
    }

    @Override
    public CausalLM train(boolean mode) {
        super.train(mode);
        return this;
    }

    @Override
    public CausalLM eval() {
        super.eval();
        return this;
    }

    @Override
    public CausalLM to(DType dtype) {
        super.to(dtype);
        return this;
    }

    @Override
    protected String reprName() {
        return config.kind().architecture();
    }
}
