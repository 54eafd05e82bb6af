package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.TensorBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes and constants of the graph that is being written. Equal nodes, and equal small constants, exist once. */
final class GraphWriter {
    /** Constants up to this size are compared with each other. */
    private static final int SMALL = 4096;

    /** A use of an operator. */
    record Node(String operator, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {}

    final Symbols symbols;
    final int opset;
    final List<String> inputNames;
    final List<Node> nodes = new ArrayList<>();
    final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, List<String>> known = new HashMap<>();
    private final Map<String, Node> byOutput = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> reserved = new HashSet<>();

    /** The names in the file of the parameters and buffers that are used. */
    final Map<String, String> stateNames = new HashMap<>();

    private int count;

    /** With names that nothing else may have: those of the inputs and outputs. */
    GraphWriter(Symbols symbols, int opset, List<String> inputNames, List<String> outputNames, Set<String> state) {
        this.symbols = symbols;
        this.opset = opset;
        this.inputNames = inputNames;
        taken.addAll(inputNames);
        taken.addAll(outputNames);
        reserved.addAll(taken);
        taken.addAll(state);
    }

    /** {@return the name of a parameter or buffer: its own, unless it is that of an input or output} */
    String stateName(String state) {
        return stateNames.computeIfAbsent(state, s -> reserved.contains(s) ? unique(s) : s);
    }

    private String unique(String stem) {
        while (true) {
            String name = stem + "_" + ++count;
            if (taken.add(name)) {
                return name;
            }
        }
    }

    // ---- nodes ----------------------------------------------------------------------------------------------------

    /** {@return the name of a node's output} Attributes are names and values in turn. */
    String node(String operator, List<String> inputs, Object... attributes) {
        return nodes(1, operator, inputs, attributes).getFirst();
    }

    /** {@return the names of a node's outputs} */
    List<String> nodes(int outputs, String operator, List<String> inputs, Object... attributes) {
        var map = new LinkedHashMap<String, Object>();
        var key = new StringBuilder(operator).append(inputs).append(outputs);
        for (int i = 0; i < attributes.length; i += 2) {
            Object value = attributes[i + 1] instanceof Integer n ? Long.valueOf(n) : attributes[i + 1];
            map.put((String) attributes[i], value);
            key.append(attributes[i]).append('=').append(text(value)).append(';');
        }
        List<String> same = known.get(key.toString());
        if (same != null) {
            return same;
        }
        var names = new ArrayList<String>();
        for (int i = 0; i < outputs; i++) {
            names.add(unique(operator));
        }
        var node = new Node(operator, List.copyOf(inputs), List.copyOf(names), map);
        nodes.add(node);
        names.forEach(n -> byOutput.put(n, node));
        known.put(key.toString(), names);
        return names;
    }

    private static String text(Object value) {
        return switch (value) {
            case long[] all -> Arrays.toString(all);
            case String[] all -> Arrays.toString(all);
            default -> value.toString();
        };
    }

    /** {@return the name of a constant} */
    String constant(Tensor t) {
        String key = null;
        if (t.numel() * t.dtype().size() <= SMALL) {
            key = "constant " + t.dtype() + Arrays.toString(t.shape().dims()) + Arrays.toString(bytes(t));
            List<String> same = known.get(key);
            if (same != null) {
                return same.getFirst();
            }
        }
        String name = unique("constant");
        constants.put(name, t);
        if (key != null) {
            known.put(key, List.of(name));
        }
        return name;
    }

    static byte[] bytes(Tensor t) {
        var bytes = new ByteArrayOutputStream();
        try {
            TensorBytes.write(Channels.newChannel(bytes), t);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** {@return a constant of one number without dimensions} */
    String scalar(DType type, Number value) {
        return constant(Tensors.full(value, type));
    }

    /** {@return a constant list of integers} */
    String integers(long... values) {
        return constant(Tensors.tensor(values, DType.INT64));
    }

    String cast(String x, DType from, DType to) {
        return from == to ? x : node("Cast", List.of(x), "to", fathom.interop.onnx.proto.ElementType.number(to));
    }

    /** {@return a permutation; the tensor itself if it changes nothing} */
    String transpose(String x, int... order) {
        var perm = new long[order.length];
        boolean moves = false;
        for (int i = 0; i < perm.length; i++) {
            perm[i] = order[i];
            moves |= order[i] != i;
        }
        Node before = byOutput.get(x);
        if (moves && before != null && before.operator.equals("Transpose")) {
            var both = new int[order.length];
            long[] first = (long[]) before.attributes.getOrDefault("perm", perm);
            for (int i = 0; i < both.length; i++) {
                both[i] = (int) first[order[i]];
            }
            return transpose(before.inputs.getFirst(), both);
        }
        return moves ? node("Transpose", List.of(x), "perm", perm) : x;
    }

    /** {@return a reduction that keeps the reduced dimensions} */
    String reduce(String operator, String x, int... dims) {
        long[] axes = Arrays.stream(dims).asLongStream().toArray();
        if (axes.length == 0) {
            return x;
        }
        if (operator.equals("ReduceSum") || opset >= 18) {
            return node(operator, List.of(x, integers(axes)), "keepdims", 1);
        }
        return node(operator, List.of(x), "axes", axes, "keepdims", 1);
    }

    // ---- sizes ----------------------------------------------------------------------------------------------------

    /** {@return one size of a tensor, as a list of one integer} */
    private String sizeOf(String x, int axis) {
        return node("Gather", List.of(node("Shape", List.of(x)), integers(axis)), "axis", 0);
    }

    /**
     * {@return an integer that may depend on the dynamic axes, as a list of one number}
     *
     * @param near tensors of which it may be a size
     */
    String integer(Dim number, String what, Near... near) {
        if (number.isFixed()) {
            return integers(number.size());
        }
        long[] c = symbols.coefficients(number);
        if (c != null) {
            return polynomial(c);
        }
        for (Near n : near) {
            for (int d = 0; d < n.value.rank(); d++) {
                if (n.value.dim(d).equals(number)) {
                    return sizeOf(n.name, d);
                }
            }
        }
        throw new UnsupportedOperationException(
                ("Onnx.export: %s depends on a dynamic axis (%s) in a way that cannot be exported; export with fixed"
                                + " axes")
                        .formatted(what, number));
    }

    /** A tensor whose sizes may be used. */
    record Near(Value value, String name) {}

    private String polynomial(long[] c) {
        String sum = null;
        for (int i = 0; i < c.length; i++) {
            if (c[i] == 0) {
                continue;
            }
            String term = c[i] == 1 && i != 0 ? null : integers(c[i]);
            for (int s = 0; s < symbols.all.size(); s++) {
                if ((i >> s & 1) != 0) {
                    Symbols.Place place = symbols.all.get(s).places().getFirst();
                    String size = sizeOf(inputNames.get(place.input()), place.axis());
                    term = term == null ? size : node("Mul", List.of(term, size));
                }
            }
            if (term != null) {
                sum = sum == null ? term : node("Add", List.of(sum, term));
            }
        }
        return sum == null ? integers(0) : sum;
    }

    /** {@return a list of integers that may depend on the dynamic axes} */
    String integers(List<Dim> numbers, String what, Near... near) {
        if (numbers.stream().allMatch(Dim::isFixed)) {
            return integers(numbers.stream().mapToLong(Dim::size).toArray());
        }
        var parts = new ArrayList<String>();
        for (Dim d : numbers) {
            parts.add(integer(d, what, near));
        }
        return parts.size() == 1 ? parts.getFirst() : node("Concat", parts, "axis", 0);
    }

    /** {@return a tensor of another shape and the same elements} */
    String reshape(String x, Value from, List<Dim> to) {
        if (from.shape().equals(to)) {
            return x;
        }
        var target = new long[to.size()];
        int open = 0;
        for (int d = 0; d < target.length; d++) {
            Dim size = to.get(d);
            if (size.isFixed() && size.size() != 0) {
                target[d] = size.size();
            } else if (d < from.rank() && from.dim(d).equals(size)) {
                target[d] = 0;
            } else {
                target[d] = -1;
                open++;
            }
        }
        if (open <= 1) {
            if (open == 0) {
                openLast(target);
            }
            Node before = byOutput.get(x);
            boolean copies = Arrays.stream(target).anyMatch(n -> n == 0);
            // the shape in between does not matter
            String source =
                    before != null && before.operator.equals("Reshape") && !copies ? before.inputs.getFirst() : x;
            return node("Reshape", List.of(source, integers(target)));
        }
        return node("Reshape", List.of(x, integers(to, "a shape", new Near(from, x))));
    }

    /** Writes a copied size as the one that follows from the others, where only one is: readers know it better. */
    private static void openLast(long[] target) {
        int zero = -1;
        for (int d = 0; d < target.length; d++) {
            if (target[d] == 0) {
                if (zero >= 0) {
                    return;
                }
                zero = d;
            }
        }
        if (zero >= 0) {
            target[zero] = -1;
        }
    }

    /** {@return a tensor expanded to a shape} */
    String expand(String x, Value from, List<Dim> to) {
        if (from.shape().equals(to)) {
            return x;
        }
        return expand(x, from.shape(), to, new Near(from, x));
    }

    /** {@return a tensor of shape {@code from} expanded to a shape} */
    String expand(String x, List<Dim> from, List<Dim> to, Near... near) {
        int shift = to.size() - from.size();
        var target = new ArrayList<Dim>();
        boolean grows = shift > 0;
        for (int d = 0; d < to.size(); d++) {
            boolean same = d >= shift && from.get(d - shift).equals(to.get(d));
            grows |= !same;
            target.add(same && !to.get(d).isFixed() ? new Dim(ones(to.get(d).sizes().length)) : to.get(d));
        }
        return grows ? node("Expand", List.of(x, integers(target, "a shape", near))) : x;
    }

    private static long[] ones(int n) {
        var a = new long[n];
        Arrays.fill(a, 1);
        return a;
    }

    // ---- the finished graph ---------------------------------------------------------------------------------------

    /** {@return the nodes that the outputs depend on, in order} */
    List<Node> used(List<String> outputs) {
        var needed = new HashSet<>(outputs);
        var kept = new ArrayList<Node>();
        for (Node n : nodes.reversed()) {
            if (n.outputs().stream().anyMatch(needed::contains)) {
                kept.add(n);
                needed.addAll(n.inputs());
            }
        }
        return kept.reversed();
    }

    /** {@return an output of the graph under the name that it is to have} */
    String named(String value, String name) {
        nodes.add(new Node("Identity", List.of(value), List.of(name), Map.of()));
        return name;
    }
}
