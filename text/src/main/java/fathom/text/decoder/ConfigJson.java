package fathom.text.decoder;

import fathom.DType;
import fathom.nn.attention.RotaryScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A {@code config.json} as a {@link DecoderConfig}, and back. */
final class ConfigJson {
    private ConfigJson() {}

    static DecoderConfig read(JsonNode root) {
        if (!root.path("model_type").isString()) {
            throw new IllegalArgumentException("expected a text 'model_type'");
        }
        DecoderKind kind = DecoderKind.of(root.path("model_type").asString());
        return DecoderConfig.of(
                kind,
                c -> {
                    if (kind == DecoderKind.GPT2) {
                        gpt2(root, c);
                    } else {
                        llama(kind, root, c);
                    }
                    c.vocabSize(whole(root, "vocab_size", 0));
                    c.tied(flag(root, "tie_word_embeddings", kind == DecoderKind.GPT2));
                    c.initializerRange(number(root, "initializer_range", 0.02));
                    JsonNode bos = root.path("bos_token_id");
                    c.bosTokenId(bos.isIntegralNumber() ? (Integer) bos.asInt() : null);
                    c.eosTokenIds(ids(root.path("eos_token_id")));
                });
    }

    private static void gpt2(JsonNode root, DecoderConfig.Options c) {
        String activation = text(root, "activation_function", "gelu_new");
        if (!activation.equals("gelu_new") && !activation.equals("gelu_pytorch_tanh")) {
            throw new IllegalArgumentException(
                    "activation_function '%s' is not supported; supported: gelu_new".formatted(activation));
        }
        refused(root, "scale_attn_by_inverse_layer_idx", false);
        refused(root, "scale_attn_weights", true);
        c.hiddenSize(whole(root, "n_embd", 768))
                .layers((int) whole(root, "n_layer", 12))
                .heads(whole(root, "n_head", 12))
                .maxPositions(whole(root, "n_positions", 1024))
                .normEps(number(root, "layer_norm_epsilon", 1e-5))
                .dropout(number(root, "resid_pdrop", 0.1))
                .intermediateSize(root.path("n_inner").isIntegralNumber() ? root.path("n_inner").asLong() : 0);
    }

    private static void refused(JsonNode root, String name, boolean expected) {
        if (flag(root, name, expected) != expected) {
            throw new IllegalArgumentException("%s %s is not supported".formatted(name, !expected));
        }
    }

