package fathom.nn;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Layers called one after another, named by their indices or by given names. An empty one is the identity. */
@WholeState
public class Sequential extends BuiltInLayer implements Iterable<Layer> {
    private final transient LinkedHashMap<String, Layer> layers = new LinkedHashMap<>();

    /** The given layers, in order. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** The given layers, in order. */
    public Sequential(List<? extends Layer> layers) {
        layers.forEach(this::add);
    }

    /** Named layers, in the map's order. */
    public Sequential(Map<String, ? extends Layer> layers) {
        layers.forEach(this::add);
    }

    /** Appends a layer. */
    public final Sequential add(Layer layer) {
        int index = layers.size();
        while (layers.containsKey(Integer.toString(index))) {
            index++; // after a slice
        }
        return add(Integer.toString(index), layer);
    }

    /**
     * Appends a named layer.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public final Sequential add(String name, Layer layer) {
        if (layers.putIfAbsent(name, layer) != null) {
            throw new IllegalArgumentException("Sequential: there is a layer named " + name + " already");
        }
        return this;
    }

    /**
     * {@return layer {@code i}; negative indices count from the end}
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public final Layer get(int i) {
        return get(name(i));
    }

    private String name(int i) {
        int at = i < 0 ? i + layers.size() : i;
        if (at < 0 || at >= layers.size()) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Sequential: no layer %d among %d", i, layers.size()));
        }
        return layers.keySet().stream().skip(at).findFirst().orElseThrow();
    }

    /**
     * {@return the layer with a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public final Layer get(String name) {
        Layer layer = layers.get(name);
        if (layer == null) {
            throw new IllegalArgumentException(
                    "Sequential: no layer named %s; there are %s".formatted(name, layers.keySet()));
        }
        return layer;
    }

    /**
     * Replaces layer {@code i}; negative indices count from the end.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public final Sequential set(int i, Layer layer) {
        layers.put(name(i), layer);
        return this;
    }

    /**
     * Replaces the layer with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public final Sequential set(String name, Layer layer) {
        var _ = get(name); // refuses unknown names
        layers.put(name, layer);
        return this;
    }

    /**
     * {@return the layers from {@code from} (inclusive) to {@code to} (exclusive), which are shared, under their names}
     *
     * @param from may be negative, to count from the end, as may {@code to}
     * @throws IndexOutOfBoundsException if the range is not within this
     */
    public final Sequential slice(int from, int to) {
        int begin = from < 0 ? from + layers.size() : from;
        int end = to < 0 ? to + layers.size() : to;
        if (begin < 0 || end > layers.size() || begin > end) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Sequential: no layers %d to %d among %d", from, to, layers.size()));
        }
        var slice = new Sequential();
        List.copyOf(layers.keySet()).subList(begin, end).forEach(name -> slice.add(name, get(name)));
        return slice;
    }

    @Override
    void setChild(String name, Block with) {
        if (!layers.containsKey(name)) {
            super.setChild(name, with); // in a field of a subclass
        } else if (with instanceof Layer layer) {
            layers.put(name, layer);
        } else {
            throw new IllegalArgumentException(
                    "replace: a Sequential holds layers, not a " + with.getClass().getSimpleName());
        }
    }

    /** {@return the number of layers} */
    public final int size() {
        return layers.size();
    }

    @Override
    public final Iterator<Layer> iterator() {
        return List.copyOf(layers.values()).iterator();
    }

    @Override
    public final Map<String, Block> namedChildren() {
        var children = new LinkedHashMap<String, Block>(layers);
        super.namedChildren().forEach(children::putIfAbsent); // children in fields of a subclass
        return children;
    }

    @Override
    boolean isOpaque() {
        return super.isOpaque() && layers.values().stream().allMatch(Layer::isOpaque);
    }

    /** Frees intermediate results at once where neither a gradient nor a hook may need them. */
    @Override
    protected Tensor compute(Tensor x) {
        boolean isSeen = Autograd.isGradEnabled() || Ops.isTracing() || !isOpaque();
        return isSeen || layers.size() < 2 ? run(x) : Scope.returning(() -> run(x));
    }

    private Tensor run(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers.values()) {
            y = layer.call(y);
        }
        return y;
    }
}
