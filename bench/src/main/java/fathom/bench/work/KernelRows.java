package fathom.bench.work;

import fathom.bench.work.KernelWork.AdamStep;
import fathom.bench.work.KernelWork.Attention;
import fathom.bench.work.KernelWork.Embedding;
import fathom.bench.work.KernelWork.Flat;
import fathom.bench.work.KernelWork.OnMatrix;
import fathom.bench.work.KernelWork.OnVector;
import fathom.bench.work.KernelWork.RowWise;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.ArrayList;
import java.util.List;

/** Rows of single operations, on 2^14 and on 2^20 elements. */
final class KernelRows {
    private static final int SMALL = 1 << 14;
    private static final int LARGE = 1 << 20;
    private static final int COLUMNS = 1 << 9;
    private static final int WIDTH = 1 << 8;

    private KernelRows() {}

    static void addTo(List<Row> rows) {
        add(rows, "copy, 16M", new OnVector(Flat.COPY, 1 << 24, false));
        add(rows, "copy, 1M", new OnVector(Flat.COPY, LARGE, false));
        add(rows, "add, 8 elements", new OnVector(Flat.ADD, 8, false));
        vector(rows, "add", Flat.ADD, false);
        vector(rows, "chain of 5", Flat.CHAIN, false);
        for (int n : new int[] {SMALL, LARGE}) {
            add(rows, "add, no scope, " + size(n), new OnVector(Flat.ADD, n, false), FathomMode.NO_SCOPE);
            add(rows, "chain of 5, no scope, " + size(n), new OnVector(Flat.CHAIN, n, false), FathomMode.NO_SCOPE);
            add(rows, "chain of 5, captured, " + size(n), new OnVector(Flat.CHAIN, n, false), FathomMode.CAPTURED);
        }
        vector(rows, "sum", Flat.SUM, false);
        matrix(rows, "softmax", RowWise.SOFTMAX, false);
        matrix(rows, "softmax + backward", RowWise.SOFTMAX, true);
        matrix(rows, "layer norm", RowWise.LAYER_NORM, false);
        matrix(rows, "layer norm + backward", RowWise.LAYER_NORM, true);
        vector(rows, "gelu", Flat.GELU, false);
        vector(rows, "gelu + backward", Flat.GELU, true);
        vector(rows, "dropout", Flat.DROPOUT, false);
        vector(rows, "dropout + backward", Flat.DROPOUT, true);
        for (int n : new int[] {SMALL, LARGE}) {
            add(rows, "embedding, " + size(n), new Embedding(10_000, WIDTH, n / WIDTH, false));
            add(rows, "embedding + backward, " + size(n), new Embedding(10_000, WIDTH, n / WIDTH, true));
        }
        for (boolean backward : new boolean[] {false, true}) {
            String end = backward ? " + backward" : "";
            add(rows, "attention, 16 x 4 x 128 tokens" + end, new Attention(16, 4, 128, 64, false, backward));
            add(rows, "attention, 8 x 2048 tokens, causal" + end, new Attention(1, 8, 2048, 64, true, backward));
        }
        matrix(rows, "gather", RowWise.GATHER, false);
        vector(rows, "sort", Flat.SORT, false);
        add(rows, "adam step, 11M parameters", new AdamStep(resnet18Sizes()));
    }

    private static void vector(List<Row> rows, String name, Flat kernel, boolean backward) {
        for (int n : new int[] {SMALL, LARGE}) {
            add(rows, name + ", " + size(n), new OnVector(kernel, n, backward));
        }
    }

    private static void matrix(List<Row> rows, String name, RowWise kernel, boolean backward) {
        for (int n : new int[] {SMALL, LARGE}) {
            add(rows, name + ", " + size(n), new OnMatrix(kernel, n / COLUMNS, COLUMNS, backward));
        }
    }

    private static String size(int n) {
        return n == SMALL ? "16K" : "1M";
    }

    private static void add(List<Row> rows, String name, Work work) {
        add(rows, name, work, FathomMode.EAGER);
    }

    private static void add(List<Row> rows, String name, Work work, FathomMode mode) {
        rows.add(new Row("kernel", name, work, mode, LibtorchMode.DEFAULT, Figure.TIME, 1));
    }

    /** Elements of each parameter of the course's ResNet-18: 11,178,378 in total. */
    private static List<Integer> resnet18Sizes() {
        var sizes = new ArrayList<Integer>();
        convolution(sizes, 1, 64, 7);
        norm(sizes, 64);
        int in = 64;
        for (int out : new int[] {64, 128, 256, 512}) {
            for (int i = 0; i < 4; i++) {
                convolution(sizes, i == 0 ? in : out, out, 3);
                norm(sizes, out);
            }
            if (in != out) {
                convolution(sizes, in, out, 1); // the shortcut
            }
            in = out;
        }
        sizes.addAll(List.of(in * 10, 10));
        return sizes;
    }

    private static void convolution(List<Integer> sizes, int in, int out, int kernel) {
        sizes.addAll(List.of(in * out * kernel * kernel, out));
    }

    private static void norm(List<Integer> sizes, int channels) {
        sizes.addAll(List.of(channels, channels));
    }
}
