package fathom.testkit;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One case of a {@link Golden} file: inputs, PyTorch's results, and the attributes of the call. */
public final class GoldenCase {
    private final Golden file;
    private final String name;
    private final Map<String, String> attributes;

    GoldenCase(Golden file, String name, Map<String, String> attributes) {
        this.file = file;
        this.name = name;
        this.attributes = attributes;
    }

    /** {@return the name, unique in its file} */
    public String name() {
        return name;
    }

    /** {@return the attribute {@code op}} */
    public String op() {
        return get("op");
    }

    /** {@return whether the attribute is present} */
    public boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    /** {@return the attribute's text} */
    public String get(String attribute) {
        String value = attributes.get(attribute);
        if (value == null) {
            throw new IllegalArgumentException(name + " has no attribute " + attribute + ", only " + attributes);
        }
        return value;
    }

    /** {@return the attribute's text, or a default} */
    public String get(String attribute, String otherwise) {
        return attributes.getOrDefault(attribute, otherwise);
    }

    /** {@return the attribute as an integer} */
    public int getInt(String attribute) {
        return Integer.parseInt(get(attribute));
    }

    /** {@return the attribute as an integer, or a default} */
    public int getInt(String attribute, int otherwise) {
        return has(attribute) ? getInt(attribute) : otherwise;
    }

    /** {@return the attribute as a number; {@code inf} and {@code -inf} are infinite} */
    public double getDouble(String attribute) {
        return number(get(attribute));
    }

    /** {@return the attribute as a number, or a default} */
    public double getDouble(String attribute, double otherwise) {
        return has(attribute) ? getDouble(attribute) : otherwise;
    }

    /** {@return whether the attribute is {@code true}; false if absent} */
    public boolean getBoolean(String attribute) {
        return "true".equals(attributes.get(attribute));
    }

    /** {@return the attribute as integers: one or several, separated by commas} */
    public int[] getInts(String attribute) {
        return get(attribute).isEmpty()
                ? new int[0]
                : Arrays.stream(get(attribute).split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /** {@return the attribute as integers: one or several, separated by commas} */
    public long[] getLongs(String attribute) {
        return Arrays.stream(getInts(attribute)).asLongStream().toArray();
    }

    /** {@return the attribute as {@code count} integers, a single one applying to all; by default {@code otherwise}} */
    public int[] getInts(String attribute, int count, int otherwise) {
        var values = new int[count];
        Arrays.fill(values, otherwise);
        if (has(attribute)) {
            int[] given = getInts(attribute);
            for (int i = 0; i < count; i++) {
                values[i] = given.length == 1 ? given[0] : given[i];
            }
        }
        return values;
    }

    /** {@return the attribute as numbers, separated by commas} */
    public double[] getDoubles(String attribute) {
        return Arrays.stream(get(attribute).split(",")).mapToDouble(GoldenCase::number).toArray();
    }

    private static double number(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    /** {@return the number of inputs} */
    public int inputCount() {
        return count("in");
    }

    /** {@return the number of results} */
    public int outputCount() {
        return count("out");
    }

    private int count(String kind) {
        int n = 0;
        while (file.has(name + "/" + kind + n)) {
            n++;
        }
        return n;
    }

    /** {@return a new copy of input {@code i}} */
    public Tensor in(int i) {
        return tensor("in" + i);
    }

    /** {@return the expected result {@code i}} */
    public Tensor out(int i) {
        return tensor("out" + i);
    }

    /** {@return the gradient of result {@code i} passed to backward, null if it takes no part} */
    public @Nullable Tensor up(int i) {
        return has("up", i) ? tensor("up" + i) : null;
    }

    /** {@return the expected gradient of input {@code i}, null if there is none} */
    public @Nullable Tensor grad(int i) {
        return has("grad", i) ? tensor("grad" + i) : null;
    }

    private boolean has(String kind, int i) {
        return file.has(name + "/" + kind + i);
    }

    /** {@return whether the case has another tensor with that name} */
    public boolean hasTensor(String tensor) {
        return file.has(name + "/" + tensor);
    }

    /** {@return a new copy of a tensor of this case} */
    public Tensor tensor(String tensor) {
        return file.tensor(name + "/" + tensor);
    }

    /** As {@link #check}, for a function with one result. */
    public void checkOne(Function<Tensor[], Tensor> function, double rtol, double atol) {
        check(t -> new Tensor[] {function.apply(t)}, rtol, atol);
    }

    /**
     * Calls a function with the inputs and compares its results, and the gradients if the case has any, with PyTorch's:
     * shapes, types and values.
     *
     * @param function from the inputs to the results
     * @param rtol tolerance relative to the expected value
     * @param atol absolute tolerance
     */
    public void check(Function<Tensor[], Tensor[]> function, double rtol, double atol) {
        check(function, rtol, atol, false);
    }

    /** As {@link #checkOne}, for a function that may overwrite all of input 0, whose gradient is then null. */
    public void checkWriting(Function<Tensor[], Tensor> function, double rtol, double atol) {
        check(t -> new Tensor[] {function.apply(t)}, rtol, atol, true);
    }

    private void check(Function<Tensor[], Tensor[]> function, double rtol, double atol, boolean overwritten) {
        var inputs = new Tensor[inputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = in(i);
            if (has("grad", i)) {
                inputs[i].requiresGrad_();
            }
        }
        Tensor[] results = function.apply(inputs);
        for (int i = 0; i < outputCount(); i++) {
            TensorAssert.assertThat(results[i]).as("%s, result %d", name, i).isCloseTo(out(i), rtol, atol);
            if (inputs.length > 0 && results[i].device() != inputs[0].device()) {
                throw new AssertionError(
                        String.format(
                                Locale.ROOT,
                                "%s, result %d, is on device %s, the input on %s",
                                name,
                                i,
                                results[i].device(),
                                inputs[0].device()));
            }
        }
        for (int i = 0; i < outputCount(); i++) {
            Tensor up = up(i);
            if (up != null && results[i].requiresGrad()) {
                results[i].backward(b -> b.gradient(up).retainGraph(true));
            }
        }
        for (int i = 0; i < inputs.length; i++) {
            Tensor expected = grad(i);
            if (expected != null) {
                Tensor actual = inputs[i].grad();
                // for an empty input PyTorch has an empty gradient, without values to compare
                boolean empty = inputs[i].numel() == 0;
                if (actual == null && (empty || overwritten && i == 0)) {
                    actual = Tensors.zerosLike(inputs[i]);
                }
                TensorAssert.assertThat(actual).as("%s, gradient by input %d", name, i).isCloseTo(expected, rtol, atol);
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
