package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.one;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Value;
import fathom.options.PadMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Joining, splitting and padding. */
final class Joining {
    private Joining() {}

    static void addTo(OperatorTable table) {
        table.add("Concat", Joining::concat).host(Joining::hostConcat).rearranges();
        table.add("Split", Joining::split).host(Joining::hostSplit).rearranges();
        table.add("Pad", Joining::pad);
    }

    private static Value[] concat(Call c) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < c.inputs(); i++) {
            all.add(c.tensor(i));
        }
        return Value.of(Tensors.cat(all, Axes.checked(c, c.number("axis", 0), all.getFirst().dim())));
    }

    private static Value[] hostConcat(Call c) {
        long n = 0;
        for (int i = 0; i < c.inputs(); i++) {
            if (c.value(i).rank() != 1) {
                return concat(c);
            }
            n += c.host(i).size();
        }
        DType type = c.value(0).dtype();
        if (!HostValue.fits(type, n)) {
            return concat(c);
        }
        var part = new HostValue[(int) n];
        var index = new int[(int) n];
        int at = 0;
        for (int i = 0; i < c.inputs(); i++) {
            for (int k = 0; k < c.host(i).size(); k++) {
                part[at] = c.host(i);
                index[at++] = k;
            }
        }
        return one(HostValue.computed(type, new long[] {n}, i -> part[i].real(index[i]), i -> part[i].whole(index[i])));
    }

    /** The sizes are an attribute in early versions, an input in later ones; by default they are equal. */
    private static long[] sizes(Call c, long extent) {
        long[] given = c.wholes("split", 1);
        if (given != null) {
            return given;
        }
        int parts = c.number("num_outputs", c.outputs());
        if (parts < 1) {
            throw c.refuse("it has no outputs");
        }
        long size = (extent + parts - 1) / parts;
        var sizes = new long[parts];
        Arrays.setAll(sizes, i -> Math.max(0, Math.min(size, extent - i * size)));
        return sizes;
    }

    private static Value[] split(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        long[] sizes = sizes(c, x.size(axis));
        var parts = new Tensor[sizes.length];
        long begin = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = x.narrow(axis, begin, sizes[i]);
            begin += sizes[i];
        }
        return Value.of(parts);
    }

    private static Value[] hostSplit(Call c) {
        HostValue x = c.host(0);
        if (x.rank() != 1) {
            return split(c);
        }
        long[] sizes = sizes(c, x.size());
        if (Arrays.stream(sizes).anyMatch(s -> s < 0) || Arrays.stream(sizes).sum() > x.size()) {
            throw c.refuse("%s elements are not split into %s".formatted(x.size(), Arrays.toString(sizes)));
        }
        var parts = new Value[sizes.length];
        int begin = 0;
        for (int i = 0; i < parts.length; i++) {
            int from = begin;
            parts[i] = x.picked(new long[] {sizes[i]}, k -> from + k);
            begin += (int) sizes[i];
        }
        return parts;
    }

    /** ONNX lists the pads in front of all axes, then those behind; Fathom pairs, from the last axis on. */
    private static Value[] pad(Call c) {
        Tensor x = c.tensor(0);
        long[] given = c.has(1) ? c.wholes(1) : c.wholes("pads");
        long[] axes = c.has(3) ? c.wholes(3) : Arrays.stream(Axes.all(x.dim())).asLongStream().toArray();
        int[] dims = Axes.checked(c, axes, x.dim());
        if (given == null || given.length != 2 * dims.length) {
            throw c.refuse(String.format(Locale.ROOT, "it needs two pads for each of %d axes", dims.length));
        }
        var pads = new long[2 * x.dim()];
        for (int i = 0; i < dims.length; i++) {
            int at = 2 * (x.dim() - 1 - dims[i]);
            pads[at] = given[i];
            pads[at + 1] = given[i + dims.length];
        }
        String mode = c.text("mode", "constant");
        return Value.of(
                switch (mode) {
                    case "constant" -> Tensors.pad(x, pads, c.has(2) ? c.real(2) : c.real("value", 0));
                    case "reflect" -> Tensors.pad(x, pads, PadMode.REFLECT);
                    case "edge" -> Tensors.pad(x, pads, PadMode.REPLICATE);
                    case "wrap" -> Tensors.pad(x, pads, PadMode.CIRCULAR);
                    default -> throw c.refuse("its attribute mode is " + mode);
                });
    }
}
