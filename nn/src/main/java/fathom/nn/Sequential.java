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

/** Layers one after another, named by their numbers or by names given. Without any, the identity. */
@WholeState
public class Sequential extends BuiltInLayer implements Iterable<Layer> {
    private final transient LinkedHashMap<String, Layer> layers = new LinkedHashMap<>();

    /** These layers, in order. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** These layers, in order. */
    public Sequential(List<? extends Layer> layers) {
        layers.forEach(this::add);
    }

    /** Named layers, in the map's order. */
    public Sequential(Map<String, ? extends Layer> layers) {
        layers.forEach(this::add);
    }

    /** Adds a layer behind the others. */
    public final Sequential add(Layer layer) {
        return add(Integer.toString(layers.size()), layer);
    }

    /**
     * Adds a named layer behind the others.
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
     * {@return layer number {@code i}; negative numbers count from the end}
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
        super.namedChildren().forEach(children::putIfAbsent); // of a subclass with fields of its own
        return children;
    }

    @Override
    boolean isOpaque() {
        return super.isOpaque() && layers.values().stream().allMatch(Layer::isOpaque);
    }

    /** Where no gradient and no hook wants what lies between the layers, it is given back at once. */
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
