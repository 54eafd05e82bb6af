package fathom.nn;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network's layers with the shapes of their outputs for a given input, their parameter counts, and the multiply-adds
 * of one forward pass. The network runs once on {@link Device#META}: nothing is computed and no memory is allocated, so
 * a network of any size can be summarised if it was constructed there as well:
 *
 * {@snippet :
 * try (var meta = Device.META.open()) {
 *     IO.println(Summary.of(ResNet.resnet152(), 1, 3, 2048, 2048));
 * }
 * }
 *
 * A network whose {@code forward} reads values of tensors cannot be summarised; the exception names the read.
 */
public final class Summary {
    /**
     * One block.
     *
     * @param depth 0 for the network, 1 for its children, ...
     * @param name its name in its parent; empty for the network
     * @param type its class
     * @param outputShape the shape of its output; null if it was not called, or is not a layer of the library
     * @param parameters the number of elements of its own parameters
     * @param multiplyAdds its own multiply-adds, without those of its children
     */
    public record Row(
            int depth, String name, String type, @Nullable Shape outputShape, long parameters, long multiplyAdds) {}

    private final List<Row> rows;
    private final Shape inputShape;
    private final long trainable;
    private final long frozen;

    private Summary(List<Row> rows, Shape inputShape, long trainable, long frozen) {
        this.rows = List.copyOf(rows);
        this.inputShape = inputShape;
        this.trainable = trainable;
        this.frozen = frozen;
    }

    /**
     * {@return the summary for a float32 input}
     *
     * @param inputShape the input's extents, including the batch: {@code 1, 3, 224, 224}
     */
    public static Summary of(Layer net, long... inputShape) {
        return of(net, DType.FLOAT32, inputShape);
    }

    /** {@return the summary for an input of the given type and shape} */
    public static Summary of(Layer net, DType dtype, long... inputShape) {
        try (var meta = Device.META.open()) {
            return onMeta(net, Tensors.empty(dtype, inputShape));
        }
    }

    /** {@return the summary for an input of the type and shape of this one} */
    public static Summary of(Layer net, Tensor input) {
        return of(net, input.dtype(), input.shape().dims());
    }

    private static Summary onMeta(Layer net, Tensor input) {
        var shapes = new IdentityHashMap<Block, Shape>();
        var costs = new IdentityHashMap<Block, Long>();
        var modes = new IdentityHashMap<Block, Boolean>();
        var removals = new ArrayList<Runnable>();
        List<Block> blocks = net.blocks();
        for (Block block : blocks) {
            modes.put(block, block.isTraining());
            if (block instanceof Layer layer) {
                removals.add(
                        layer.registerForwardHook((l, x, y) -> {
                            shapes.put(l, y.shape());
                            costs.merge(l, l.multiplyAdds(x, y), Long::sum);
                            return y;
                        }));
            }
        }
        try (var off = Autograd.noGrad()) {
            net.eval();
            net.call(input);
        } finally {
            removals.forEach(Runnable::run);
            blocks.forEach(block -> block.restoreTraining(Boolean.TRUE.equals(modes.get(block))));
        }
        var rows = new ArrayList<Row>();
        Set<Tensor> counted = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(net, "", 0, shapes, costs, counted, rows);
        long trainable = 0;
        long frozen = 0;
        for (Tensor p : net.parameters()) {
            if (p.requiresGrad()) {
                trainable += p.numel();
            } else {
                frozen += p.numel();
            }
        }
        return new Summary(rows, input.shape(), trainable, frozen);
    }

    private static void collect(
            Block block,
            String name,
            int depth,
            Map<Block, Shape> shapes,
            Map<Block, Long> costs,
            Set<Tensor> counted,
            List<Row> rows) {
        long parameters = 0;
        for (Tensor p : block.ownParameters()) {
            parameters += counted.add(p) ? p.numel() : 0; // shared parameters count at their first occurrence
        }
        Long cost = costs.remove(block); // a block that occurs in several places reports its cost once
        rows.add(new Row(depth, name, block.reprName(), shapes.get(block), parameters, cost == null ? 0 : cost));
        block.namedChildren().forEach((child, b) -> collect(b, child, depth + 1, shapes, costs, counted, rows));
    }

    /** {@return the blocks, parents before children} */
    public List<Row> rows() {
        return rows;
    }

    /** {@return the number of elements of all parameters, shared ones counted once} */
    public long parameters() {
        return trainable + frozen;
    }

    /** {@return the number of elements of the parameters that require gradients} */
    public long trainableParameters() {
        return trainable;
    }

    /** {@return the multiply-adds of one forward pass, in matrix products and convolutions} */
    public long multiplyAdds() {
        return rows.stream().mapToLong(Row::multiplyAdds).sum();
    }

    @Override
    public String toString() {
        var lines = new ArrayList<String[]>();
        lines.add(new String[] {"Layer", "Output shape", "Parameters", "Multiply-adds"});
        for (Row r : rows) {
            String name = r.name().isEmpty() ? r.type() : "%s (%s)".formatted(r.name(), r.type());
            lines.add(
                    new String[] {
                        "  ".repeat(r.depth()) + name,
                        r.outputShape() == null ? "-" : r.outputShape().toString(),
                        count(r.parameters()),
                        count(r.multiplyAdds())
                    });
        }
        var widths = new int[4];
        for (String[] line : lines) {
            for (int i = 0; i < 4; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        String rule = "-".repeat(widths[0] + widths[1] + widths[2] + widths[3] + 6);
        var text = new StringBuilder(rule).append('\n');
        for (int i = 0; i < lines.size(); i++) {
            String[] l = lines.get(i);
            text.append(pad(l[0], widths[0]))
                    .append("  ")
                    .append(pad(l[1], widths[1]))
                    .append("  ")
                    .append(" ".repeat(widths[2] - l[2].length()))
                    .append(l[2])
                    .append("  ")
                    .append(" ".repeat(widths[3] - l[3].length()))
                    .append(l[3])
                    .append('\n');
            if (i == 0) {
                text.append(rule).append('\n');
            }
        }
        text.append(rule).append('\n');
        text.append("Input shape: ").append(inputShape).append('\n');
        text.append(String.format(Locale.ROOT, "Parameters: %,d", parameters()));
        if (frozen > 0) {
            text.append(String.format(Locale.ROOT, " (%,d trainable, %,d frozen)", trainable, frozen));
        }
        text.append(String.format(Locale.ROOT, "%nMultiply-adds: %,d", multiplyAdds()).replace("\r", ""));
        return text.toString();
    }

    private static String count(long n) {
        return n == 0 ? "-" : String.format(Locale.ROOT, "%,d", n);
    }

    private static String pad(String s, int width) {
        return s + " ".repeat(width - s.length());
    }
}
