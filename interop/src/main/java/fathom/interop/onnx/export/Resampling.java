package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensors;
import fathom.options.GridSampleOptions;
import fathom.primitive.Primitive;
import fathom.primitive.indexing.SparseRows;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Resampling. */
final class Resampling {
    private Resampling() {}

    static void write(Lowering to, Step s) {
        boolean transposed = s.same(Resample.class, "the direction", Resample::transposed);
        String resized = transposed ? null : resize(to, s);
        if (resized != null) {
            to.set(s.out(0), resized);
            return;
        }
        List<ResampleAxis> axes = s.same(Resample.class, "the size", Resample::axes);
        String x = to.name(s.in(0));
        var p = (Resample) s.primitive();
        for (int a = 0; a < axes.size(); a++) {
            SparseRows rows = p.weights(a);
            x =
                    rows.uniform() == 1 && isCopy(rows)
                            ? to.graph.node("Gather", List.of(x, to.graph.integers(columns(rows))), "axis", 2 + a)
                            : along(to.graph, x, s.in(0).rank(), 2 + a, dense(rows), s.in(0).type());
        }
        to.set(s.out(0), x);
    }

    private static boolean isCopy(SparseRows rows) {
        for (double w : rows.weights()) {
            if (w != 1) {
                return false;
            }
        }
        return true;
    }

    private static long[] columns(SparseRows rows) {
        return java.util.Arrays.stream(rows.columns()).asLongStream().toArray();
    }

    private static double[][] dense(SparseRows rows) {
        var matrix = new double[rows.count()][rows.width()];
        for (int r = 0; r < rows.count(); r++) {
            for (int i = rows.starts()[r]; i < rows.starts()[r + 1]; i++) {
                matrix[r][rows.columns()[i]] += rows.weights()[i];
            }
        }
        return matrix;
    }

    private static boolean fits(ResampleAxis a, ResampleAxis first) {
        return a.filter() == first.filter()
                && a.alignCorners() == first.alignCorners()
                && switch (a.filter()) {
                    case NEAREST -> a.out() % a.in() == 0 && a.step() == (double) a.in() / a.out();
                    case LINEAR, CUBIC ->
                            a.alignCorners()
                                    ? a.in() > 1 && a.out() > 1
                                    : Math.abs(a.step() * a.out() / a.in() - 1) < 1e-9;
                    default -> false;
                };
    }

    /** {@return a Resize of images; null where ONNX's positions differ} */
    private static @Nullable String resize(Lowering to, Step s) {
        List<ResampleAxis> axes = ((Resample) s.primitive()).axes();
        for (Primitive p : s.primitives()) {
            List<ResampleAxis> all = ((Resample) p).axes();
            if (all.size() != 2 || !all.stream().allMatch(a -> fits(a, axes.getFirst()))) {
                return null;
            }
        }
        GraphWriter graph = to.graph;
        String x = to.name(s.in(0));
        String shape = graph.node("Shape", List.of(x));
        String outer = graph.node("Slice", List.of(shape, graph.integers(0), graph.integers(2), graph.integers(0)));
        String inner =
                graph.integers(s.out(0).shape().subList(2, 4), "the size of a resampled image", to.near(s.in(0)));
        String sizes = graph.node("Concat", List.of(outer, inner), "axis", 0);
        List<String> in = List.of(x, "", "", sizes);
        boolean corners = axes.getFirst().alignCorners();
        return switch (axes.getFirst().filter()) {
            case NEAREST ->
                    graph.node(
                            "Resize",
                            in,
                            "coordinate_transformation_mode",
                            "asymmetric",
                            "mode",
                            "nearest",
                            "nearest_mode",
                            "floor");
            case LINEAR ->
                    graph.node(
                            "Resize",
                            in,
                            "coordinate_transformation_mode",
                            corners ? "align_corners" : "half_pixel",
                            "mode",
                            "linear");
            default ->
                    graph.node(
                            "Resize",
                            in,
                            "coordinate_transformation_mode",
                            corners ? "align_corners" : "half_pixel",
                            "cubic_coeff_a",
                            -0.75,
                            "mode",
                            "cubic");
        };
    }

    /** {@return the product of a matrix with each vector along an axis} */
    static String along(GraphWriter graph, String x, int rank, int axis, double[][] matrix, DType type) {
        var values = new double[matrix.length * matrix[0].length];
        for (int r = 0; r < matrix.length; r++) {
            System.arraycopy(matrix[r], 0, values, r * matrix[0].length, matrix[0].length);
        }
        String m = graph.constant(Tensors.tensor(values, type).reshape(matrix.length, matrix[0].length));
        if (axis == rank - 2) {
            return graph.node("MatMul", List.of(m, x));
        }
        var swap = new int[rank];
        for (int d = 0; d < rank; d++) {
            swap[d] = d;
        }
        swap[axis] = rank - 2;
        swap[rank - 2] = axis;
        return graph.transpose(graph.node("MatMul", List.of(m, graph.transpose(x, swap))), swap);
    }

    static void gridSample(Lowering to, Step s, GridSample g) {
        if (s.in(0).rank() != 4) {
            throw new UnsupportedOperationException("Onnx.export: gridSample of volumes has no counterpart in ONNX");
        }
        String mode =
                g.mode() == GridSampleOptions.Mode.BILINEAR || g.mode() == GridSampleOptions.Mode.BICUBIC
                        ? g.mode().name().toLowerCase(Locale.ROOT)
                        : "nearest";
        to.set(
                s.out(0),
                to.graph.node(
                        "GridSample",
                        to.names(s.inputs()),
                        "align_corners",
                        g.alignCorners() ? 1 : 0,
                        "mode",
                        mode,
                        "padding_mode",
                        g.padding().name().toLowerCase(Locale.ROOT)));
    }
}
