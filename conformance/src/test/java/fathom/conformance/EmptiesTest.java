package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operation with empty tensors and scalars: shapes, types, values and gradients are PyTorch's, and rejected
 * arguments are rejected by the operation's own check.
 */
class EmptiesTest {
    private static final EmptiesTable TABLE = EmptiesTable.all();

    /** Golden lines: {@code label inputs -> results : gradients}. */
    private record Line(String label, List<String> inputs, String outcome) {
        static Line of(String text) {
            int arrow = text.indexOf(" -> ", text.indexOf(' ') + 1);
            String[] words = text.substring(0, arrow).split(" ");
            return new Line(words[0], List.of(words).subList(1, words.length), text.substring(arrow + 4));
        }

        @Override
        public String toString() {
            return label + " " + String.join(" ", inputs);
        }
    }

    private static Stream<Line> lines() {
        return Golden.lines("golden/empties.txt").stream().map(Line::of);
    }

    @TestFactory
    Stream<DynamicTest> operations() {
        Map<String, List<Line>> byLabel = lines().collect(Collectors.groupingBy(Line::label));
        return byLabel.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> assertThat(wrong(e.getValue())).isEmpty()));
    }

    private static List<String> wrong(List<Line> lines) {
        var wrong = new ArrayList<String>();
        for (Line line : lines) {
            var found = new ArrayList<String>();
            check(line, found);
            if (!EmptiesDifferences.REASONS.containsKey(line.toString())) {
                wrong.addAll(found);
            } else if (found.isEmpty() || found.getFirst().contains("not a refusal")) {
                wrong.add(line + ": said to be different, but " + found);
            }
        }
        return wrong;
    }

    /** In-place forms write what the out-of-place ones return. */
    @TestFactory
    Stream<DynamicTest> inPlace() {
        return Arrays.stream(Tensor.class.getMethods())
                .filter(m -> m.getParameterCount() == 0 && m.getName().endsWith("_"))
                .filter(m -> !m.getName().matches("(detach|requiresGrad|zero|normal|uniform|bernoulli)_"))
                .map(m ->
                        DynamicTest.dynamicTest(
                                m.getName(),
                                () -> {
                                    var plain = Tensor.class.getMethod(m.getName().replaceAll("_$", ""));
                                    for (String spec : List.of("[]", "[0]", "[2,0]")) {
                                        Tensor x = input(spec, 0).detach();
                                        x = m.getName().matches("(bitwise|logical).*") ? x.toBool() : x;
                                        String expected = shown((Tensor) plain.invoke(x));
                                        Tensor y = (Tensor) m.invoke(x);
                                        assertThat(y).isSameAs(x);
                                        assertThat(matches(expected, shown(x))).as(spec).isTrue();
                                    }
                                }));
    }

    @Test
    void theTableHasNoOtherOperations() {
        var golden = lines().map(Line::label).collect(Collectors.toSet());
        assertThat(TABLE.labels()).allSatisfy(label -> assertThat(golden).contains(label));
    }

    private static void check(Line line, List<String> wrong) {
        var operation = TABLE.get(line.label);
        if (operation == null) {
            wrong.add(line + ": not in the table");
            return;
        }
        Tensor[] inputs = inputs(line.inputs);
        List<Tensor> results;
        try {
            results = operation.apply(inputs);
        } catch (RuntimeException | Error e) {
            if (!line.outcome.equals("error")) {
                wrong.add("%s: %s instead of %s".formatted(line, e, line.outcome));
            } else if (!isRefusal(e)) {
                wrong.add("%s: not a refusal of its own: %s".formatted(line, e));
            }
            return;
        }
        String[] sides = line.outcome.split(" : ");
        String got = results.isEmpty() ? "nothing" : shown(results);
        if (!matches(sides[0], got)) {
            wrong.add("%s: %s instead of %s".formatted(line, got, sides[0]));
        } else if (sides.length > 1 && !sides[1].equals("error")) {
            checkGradients(line, sides[1], inputs, results, wrong);
        }
    }

    private static void checkGradients(
            Line line, String expected, Tensor[] inputs, List<Tensor> results, List<String> wrong) {
        try {
            for (Tensor r : results) {
                if (r.requiresGrad()) {
                    r.backward(b -> b.gradient(Tensors.onesLike(r)).retainGraph(true));
                }
            }
        } catch (RuntimeException | Error e) {
            wrong.add("%s: backward: %s".formatted(line, e));
            return;
        }
        String[] gradients = expected.split(" ");
        for (int i = 0; i < inputs.length; i++) {
            if (!gradients[i].equals("-")) {
                // inputs without influence get a gradient of zeros
                Tensor g = inputs[i].grad() == null ? Tensors.zerosLike(inputs[i]) : inputs[i].grad();
                if (!matches(gradients[i], shown(List.of(g)))) {
                    wrong.add(
                            String.format(
                                    Locale.ROOT,
                                    "%s: gradient %d is %s instead of %s",
                                    line,
                                    i,
                                    shown(List.of(g)),
                                    gradients[i]));
                }
            }
        }
    }

    /**
     * Whether the exception comes from a check of this library, not from an array access, an assertion or a dependency.
     */
    private static boolean isRefusal(Throwable e) {
        Class<?> c = e.getClass();
        boolean kind =
                c == IllegalArgumentException.class
                        || c == IndexOutOfBoundsException.class
                        || c == ArithmeticException.class
                        || c == IllegalStateException.class;
        return kind && e.getMessage() != null && e.getStackTrace()[0].getClassName().startsWith("fathom.");
    }

    /** {@return the inputs of a specification, as {@code empties.py} creates them} */
    private static Tensor[] inputs(List<String> specs) {
        if (specs.equals(List.of("none"))) {
            return new Tensor[0];
        }
        var inputs = new Tensor[specs.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = input(specs.get(i), i);
        }
        return inputs;
    }

    private static Tensor input(String spec, int place) {
        int bracket = spec.indexOf('[');
        String inner = spec.substring(bracket + 1, spec.length() - 1);
        long[] shape =
                inner.isEmpty() ? new long[0] : Arrays.stream(inner.split(",")).mapToLong(Long::parseLong).toArray();
        int n = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        String kind = spec.substring(0, bracket);
        var values = new double[n];
        for (int k = 0; k < n; k++) {
            values[k] =
                    switch (kind) {
                        case "i" -> 0;
                        case "n" -> 1 + (k + place) % 3;
                        case "b" -> (k + place) % 2 == 0 ? 1 : 0;
                        default -> 0.25 + 0.5 * ((7 * k + 3 * place) % 5);
                    };
        }
        DType type = kind.isEmpty() ? DType.FLOAT32 : kind.equals("b") ? DType.BOOL : DType.INT64;
        Tensor t = Tensors.tensor(values, type).reshape(shape);
        return type == DType.FLOAT32 ? t.requiresGrad_() : t;
    }

    private static String shown(List<Tensor> tensors) {
        return tensors.stream().map(EmptiesTest::shown).collect(Collectors.joining(" "));
    }

    private static String shown(Tensor t) {
        String text = t.dtype().name().toLowerCase(Locale.ROOT) + Arrays.toString(t.shape().dims()).replace(" ", "");
        if (t.numel() == 0 || t.numel() > 12) {
            return text;
        }
        double[] values = t.detach().to(DType.FLOAT64).flatten().toDoubleArray();
        return text + "=" + Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(","));
    }

    private static boolean matches(String expected, String got) {
        String[] e = expected.split(" ");
        String[] g = got.split(" ");
        if (e.length != g.length) {
            return false;
        }
        for (int i = 0; i < e.length; i++) {
            String[] a = e[i].split("=");
            String[] b = g[i].split("=");
            if (!a[0].equals(b[0]) || a.length != b.length || a.length > 1 && !close(a[1], b[1])) {
                return false;
            }
        }
        return true;
    }

    private static boolean close(String expected, String got) {
        double[] e = Arrays.stream(expected.split(",")).mapToDouble(EmptiesTest::number).toArray();
        double[] g = Arrays.stream(got.split(",")).mapToDouble(EmptiesTest::number).toArray();
        for (int i = 0; i < e.length; i++) {
            boolean same = Double.compare(e[i], g[i]) == 0 || Math.abs(e[i] - g[i]) <= 1e-6 + 1e-5 * Math.abs(e[i]);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static double number(String text) {
        return switch (text) {
            case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "NaN" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }
}
