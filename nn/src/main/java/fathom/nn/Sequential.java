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
        return add(Integer.toString(layers.size()), layer);
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
        int at = i < 0 ? i + layers.size() : i;
        if (at < 0 || at >= layers.size()) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Sequential: no layer %d among %d", i, layers.size()));
        }
        return layers.values().stream().skip(at).findFirst().orElseThrow();
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
