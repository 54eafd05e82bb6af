package fathom.optim;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a network in the order of its fields, which is that of its computation in all usual networks. Residual
 * blocks and the layers of transformers are one layer each.
 */
final class NetworkLayers {
    /** The share of the network's parameters from which on a block is the network's body rather than a layer. */
    private static final double BODY = 1.0 / 3;

    private final long total;
    private final List<List<Tensor>> layers = new ArrayList<>();

    private NetworkLayers(Block net) {
        total = numel(net);
    }

    /**
     * {@return the parameters of each layer, from the input to the output} Parameters of the network itself, such as a
     * class token or positions, are in none.
     */
    static List<List<Tensor>> of(Block net) {
        var layers = new NetworkLayers(net);
        layers.addChildren(net);
        return layers.layers;
    }

    private void addChildren(Block parent) {
        for (Block child : parent.children()) {
            List<Tensor> parameters = child.parameters();
            if (parameters.isEmpty()) {
                continue;
            }
            if (isContainer(child) || isBody(child)) {
                addChildren(child);
            } else if (!layers.isEmpty() && parameters.stream().allMatch(p -> p.dim() <= 1)) {
                layers.getLast().addAll(parameters);
            } else {
                layers.add(new ArrayList<>(parameters));
            }
        }
    }

    private static boolean isContainer(Block block) {
        return block instanceof Sequential || block instanceof ModuleList;
    }

    /** {@return whether a block is more than a layer: it holds a list of blocks, and much of the network in it} */
    private boolean isBody(Block block) {
        return numel(block) > BODY * total && block.children().stream().anyMatch(NetworkLayers::isStack);
    }

    private static boolean isStack(Block block) {
        return isContainer(block)
                && block.children().stream().filter(c -> isContainer(c) || !c.children().isEmpty()).count() > 1;
    }

    private static long numel(Block block) {
        return block.parameters().stream().mapToLong(Tensor::numel).sum();
    }
}
