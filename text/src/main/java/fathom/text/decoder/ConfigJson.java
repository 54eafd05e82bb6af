package fathom.text.decoder;

import fathom.DType;
import fathom.nn.attention.RotaryScaling;
import fathom.text.pretrained.PretrainedConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A {@code config.json} as a {@link DecoderConfig}, and back. */
final class ConfigJson {
    private ConfigJson() {}

    static DecoderConfig read(PretrainedConfig root) {
        DecoderKind kind = DecoderKind.of(root.modelType());
        return DecoderConfig.of(
                kind,
                c -> {
                    if (kind == DecoderKind.GPT2) {
                        gpt2(root, c);
                    } else {
                        llama(kind, root, c);
                    }
                    c.vocabSize(root.integer("vocab_size"));
                    c.tied(root.flag("tie_word_embeddings", kind == DecoderKind.GPT2));
                    c.initializerRange(root.number("initializer_range", 0.02));
                    List<Integer> bos = ids(root, "bos_token_id");
                    c.bosTokenId(bos.isEmpty() ? null : bos.getFirst());
                    c.eosTokenIds(ids(root, "eos_token_id"));
                });
    }

    private static void gpt2(PretrainedConfig root, DecoderConfig.Options c) {
        String activation = root.text("activation_function", "gelu_new");
        if (!activation.equals("gelu_new") && !activation.equals("gelu_pytorch_tanh")) {
            throw new IllegalArgumentException(
                    "activation_function '%s' is not supported; supported: gelu_new".formatted(activation));
        }
        refused(root, "scale_attn_by_inverse_layer_idx", false);
        refused(root, "scale_attn_weights", true);
        c.hiddenSize(root.integer("n_embd", 768))
                .layers((int) root.integer("n_layer", 12))
                .heads(root.integer("n_head", 12))
                .maxPositions(root.integer("n_positions", 1024))
                .normEps(root.number("layer_norm_epsilon", 1e-5))
                .dropout(root.number("resid_pdrop", 0.1))
                .intermediateSize(root.integer("n_inner", 0));
    }

    private static void refused(PretrainedConfig root, String name, boolean expected) {
        if (root.flag(name, expected) != expected) {
            throw new IllegalArgumentException("%s %s is not supported".formatted(name, !expected));
        }
    }

