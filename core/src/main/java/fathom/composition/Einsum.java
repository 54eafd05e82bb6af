package fathom.composition;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Einstein summation: pairs of operands are reduced to batched matrix products, from left to right. Letters are labels;
 * {@code ...} denotes dimensions that broadcast, which get labels of their own.
 */
public final class Einsum {
    private final String equation;
    private final Map<Integer, Long> extents = new HashMap<>();

    private Einsum(String equation) {
        this.equation = equation;
    }

    /** A tensor and the label of each of its dimensions. */
    private record Labelled(Tensor tensor, List<Integer> labels) {}

    public static Tensor compute(String equation, List<Tensor> operands) {
        return new Einsum(equation).run(operands);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("einsum \"%s\": %s".formatted(equation, what));
    }

    private Tensor run(List<Tensor> operands) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        String[] terms = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
        if (terms.length != operands.size()) {
            throw wrong(String.format(Locale.ROOT, "%d terms for %d tensors", terms.length, operands.size()));
        }
        for (Tensor t : operands) {
            if (t.dtype() != operands.getFirst().dtype()) {
                throw wrong(
                        "tensors are %s and %s; convert one with to(...)"
                                .formatted(operands.getFirst().dtype(), t.dtype()));
            }
        }
        var inputs = new ArrayList<Labelled>();
        int broadcast = 0;
        for (int i = 0; i < terms.length; i++) {
            Labelled in = label(terms[i], operands.get(i));
            for (int l : in.labels) {
                broadcast = Math.max(broadcast, -l);
            }
            inputs.add(diagonals(in));
        }
        List<Integer> output = arrow < 0 ? implied(text, broadcast) : output(text.substring(arrow + 2), broadcast);
        for (int l : output) {
            if (!extents.containsKey(l)) {
                throw wrong("label %s of the result is in no operand".formatted((char) l));
            }
        }
        Labelled all = inputs.getFirst();
        for (int i = 1; i < inputs.size(); i++) {
            Set<Integer> needed = new LinkedHashSet<>(output);
            for (int k = i + 1; k < inputs.size(); k++) {
                needed.addAll(inputs.get(k).labels);
            }
            all = contract(all, inputs.get(i), needed);
        }
        all = sumAway(all, new LinkedHashSet<>(output));
        return arrange(all, output);
    }

    /** Labels of broadcast dimensions are -1, -2, ... counted from the last. */
    private Labelled label(String term, Tensor t) {
        int dots = term.indexOf("...");
        int letters = dots < 0 ? term.length() : term.length() - 3;
        int extra = t.dim() - letters;
        if (extra < 0 || dots < 0 && extra > 0) {
            throw wrong(
                    String.format(
                            Locale.ROOT,
                            "term \"%s\" does not match the %d dimensions of shape %s",
                            term,
                            t.dim(),
                            t.shape()));
        }
        var labels = new ArrayList<Integer>();
        for (int i = 0; i < term.length(); i++) {
            if (i == dots) {
                for (int k = extra; k > 0; k--) {
                    labels.add(-k);
                }
                i += 2;
            } else if (Character.isLetter(term.charAt(i))) {
                labels.add((int) term.charAt(i));
            } else {
                throw wrong("\"%s\" is not a label".formatted(term.charAt(i)));
            }
        }
        for (int d = 0; d < labels.size(); d++) {
            long n = t.size(d);
            Long before = extents.get(labels.get(d));
            if (before != null && before != n && before != 1 && n != 1) {
                throw wrong(
                        String.format(
                                Locale.ROOT,
                                "label %s is %d in one term and %d in another",
                                name(labels.get(d)),
                                before,
                                n));
            }
            extents.put(labels.get(d), before == null || before == 1 ? (Long) n : before);
        }
        return new Labelled(t, labels);
    }

    private static String name(int label) {
        return label < 0 ? "..." : String.valueOf((char) label);
    }

    /** A label that occurs twice in one term selects the diagonal. */
    private Labelled diagonals(Labelled in) {
        Tensor t = in.tensor;
        var labels = new ArrayList<>(in.labels);
        for (int d = 0; d < labels.size(); d++) {
            int again = labels.subList(d + 1, labels.size()).indexOf(labels.get(d));
            if (again >= 0) {
                int e = d + 1 + again;
                if (t.size(d) != t.size(e)) {
                    throw wrong(
                            String.format(
                                    Locale.ROOT,
                                    "label %s is %d and %d in one term",
                                    name(labels.get(d)),
                                    t.size(d),
                                    t.size(e)));
                }
                int label = labels.get(d);
                t = t.diagonal(0, d, e);
                labels.remove(e);
                labels.remove(d);
                labels.add(label);
                d = -1; // dimensions moved: search again from the first
            }
        }
        return new Labelled(t, labels);
    }

    /** Without an arrow the result has the broadcast labels, then those that occur once, in alphabetical order. */
    private static List<Integer> implied(String text, int broadcast) {
        var labels = new ArrayList<Integer>();
        for (int k = broadcast; k > 0; k--) {
            labels.add(-k);
        }
        text.chars()
                .filter(Character::isLetter)
                .sorted()
                .filter(c -> text.indexOf(c) == text.lastIndexOf(c))
                .forEach(labels::add);
        return labels;
    }

    private List<Integer> output(String term, int broadcast) {
        var labels = new ArrayList<Integer>();
        for (int i = 0; i < term.length(); i++) {
            if (term.startsWith("...", i)) {
                for (int k = broadcast; k > 0; k--) {
                    labels.add(-k);
                }
                i += 2;
            } else if (Character.isLetter(term.charAt(i)) && !labels.contains((int) term.charAt(i))) {
                labels.add((int) term.charAt(i));
            } else {
                throw wrong("\"%s\" is not allowed in the result".formatted(term));
            }
        }
        return labels;
    }

    private static Labelled sumAway(Labelled x, Set<Integer> needed) {
        int[] dims =
                java.util.stream.IntStream.range(0, x.labels.size())
                        .filter(d -> !needed.contains(x.labels.get(d)))
                        .toArray();
        if (dims.length == 0) {
            return x;
        }
        var labels = new ArrayList<>(x.labels);
        labels.removeIf(l -> !needed.contains(l));
        return new Labelled(x.tensor.sum(dims), labels);
    }

    private Labelled contract(Labelled left, Labelled right, Set<Integer> needed) {
        Set<Integer> forLeft = new LinkedHashSet<>(needed);
        forLeft.addAll(right.labels);
        Set<Integer> forRight = new LinkedHashSet<>(needed);
        forRight.addAll(left.labels);
        Labelled a = sumAway(left, forLeft);
        Labelled b = sumAway(right, forRight);
        var batch = new ArrayList<Integer>();
        var inner = new ArrayList<Integer>();
        var rows = new ArrayList<Integer>();
        var columns = new ArrayList<Integer>();
        for (int l : a.labels) {
            (b.labels.contains(l) ? needed.contains(l) ? batch : inner : rows).add(l);
        }
        for (int l : b.labels) {
            if (!a.labels.contains(l)) {
                columns.add(l);
            }
        }
        Tensor p = arrange(a, join(batch, rows, inner)).reshape(size(batch), size(rows), size(inner));
        Tensor q = arrange(b, join(batch, inner, columns)).reshape(size(batch), size(inner), size(columns));
        List<Integer> labels = join(batch, rows, columns);
        Tensor product = p.bmm(q).reshape(shape(labels));
        return new Labelled(product, labels);
    }

    @SafeVarargs
    private static List<Integer> join(List<Integer>... lists) {
        return Arrays.stream(lists).flatMap(List::stream).toList();
    }

    private long size(List<Integer> labels) {
        long n = 1;
        for (long d : shape(labels)) {
            n *= d;
        }
        return n;
    }

    private long[] shape(List<Integer> labels) {
        return labels.stream().mapToLong(extents::get).toArray();
    }

    /** {@return the tensor with its dimensions in the order of the labels, expanded to their sizes} */
    private Tensor arrange(Labelled x, List<Integer> labels) {
        Tensor t = x.tensor;
        var order = new ArrayList<Integer>();
        var missing = new ArrayList<Integer>();
        for (int i = 0; i < labels.size(); i++) {
            int d = x.labels.indexOf(labels.get(i));
            if (d < 0) {
                missing.add(i);
            } else {
                order.add(d);
            }
        }
        t = t.permute(order.stream().mapToInt(i -> i).toArray());
        for (int i : missing) {
            t = t.unsqueeze(i);
        }
        return t.expand(shape(labels));
    }
}
