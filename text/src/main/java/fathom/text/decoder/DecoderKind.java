package fathom.text.decoder;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The architectures of decoders, named as {@code model_type} in a {@code config.json}. */
public enum DecoderKind {
    /** Llama 1 to 3 (Touvron et al., 2023): RMS norms, rotary positions, SwiGLU, grouped queries. */
    LLAMA("LlamaForCausalLM"),
    /** Mistral (Jiang et al., 2023): Llama with sliding windows. */
    MISTRAL("MistralForCausalLM"),
    /** Qwen2 (Yang et al., 2024): Llama with biases of queries, keys and values. */
    QWEN2("Qwen2ForCausalLM"),
    /** Qwen3 (Yang et al., 2025): Llama with norms of queries and keys. */
    QWEN3("Qwen3ForCausalLM"),
    /** GPT-2 (Radford et al., 2019): layer norms, learned positions, GELU. */
    GPT2("GPT2LMHeadModel");

    private final String architecture;

    DecoderKind(String architecture) {
        this.architecture = architecture;
    }

    /** {@return the {@code model_type}} */
    public String modelType() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the name of Hugging Face's class, as in {@code architectures}} */
    String architecture() {
        return architecture;
    }

    /** {@return the {@code model_type} of all kinds} */
    public static List<String> names() {
        return Arrays.stream(values()).map(DecoderKind::modelType).toList();
    }

    /**
     * {@return the kind of a {@code model_type}}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static DecoderKind of(String modelType) {
        return Arrays.stream(values())
                .filter(k -> k.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "there is no decoder of model_type '%s'; there are %s"
                                        .formatted(modelType, String.join(", ", names()))));
    }
}