    private static void llama(DecoderKind kind, JsonNode root, DecoderConfig.Options c) {
        String activation = text(root, "hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw new IllegalArgumentException(
                    "hidden_act '%s' is not supported; supported: silu".formatted(activation));
        }
        int layers = (int) whole(root, "num_hidden_layers", 32);
        long heads = whole(root, "num_attention_heads", 32);
        long maxPositions = whole(root, "max_position_embeddings", kind == DecoderKind.LLAMA ? 2048 : 32_768);
        c.hiddenSize(whole(root, "hidden_size", 4096))
                .intermediateSize(whole(root, "intermediate_size", 11_008))
                .layers(layers)
                .heads(heads)
                .kvHeads(whole(root, "num_key_value_heads", kind == DecoderKind.MISTRAL ? 8 : heads))
                .headDim(whole(root, "head_dim", kind == DecoderKind.QWEN3 ? 128 : 0))
                .maxPositions(maxPositions)
                .normEps(number(root, "rms_norm_eps", 1e-6))
                .dropout(number(root, "attention_dropout", 0));
        boolean bias = flag(root, "attention_bias", false);
        c.attentionBias(kind == DecoderKind.QWEN2 || bias)
                .outputBias(kind != DecoderKind.QWEN2 && bias)
                .mlpBias(kind == DecoderKind.LLAMA && flag(root, "mlp_bias", false));
        JsonNode rope = root.path("rope_parameters");
        JsonNode scaling = rope.isObject() ? rope : root.path("rope_scaling");
        c.ropeTheta(number(rope, "rope_theta", number(root, "rope_theta", 10_000)));
        c.scaling(scaling(scaling, maxPositions));
        c.windows(windows(kind, root, layers));
    }

    private static List<Long> windows(DecoderKind kind, JsonNode root, int layers) {
        JsonNode window = root.path("sliding_window");
        JsonNode types = root.path("layer_types");
        boolean isQwen = kind == DecoderKind.QWEN2 || kind == DecoderKind.QWEN3;
        boolean uses = window.isIntegralNumber() && (!isQwen || flag(root, "use_sliding_window", false));
        long from = isQwen ? whole(root, "max_window_layers", 28) : 0;
        var windows = new ArrayList<Long>();
        for (int i = 0; i < layers; i++) {
            boolean slides =
                    types.isArray() ? types.path(i).asString("").equals("sliding_attention") : uses && i >= from;
            windows.add(slides && kind != DecoderKind.LLAMA ? window.asLong(0) : 0L);
        }
        return windows;
    }

    private static RotaryScaling scaling(JsonNode node, long maxPositions) {
        String type = text(node, "rope_type", text(node, "type", "default"));
        double factor = number(node, "factor", 1);
        long trained = whole(node, "original_max_position_embeddings", maxPositions);
        return switch (type) {
            case "default" -> RotaryScaling.none();
            case "linear" -> new RotaryScaling.Linear(factor);
            case "dynamic" -> new RotaryScaling.Dynamic(factor, trained);
            case "llama3" ->
                    new RotaryScaling.Llama3(
                            factor, number(node, "low_freq_factor", 1), number(node, "high_freq_factor", 4), trained);
            case "yarn" ->
                    new RotaryScaling.Yarn(
                            factor,
                            trained,
                            number(node, "beta_fast", 32),
                            number(node, "beta_slow", 1),
                            number(node, "attention_factor", RotaryScaling.Yarn.attentionFactor(factor)));
            default ->
                    throw new IllegalArgumentException(
                            "rope_scaling of type '%s' is not supported; supported: default, linear, dynamic, llama3, yarn"
                                    .formatted(type));
        };
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    private static boolean has(JsonNode node, String name) {
        return !node.path(name).isMissingNode() && !node.path(name).isNull();
    }

    private static long whole(JsonNode node, String name, long otherwise) {
        if (has(node, name) && !node.path(name).isIntegralNumber()) {
            throw expected(node, name, "a whole number");
        }
        return has(node, name) ? node.path(name).asLong() : otherwise;
    }

    private static double number(JsonNode node, String name, double otherwise) {
        if (has(node, name) && !node.path(name).isNumber()) {
            throw expected(node, name, "a number");
        }
        return has(node, name) ? node.path(name).asDouble() : otherwise;
    }

    private static boolean flag(JsonNode node, String name, boolean otherwise) {
        if (has(node, name) && !node.path(name).isBoolean()) {
            throw expected(node, name, "true or false");
        }
        return has(node, name) ? node.path(name).asBoolean() : otherwise;
    }

    private static String text(JsonNode node, String name, String otherwise) {
        if (has(node, name) && !node.path(name).isString()) {
            throw expected(node, name, "a text");
        }
        return has(node, name) ? node.path(name).asString() : otherwise;
    }

    private static IllegalArgumentException expected(JsonNode node, String name, String what) {
        return new IllegalArgumentException("%s is %s; expected %s".formatted(name, node.path(name), what));
    }

    private static List<Integer> ids(JsonNode node) {
        var ids = new ArrayList<Integer>();
        if (node.isIntegralNumber()) {
            ids.add(node.asInt());
        }
        for (JsonNode each : node) {
            ids.add(each.asInt());
        }
        return ids;
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    static String write(DecoderConfig c, DType type) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.putArray("architectures").add(c.kind().architecture());
        root.put("model_type", c.kind().modelType());
        root.put("vocab_size", c.vocabSize());
        if (c.kind() == DecoderKind.GPT2) {
            root.put("n_embd", c.hiddenSize())
                    .put("n_layer", c.layers())
                    .put("n_head", c.heads())
                    .put("n_positions", c.maxPositions())
                    .put("n_inner", c.intermediateSize())
                    .put("layer_norm_epsilon", c.normEps())
                    .put("activation_function", "gelu_new")
                    .put("resid_pdrop", c.dropout())
                    .put("attn_pdrop", c.dropout())
                    .put("embd_pdrop", c.dropout());
        } else {
            llama(c, root);
        }
        root.put("tie_word_embeddings", c.tied()).put("initializer_range", c.initializerRange());
        Integer bos = c.bosTokenId();
        if (bos != null) {
            root.put("bos_token_id", bos);
        }
        if (c.eosTokenIds().size() == 1) {
            root.put("eos_token_id", c.eosTokenIds().getFirst());
        } else if (!c.eosTokenIds().isEmpty()) {
            var ids = root.putArray("eos_token_id");
            c.eosTokenIds().forEach(ids::add);
        }
        root.put("torch_dtype", type.name().toLowerCase(Locale.ROOT));
        return root.toPrettyString() + "\n";
    }

    private static void llama(DecoderConfig c, ObjectNode root) {
        root.put("hidden_size", c.hiddenSize())
                .put("intermediate_size", c.intermediateSize())
                .put("num_hidden_layers", c.layers())
                .put("num_attention_heads", c.heads())
                .put("num_key_value_heads", c.kvHeads())
                .put("head_dim", c.headDim())
                .put("max_position_embeddings", c.maxPositions())
                .put("hidden_act", "silu")
                .put("rms_norm_eps", c.normEps())
                .put("rope_theta", c.ropeTheta())
                .put("attention_dropout", c.dropout())
                .put("attention_bias", c.kind() != DecoderKind.QWEN2 && c.attentionBias());
        if (c.kind() == DecoderKind.LLAMA) {
            root.put("mlp_bias", c.mlpBias());
        }
        ObjectNode scaling = scaling(c.scaling());
        if (scaling != null) {
            root.set("rope_scaling", scaling);
        }
        long window = c.windows().stream().mapToLong(w -> w).max().orElse(0);
        if (window == 0) {
            root.putNull("sliding_window");
            return;
        }
        root.put("sliding_window", window).put("use_sliding_window", true);
        var types = root.putArray("layer_types");
        c.windows().forEach(w -> types.add(w == 0 ? "full_attention" : "sliding_attention"));
        long full = c.windows().stream().takeWhile(w -> w == 0).count();
        root.put("max_window_layers", full);
    }

    private static @Nullable ObjectNode scaling(RotaryScaling scaling) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        return switch (scaling) {
            case RotaryScaling.Linear l ->
                    l.factor() == 1 ? null : node.put("rope_type", "linear").put("factor", l.factor());
            case RotaryScaling.Dynamic d ->
                    node.put("rope_type", "dynamic")
                            .put("factor", d.factor())
                            .put("original_max_position_embeddings", d.maxPositions());
            case RotaryScaling.Llama3 l ->
                    node.put("rope_type", "llama3")
                            .put("factor", l.factor())
                            .put("low_freq_factor", l.lowFactor())
                            .put("high_freq_factor", l.highFactor())
                            .put("original_max_position_embeddings", l.maxPositions());
            case RotaryScaling.Yarn y ->
                    node.put("rope_type", "yarn")
                            .put("factor", y.factor())
                            .put("beta_fast", y.betaFast())
                            .put("beta_slow", y.betaSlow())
                            .put("attention_factor", y.attentionFactor())
                            .put("original_max_position_embeddings", y.maxPositions());
        };
    }
}