    private static void llama(DecoderKind kind, PretrainedConfig root, DecoderConfig.Options c) {
        String activation = root.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw new IllegalArgumentException(
                    "hidden_act '%s' is not supported; supported: silu".formatted(activation));
        }
        int layers = (int) root.integer("num_hidden_layers", 32);
        long heads = root.integer("num_attention_heads", 32);
        long maxPositions = root.integer("max_position_embeddings", kind == DecoderKind.LLAMA ? 2048 : 32_768);
        c.hiddenSize(root.integer("hidden_size", 4096))
                .intermediateSize(root.integer("intermediate_size", 11_008))
                .layers(layers)
                .heads(heads)
                .kvHeads(root.integer("num_key_value_heads", kind == DecoderKind.MISTRAL ? 8 : heads))
                .headDim(root.integer("head_dim", kind == DecoderKind.QWEN3 ? 128 : 0))
                .maxPositions(maxPositions)
                .normEps(root.number("rms_norm_eps", 1e-6))
                .dropout(root.number("attention_dropout", 0));
        boolean bias = root.flag("attention_bias", false);
        c.attentionBias(kind == DecoderKind.QWEN2 || bias)
                .outputBias(kind != DecoderKind.QWEN2 && bias)
                .mlpBias(kind == DecoderKind.LLAMA && root.flag("mlp_bias", false));
        PretrainedConfig rope =
                root.object("rope_parameters")
                        .or(() -> root.object("rope_scaling"))
                        .orElseGet(() -> PretrainedConfig.of(Map.of()));
        if (root.number("partial_rotary_factor", 1) != 1) {
            throw new IllegalArgumentException("partial_rotary_factor other than 1 is not supported");
        }
        c.ropeTheta(rope.number("rope_theta", root.number("rope_theta", 10_000)));
        c.scaling(scaling(rope, maxPositions));
        c.windows(windows(kind, root, layers));
    }

    private static List<Long> windows(DecoderKind kind, PretrainedConfig root, int layers) {
        // a window that is null is none; a file without one means the default
        boolean isDefault = kind != DecoderKind.LLAMA && !root.names().contains("sliding_window");
        long window = root.integer("sliding_window", isDefault ? 4096 : 0);
        List<String> types = root.texts("layer_types");
        boolean isQwen = kind == DecoderKind.QWEN2 || kind == DecoderKind.QWEN3;
        boolean uses = kind != DecoderKind.LLAMA && (!isQwen || root.flag("use_sliding_window", false));
        long from = isQwen ? root.integer("max_window_layers", 28) : 0;
        var windows = new ArrayList<Long>();
        for (int i = 0; i < layers; i++) {
            boolean slides = i < types.size() ? types.get(i).equals("sliding_attention") : i >= from;
            windows.add(uses && slides ? window : 0L);
        }
        return windows;
    }

    private static RotaryScaling scaling(PretrainedConfig node, long maxPositions) {
        String type = node.text("rope_type", node.text("type", "default"));
        double factor = node.number("factor", 1);
        long trained = node.integer("original_max_position_embeddings", maxPositions);
        return switch (type) {
            case "default" -> RotaryScaling.none();
            case "linear" -> new RotaryScaling.Linear(factor);
            case "dynamic" -> new RotaryScaling.Dynamic(factor, trained);
            case "llama3" ->
                    new RotaryScaling.Llama3(
                            factor, node.number("low_freq_factor", 1), node.number("high_freq_factor", 4), trained);
            case "yarn" ->
                    new RotaryScaling.Yarn(
                            factor,
                            trained,
                            node.number("beta_fast", 32),
                            node.number("beta_slow", 1),
                            node.number("attention_factor", RotaryScaling.Yarn.attentionFactor(factor)));
            default ->
                    throw new IllegalArgumentException(
                            "rope_scaling of type '%s' is not supported; supported: default, linear, dynamic, llama3, yarn"
                                    .formatted(type));
        };
    }

    private static List<Integer> ids(PretrainedConfig root, String name) {
        return root.numbers(name).stream().map(Double::intValue).toList();
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    static PretrainedConfig write(DecoderConfig c, DType type) {
        var root = new LinkedHashMap<String, Object>();
        root.put("architectures", List.of(c.kind().architecture()));
        root.put("model_type", c.kind().modelType());
        root.put("vocab_size", c.vocabSize());
        if (c.kind() == DecoderKind.GPT2) {
            root.put("n_embd", c.hiddenSize());
            root.put("n_layer", c.layers());
            root.put("n_head", c.heads());
            root.put("n_positions", c.maxPositions());
            root.put("n_inner", c.intermediateSize());
            root.put("layer_norm_epsilon", c.normEps());
            root.put("activation_function", "gelu_new");
            root.put("resid_pdrop", c.dropout());
            root.put("attn_pdrop", c.dropout());
            root.put("embd_pdrop", c.dropout());
        } else {
            llama(c, root);
        }
        root.put("tie_word_embeddings", c.tied());
        root.put("initializer_range", c.initializerRange());
        Integer bos = c.bosTokenId();
        if (bos != null) {
            root.put("bos_token_id", bos);
        }
        if (!c.eosTokenIds().isEmpty()) {
            root.put("eos_token_id", c.eosTokenIds().size() == 1 ? c.eosTokenIds().getFirst() : c.eosTokenIds());
        }
        root.put("torch_dtype", type.name().toLowerCase(Locale.ROOT));
        return PretrainedConfig.of(root);
    }

    private static void llama(DecoderConfig c, Map<String, Object> root) {
        root.put("hidden_size", c.hiddenSize());
        root.put("intermediate_size", c.intermediateSize());
        root.put("num_hidden_layers", c.layers());
        root.put("num_attention_heads", c.heads());
        root.put("num_key_value_heads", c.kvHeads());
        root.put("head_dim", c.headDim());
        root.put("max_position_embeddings", c.maxPositions());
        root.put("hidden_act", "silu");
        root.put("rms_norm_eps", c.normEps());
        root.put("rope_theta", c.ropeTheta());
        root.put("attention_dropout", c.dropout());
        root.put("attention_bias", c.kind() != DecoderKind.QWEN2 && c.attentionBias());
        if (c.kind() == DecoderKind.LLAMA) {
            root.put("mlp_bias", c.mlpBias());
        }
        scaling(c.scaling()).ifPresent(s -> root.put("rope_scaling", s));
        long window = c.windows().stream().mapToLong(w -> w).max().orElse(0);
        if (window > 0) {
            root.put("sliding_window", window);
            root.put("use_sliding_window", true);
            root.put("max_window_layers", c.windows().stream().takeWhile(w -> w == 0).count());
            root.put(
                    "layer_types",
                    c.windows().stream().map(w -> w == 0 ? "full_attention" : "sliding_attention").toList());
        } else if (c.kind() == DecoderKind.MISTRAL) {
            root.put("sliding_window", null);
        }
    }

    private static Optional<Map<String, Object>> scaling(RotaryScaling scaling) {
        var node = new LinkedHashMap<String, Object>();
        switch (scaling) {
            case RotaryScaling.Linear l -> {
                if (l.factor() == 1) {
                    return Optional.empty();
                }
                node.put("rope_type", "linear");
                node.put("factor", l.factor());
            }
            case RotaryScaling.Dynamic d -> {
                node.put("rope_type", "dynamic");
                node.put("factor", d.factor());
                node.put("original_max_position_embeddings", d.maxPositions());
            }
            case RotaryScaling.Llama3 l -> {
                node.put("rope_type", "llama3");
                node.put("factor", l.factor());
                node.put("low_freq_factor", l.lowFactor());
                node.put("high_freq_factor", l.highFactor());
                node.put("original_max_position_embeddings", l.maxPositions());
            }
            case RotaryScaling.Yarn y -> {
                node.put("rope_type", "yarn");
                node.put("factor", y.factor());
                node.put("beta_fast", y.betaFast());
                node.put("beta_slow", y.betaSlow());
                node.put("attention_factor", y.attentionFactor());
                node.put("original_max_position_embeddings", y.maxPositions());
            }
        }
        return Optional.of(node);
    }
}
