package fathom.text.bert;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Block;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hugging Face's names of a network's weights. */
final class BertNames {
    /** The prefix of the encoder in the names of this library. */
    private static final String ENCODER = "bert.";

    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.*)\\.([a-z]+)");
    private static final Pattern PROJECTION = Pattern.compile("layers\\.(\\d+)\\.self_attn\\.in_proj_([a-z]+)");

    /** Constants that old files have as buffers. */
    private static final Pattern CONSTANT = Pattern.compile(".*embeddings\\.(position_ids|token_type_ids)");

    /** The first parts of names of heads, of any task. */
    private static final Pattern HEAD =
            Pattern.compile("(cls|lm_head|classifier|qa_outputs|vocab_[a-z_]+|pre_classifier|mlm_head)\\..*");

    private static final String POOLER_GROUP = "pooler";

    private static final Pattern POOLER = Pattern.compile("([a-z]+\\.)?pooler\\..*");

    private final BertNetwork net;
    private final BertKind kind;
    private final boolean isHead;

    BertNames(BertNetwork net) {
        this.net = net;
        kind = net.config().kind();
        isHead = net.encoder() != net;
    }

    /** {@return the names in a layer by this library's names in it} */
    private Map<String, String> inLayer() {
        return kind == BertKind.DISTILBERT
                ? Map.of(
                        "self_attn.out_proj", "attention.out_lin",
                        "norm1", "sa_layer_norm",
                        "linear1", "ffn.lin1",
                        "linear2", "ffn.lin2",
                        "norm2", "output_layer_norm")
                : Map.of(
                        "self_attn.out_proj", "attention.output.dense",
                        "norm1", "attention.output.LayerNorm",
                        "linear1", "intermediate.dense",
                        "linear2", "output.dense",
                        "norm2", "output.LayerNorm");
    }

    private String layer(String number) {
        return (kind == BertKind.DISTILBERT ? "transformer.layer." : "encoder.layer.") + number + ".";
    }

    /** {@return the names of the tensors that an own tensor is stacked of, usually one} */
    private List<String> names(String own, String prefix) {
        if (isHead && !own.startsWith(ENCODER)) {
            return List.of(headName(own));
        }
        String name = isHead ? own.substring(ENCODER.length()) : own;
        Matcher projection = PROJECTION.matcher(name);
        if (projection.matches()) {
            List<String> parts =
                    kind == BertKind.DISTILBERT
                            ? List.of("q_lin", "k_lin", "v_lin")
                            : List.of("self.query", "self.key", "self.value");
            return parts.stream()
                    .map(p ->
                            "%s%sattention.%s.%s".formatted(prefix, layer(projection.group(1)), p, projection.group(2)))
                    .toList();
        }
        Matcher layer = LAYER.matcher(name);
        if (layer.matches()) {
            String part = Objects.requireNonNull(inLayer().get(layer.group(2)), name);
            return List.of(prefix + layer(layer.group(1)) + part + "." + layer.group(3));
        }
        return List.of(prefix + name.replace("embeddings.layer_norm.", "embeddings.LayerNorm."));
    }

    private String headName(String own) {
        return net.headNames().entrySet().stream()
                .filter(e -> own.startsWith(e.getKey()))
                .map(e -> e.getValue() + own.substring(e.getKey().length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(own + " has no name in Hugging Face's files"));
    }

    private String prefix() {
        return kind.modelType() + ".";
    }

    /** {@return the network's weights under these names} */
    StateDict state() {
        var state = new StateDict();
        String prefix = isHead ? prefix() : "";
        net.stateDict()
                .entries()
                .forEach((own, t) -> {
                    List<String> names = names(own, prefix);
                    List<Tensor> parts = names.size() == 1 ? List.of(t) : t.chunk(names.size(), 0);
                    for (int i = 0; i < names.size(); i++) {
                        state.put(names.get(i), parts.get(i));
                    }
                });
        return state;
    }

    /**
     * Copies weights.
     *
     * @param ignoreHeadShapes whether a head of another shape is left as it is
     */
    Block.LoadReport load(StateDict given, boolean strict, boolean ignoreHeadShapes) {
        StateDict state = given.rename(BertNames::modern);
        boolean hasPrefix = state.names().stream().anyMatch(n -> n.startsWith(prefix()));
        String prefix = hasPrefix ? prefix() : "";
        var loaded = new StateDict();
        var used = new LinkedHashSet<String>();
        var missing = new LinkedHashMap<String, List<String>>();
        var groups = new LinkedHashMap<String, Integer>();
        var problems = new ArrayList<String>();
        var mismatched = new ArrayList<String>();
        net.stateDict()
                .entries()
                .forEach((own, t) -> {
                    List<String> names = names(own, prefix);
                    String group = group(own);
                    groups.merge(group, names.size(), Integer::sum);
                    var parts = new ArrayList<Tensor>();
                    for (String name : names) {
                        Tensor part = find(state, name, used);
                        if (part == null) {
                            missing.computeIfAbsent(group, g -> new ArrayList<>()).add(name);
                        } else {
                            parts.add(part);
                        }
                    }
                    if (parts.size() < names.size()) {
                        return;
                    }
                    List<Long> shape = shape(t);
                    List<Long> one = new ArrayList<>(shape);
                    one.set(0, shape.getFirst() / names.size());
                    for (int i = 0; i < parts.size(); i++) {
                        if (!shape(parts.get(i)).equals(one)) {
                            mismatched.add(names.get(i));
                            if (!ignoreHeadShapes || group.isEmpty() || group.equals(POOLER_GROUP)) {
                                problems.add(
                                        "%s: is %s in the file, %s in the model"
                                                .formatted(names.get(i), parts.get(i).shape(), one));
                            }
                            return;
                        }
                    }
                    loaded.put(own, parts.size() == 1 ? parts.getFirst() : Tensors.cat(parts, 0));
                });
        checkTied(state, prefix, used, problems);
        var absent = new ArrayList<String>();
        missing.forEach((group, names) -> {
            absent.addAll(names);
            boolean isNew = !group.isEmpty() && names.size() == groups.getOrDefault(group, 0);
            if (strict && !isNew) {
                names.forEach(n -> problems.add(n + ": missing"));
            }
        });
        var ignored = new ArrayList<String>();
        for (String name : state.names()) {
            if (!used.contains(name) && !CONSTANT.matcher(name).matches()) {
                ignored.add(name);
                if (strict && !isOfOtherHead(name)) {
                    problems.add(name + ": unexpected");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "loadPretrained: the weights do not fit %s:\n    %s"
                            .formatted(kind.architecture(net.headName()), String.join("\n    ", problems)));
        }
        net.loadStateDict(loaded, false);
        return new Block.LoadReport(List.copyOf(absent), List.copyOf(ignored), List.copyOf(mismatched));
    }

    private static List<Long> shape(Tensor t) {
        var dims = new ArrayList<Long>();
        for (int d = 0; d < t.dim(); d++) {
            dims.add(t.size(d));
        }
        return dims;
    }

    /** {@return the tensor of a name, or of one that holds the same} */
    private @Nullable Tensor find(StateDict state, String name, Set<String> used) {
        Tensor t = state.get(name);
        if (t != null) {
            used.add(name);
            return t;
        }
        // some files have the decoder's bias alone
        for (var tied : net.tiedNames().entrySet()) {
            if (tied.getValue().equals(name)) {
                Tensor copy = state.get(tied.getKey());
                if (copy != null) {
                    used.add(tied.getKey());
                    return copy;
                }
            }
        }
        return null;
    }

    /** Refuses weights of a tied decoder that are not those that it is tied to. */
    private void checkTied(StateDict state, String prefix, Set<String> used, List<String> problems) {
        net.tiedNames()
                .forEach((copy, original) -> {
                    String other = original.startsWith("embeddings.") ? prefix + original : original;
                    Tensor a = state.get(copy);
                    Tensor b = state.get(other);
                    if (a == null || used.contains(copy)) {
                        return;
                    }
                    used.add(copy);
                    if (b != null && !(shape(a).equals(shape(b)) && equal(a, b))) {
                        problems.add(
                                "%s: differs from %s, to which it is tied; set tie_word_embeddings to false in config.json, or decoderTied(false)"
                                        .formatted(copy, other));
                    }
                });
    }

    private static boolean equal(Tensor a, Tensor b) {
        return a == b || a.to(DType.FLOAT32).eq(b.to(DType.FLOAT32)).all().item() != 0;
    }

    /** {@return the head that a weight is of, with the pooler; empty for the encoder's} */
    private String group(String own) {
        String name = isHead && own.startsWith(ENCODER) ? own.substring(ENCODER.length()) : own;
        if (name.startsWith("pooler.")) {
            return POOLER_GROUP;
        }
        return isHead && !own.startsWith(ENCODER) ? own.substring(0, own.indexOf('.')) : "";
    }

    private boolean isOfOtherHead(String name) {
        return HEAD.matcher(name).matches() || !net.encoder().hasPooler() && POOLER.matcher(name).matches();
    }

    /** {@return a name as it is written today} */
    private static String modern(String name) {
        if (name.endsWith(".gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        return name.endsWith(".beta") ? name.substring(0, name.length() - "beta".length()) + "bias" : name;
    }
}
