package fathom.nn.architecture;

import fathom.Device;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.LoraAdapter;
import fathom.nn.Sequential;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The architecture of a network as text, without its weights: that of {@link Sequential} and built-in layers, as they
 * print, or the differences from a known network, such as another head.
 */
public final class Architecture {
    private Architecture() {}

    /**
     * {@return the description of a network that {@link #make} takes}
     *
     * @throws IllegalArgumentException naming the first layer that is not a {@link Sequential} or built-in, or has
     *     options that its description lacks
     */
    public static String describe(Layer net) {
        String text = net.toString();
        String unknown = unknown(net);
        if (unknown != null) {
            throw new IllegalArgumentException(unknown);
        }
        checkSame(net, onMeta(() -> make(text)));
        return text;
    }

    /**
     * {@return a newly initialised network}
     *
     * @param description as {@link #describe} returned it
     * @throws IllegalArgumentException if it is damaged, or names an unknown layer
     */
    public static Layer make(String description) {
        return LayerTable.make(LayerText.parse(description));
    }

    /**
     * {@return descriptions, by path, of the parts in which a network differs from another, which {@link Block#replace}
     * makes equal to it; null if it cannot be made equal}
     */
    public static @Nullable Map<String, String> differences(Layer net, Supplier<? extends Layer> other) {
        try {
            Layer changed = onMeta(other);
            if (changed.getClass() != net.getClass()) {
                return null;
            }
            var texts = new LinkedHashMap<String, String>();
            for (String path : LayerText.parse(net.toString()).differences(LayerText.parse(changed.toString()))) {
                if (path.isEmpty() || !(net.block(path) instanceof Layer part)) {
                    return null;
                }
                String text = describe(part);
                texts.put(path, text);
                changed.replace(path, onMeta(() -> make(text)));
            }
            checkSame(net, changed);
            return texts;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static <T> T onMeta(Supplier<T> make) {
        try (var _ = Device.META.open()) {
            return make.get();
        }
    }

    /** {@return why a network cannot be described, naming the layer; null if all layers are known} */
    private static @Nullable String unknown(Layer net) {
        for (var e : net.namedBlocks().entrySet()) {
            Block block = e.getValue();
            if (block instanceof LoraAdapter) {
                return "layer %s is an adapter: merge() folds it into the weights, and Lora.save writes it alone"
                        .formatted(e.getKey());
            }
            String name = block.getClass().getSimpleName();
            boolean isKnown =
                    block instanceof Sequential s
                            ? isPlain(s)
                            : LayerTable.knows(name(block)) && isBuiltIn(block.getClass());
            if (!isKnown) {
                return "%s is of class %s, which is not a built-in layer that can be made from a description"
                        .formatted(e.getKey().isEmpty() ? "the network" : "layer " + e.getKey(), name);
            }
        }
        return null;
    }

    private static boolean isBuiltIn(Class<?> type) {
        return type.getPackageName().startsWith(Layer.class.getPackageName())
                && Objects.equals(
                        type.getProtectionDomain().getCodeSource(), Layer.class.getProtectionDomain().getCodeSource());
    }

    private static String name(Block block) {
        String text = block.toString();
        return text.substring(0, Math.max(0, text.indexOf('(')));
    }

    /** {@return whether a Sequential computes as such, and prints as such although it may be a subclass} */
    private static boolean isPlain(Sequential s) {
        if (!name(s).equals("Sequential")) {
            return false;
        }
        for (Class<?> c = s.getClass(); c != Sequential.class; c = c.getSuperclass()) {
            try {
                var _ = c.getDeclaredMethod("compute", Tensor.class);
                return false;
            } catch (NoSuchMethodException e) {
                // inherited
            }
        }
        return s.namedChildren().size() == s.size();
    }

    /** Refuses a network that differs from the one made from its description. */
    private static void checkSame(Layer net, Layer made) {
        if (!net.toString().equals(made.toString())) {
            throw new IllegalArgumentException("the network cannot be made from its description");
        }
        List<String> expected = signature(net.stateDict());
        List<String> actual = signature(made.stateDict());
        if (!expected.equals(actual)) {
            throw new IllegalArgumentException(
                    "the network made from its description has other parameters: %s instead of %s"
                            .formatted(actual, expected));
        }
    }

    private static List<String> signature(StateDict state) {
        var all = new ArrayList<String>();
        state.entries().forEach((name, t) -> all.add(name + " " + t.shape()));
        return all;
    }
}
