package fathom.vision.models;

import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.conv.Conv2d;
import java.util.Map;

/** Replacement of the layer that computes a classifier's logits. */
final class Heads {
    private Heads() {}

    /** {@return whether a network has a block with a path} */
    static boolean exists(Layer net, String path) {
        return net.namedBlocks().containsKey(path);
    }

    /**
     * Replaces the last linear layer, or 1 x 1 convolution, of a block by one with another number of outputs, of the
     * same type, on the same device and in the same mode.
     *
     * @param within the path of the block; empty for the network
     * @throws IllegalArgumentException if there is no such layer
     */
    static void replace(Layer net, String within, long classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("withHead: expected at least one class, got " + classes);
        }
        String path = null;
        for (Map.Entry<String, Block> e : net.block(within).namedBlocks().entrySet()) {
            if (isHead(e.getValue())) {
                path = e.getKey();
            }
        }
        if (path == null) {
            throw new IllegalArgumentException(
                    "withHead: %s has no linear layer%s to replace; assign the new head itself"
                            .formatted(net.getClass().getSimpleName(), within.isEmpty() ? "" : " in " + within));
        }
        String whole = within.isEmpty() || path.isEmpty() ? within + path : within + "." + path;
        Block old = net.block(whole);
        Layer head = old instanceof Linear linear ? like(linear, classes) : like((Conv2d) old, classes);
        head.train(old.isTraining());
        net.replace(whole, head);
    }

    private static boolean isHead(Block block) {
        return block instanceof Linear
                || block instanceof Conv2d conv && conv.weight.size(2) == 1 && conv.weight.size(3) == 1;
    }

    private static Layer like(Linear old, long classes) {
        try (var _ = old.weight.device().open()) {
            return new Linear(old.weight.size(1), classes, o -> o.bias(old.bias != null)).to(old.weight.dtype());
        }
    }

    private static Layer like(Conv2d old, long classes) {
        int channels = Math.toIntExact(old.weight.size(1));
        try (var _ = old.weight.device().open()) {
            return new Conv2d(channels, Math.toIntExact(classes), 1, c -> c.bias(old.bias != null))
                    .to(old.weight.dtype());
        }
    }
}
