package fathom.data;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collate functions: assemble a batch from examples. */
public final class Collate {
    private Collate() {}

    /**
     * {@return a batch with the examples' tensors stacked along a new dimension 0: the default of a {@link DataLoader}}
     *
     * @throws IllegalArgumentException if there are no examples, or they differ in the number or the shapes of their
     *     tensors
     */
    public static Batch stack(List<Example> examples) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("collate: expected at least one example");
        }
        int fields = examples.getFirst().tensors().size();
        var tensors = new ArrayList<Tensor>();
        for (int f = 0; f < fields; f++) {
            var rows = new ArrayList<Tensor>(examples.size());
            for (Example e : examples) {
                if (e.tensors().size() != fields) {
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "collate: one example has %d tensors, another %d",
                                    fields,
                                    e.tensors().size()));
                }
                Tensor t = e.get(f);
                if (!rows.isEmpty() && !t.shape().equals(rows.getFirst().shape())) {
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "collate: tensor %d is %s in one example and %s in another; give the loader a collate function",
                                    f,
                                    rows.getFirst().shape(),
                                    t.shape()));
                }
                rows.add(t);
            }
            tensors.add(Tensors.stack(rows, 0));
        }
        return new Batch(tensors);
    }

    /**
     * {@return a batch of sequences of different lengths: where tensors of a field differ in dimension 0, the shorter
     * ones are padded with {@code padValue} at the end}
     *
     * @throws IllegalArgumentException if there are no examples, or they differ in more than dimension 0
     */
    public static Batch pad(List<Example> examples, Number padValue) {
        return pad(examples, padValue, 1);
    }

    /**
     * {@return a batch as {@link #pad(List, Number)} makes it, but padded to a multiple of a length, so that few shapes
     * occur}
     *
     * @param multipleOf the extent of dimension 0 is rounded up to a multiple of this, at least 1; also where all
     *     examples have the same length
     * @throws IllegalArgumentException if there are no examples, or they differ in more than dimension 0
     */
    public static Batch pad(List<Example> examples, Number padValue, long multipleOf) {
        if (multipleOf < 1) {
            throw new IllegalArgumentException("collate: multipleOf must be at least 1, is " + multipleOf);
        }
        var padded = new ArrayList<List<Tensor>>();
        examples.forEach(e -> padded.add(new ArrayList<>(e.tensors())));
        for (int f = 0; !padded.isEmpty() && f < padded.getFirst().size(); f++) {
            long longest = 0;
            for (List<Tensor> e : padded) {
                Tensor t = Batch.get("an example", e, f);
                longest = Math.max(longest, t.dim() == 0 ? 0 : t.size(0));
            }
            longest = Math.ceilDiv(longest, multipleOf) * multipleOf;
            for (List<Tensor> e : padded) {
                Tensor t = e.get(f);
                if (t.dim() > 0 && t.size(0) < longest) {
                    long[] missing = t.shape().dims();
                    missing[0] = longest - missing[0];
                    e.set(f, Tensors.cat(List.of(t, t.newFull(missing, padValue)), 0));
                }
            }
        }
        return stack(padded.stream().map(Example::new).toList());
    }
}
