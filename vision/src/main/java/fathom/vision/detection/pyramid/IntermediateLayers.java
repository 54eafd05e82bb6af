package fathom.vision.detection.pyramid;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The outputs of some children of a network that calls its children in order: torchvision's {@code
 * IntermediateLayerGetter}. It holds the children up to the last of these, under their names, and not the others.
 */
public final class IntermediateLayers extends Layer {
    private final transient Map<String, Layer> layers = new LinkedHashMap<>();
    private final transient Set<String> returned;

    /**
     * The outputs of the children with some names.
     *
     * @param net a network that is the composition of its children up to the last of these, as {@code ResNet} and any
     *     {@code Sequential} are
     * @param names names of children
     * @throws IllegalArgumentException if there is no name, or no child of a name
     */
    public IntermediateLayers(Layer net, List<String> names) {
        Map<String, Block> children = net.namedChildren();
        if (names.isEmpty() || !children.keySet().containsAll(names)) {
            throw new IllegalArgumentException(
                    "IntermediateLayers: expected names of layers, got %s; there are %s"
                            .formatted(names, children.keySet()));
        }
        returned = Set.copyOf(names);
        int found = 0;
        for (var child : children.entrySet()) {
            layers.put(child.getKey(), net.block(child.getKey(), Layer.class));
            if (returned.contains(child.getKey()) && ++found == returned.size()) {
                break;
            }
        }
    }

    /** {@return the outputs of the chosen children, in their order} */
    public List<Tensor> outputs(Tensor x) {
        var outputs = new ArrayList<Tensor>();
        Tensor y = x;
        for (var layer : layers.entrySet()) {
            y = layer.getValue().call(y);
            if (returned.contains(layer.getKey())) {
                outputs.add(y);
            }
        }
        return outputs;
    }

    @Override
    public Tensor forward(Tensor x) {
        return outputs(x).getLast();
    }

    @Override
    public Map<String, Block> namedChildren() {
        return new LinkedHashMap<>(layers);
    }
}
