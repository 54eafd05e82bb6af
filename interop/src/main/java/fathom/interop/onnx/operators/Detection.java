package fathom.interop.onnx.operators;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;

/** What detectors end with. */
final class Detection {
    private Detection() {}

    static void addTo(OperatorTable table) {
        table.add("NonMaxSuppression", Detection::suppress);
    }

    /** Boxes [B, N, 4] and scores [B, C, N] to the indices of batch, class and box that remain, [K, 3]. */
    private static Value[] suppress(Call c) {
        Tensor boxes = c.tensor(0);
        Tensor scores = c.tensor(1);
        long most = c.has(2) ? c.whole(2) : 0;
        double overlap = c.has(3) ? c.real(3) : 0;
        double least = c.has(4) ? c.real(4) : Double.NEGATIVE_INFINITY;
        if (boxes.dim() != 3 || boxes.size(2) != 4 || scores.dim() != 3 || scores.size(2) != boxes.size(1)) {
            throw c.refuse("it needs boxes [B, N, 4] and scores [B, C, N]");
        }
        int n = (int) boxes.size(1);
        float[] corners = boxes.detach().flatten().to(DType.FLOAT32).toFloatArray();
        float[] score = scores.detach().flatten().to(DType.FLOAT32).toFloatArray();
        boolean centres = c.flag("center_point_box", false);
        var kept = new ArrayList<long[]>();
        for (int batch = 0; batch < scores.size(0); batch++) {
            var box = new double[n][];
            for (int i = 0; i < n; i++) {
                box[i] = corners(corners, (batch * n + i) * 4, centres);
            }
            for (int k = 0; k < scores.size(1); k++) {
                int begin = (batch * (int) scores.size(1) + k) * n;
                var order = new ArrayList<Integer>();
                for (int i = 0; i < n; i++) {
                    if (score[begin + i] > least) {
                        order.add(i);
                    }
                }
                order.sort(Comparator.comparingDouble(i -> -score[begin + i]));
                var chosen = new ArrayList<double[]>();
                for (int i : order) {
                    if (chosen.size() < most && chosen.stream().noneMatch(b -> iou(b, box[i]) > overlap)) {
                        chosen.add(box[i]);
                        kept.add(new long[] {batch, k, i});
                    }
                }
            }
        }
        return Value.of(
                kept.isEmpty()
                        ? Tensors.zeros(DType.INT64, 0, 3)
                        : Tensors.tensor(kept.toArray(long[][]::new), DType.INT64));
    }

    /** {@return low and high corners}; boxes give two opposite corners, or their centre and size */
    private static double[] corners(float[] all, int at, boolean centres) {
        double a = all[at];
        double b = all[at + 1];
        double c = all[at + 2];
        double d = all[at + 3];
        return centres
                ? new double[] {a - c / 2, b - d / 2, a + c / 2, b + d / 2}
                : new double[] {Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)};
    }

    private static double iou(double[] a, double[] b) {
        double width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        if (width <= 0 || height <= 0) {
            return 0;
        }
        double both = width * height;
        double all = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both;
        return both / all;
    }
}
