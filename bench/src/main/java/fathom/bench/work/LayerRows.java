package fathom.bench.work;

import fathom.bench.work.LayerWork.BatchNorm;
import fathom.bench.work.LayerWork.Convolution;
import fathom.bench.work.LayerWork.MaxPool;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;

/** Rows of the layers of ResNet-18 (batch 32, images of 96 x 96) and of LeNet (batch 256). */
final class LayerRows {
    private LayerRows() {}

    static void addTo(List<Row> rows) {
        convolution(rows, "lenet 1-6, 5x5", 256, 1, 28, 6, 5, 1, 2, true);
        convolution(rows, "lenet 6-16, 5x5", 256, 6, 14, 16, 5, 1, 0, false);
        convolution(rows, "resnet 1-64, 7x7 /2", 32, 1, 96, 64, 7, 2, 3, true);
        convolution(rows, "resnet 64-64, 3x3", 32, 64, 24, 64, 3, 1, 1, false);
        convolution(rows, "resnet 64-128, 3x3 /2", 32, 64, 24, 128, 3, 2, 1, false);
        convolution(rows, "resnet 64-128, 1x1 /2", 32, 64, 24, 128, 1, 2, 0, false);
        convolution(rows, "resnet 128-128, 3x3", 32, 128, 12, 128, 3, 1, 1, false);
        convolution(rows, "resnet 256-256, 3x3", 32, 256, 6, 256, 3, 1, 1, false);
        convolution(rows, "resnet 512-512, 3x3", 32, 512, 3, 512, 3, 1, 1, false);
        for (boolean backward : new boolean[] {false, true}) {
            String end = backward ? " + backward" : "";
            layer(rows, "max pool 3x3 /2, resnet" + end, new MaxPool(32, 64, 48, 3, 2, 1, backward));
            layer(rows, "max pool 2x2, vgg" + end, new MaxPool(16, 64, 224, 2, 2, 0, backward));
            layer(rows, "batch norm, resnet 64 x 24 x 24" + end, new BatchNorm(32, 64, 24, backward));
            layer(rows, "batch norm, resnet 512 x 3 x 3" + end, new BatchNorm(32, 512, 3, backward));
        }
    }

    private static void convolution(
            List<Row> rows,
            String name,
            int batch,
            int in,
            int size,
            int out,
            int kernel,
            int stride,
            int padding,
            boolean first) {
        for (boolean backward : new boolean[] {false, true}) {
            var work = new Convolution(batch, in, size, out, kernel, stride, padding, backward, first);
            String shown = name + (backward ? " + backward" : "");
            add(rows, "conv", shown, work, LibtorchMode.DEFAULT, Figure.FLOPS);
            if (in > 1) {
                add(rows, "conv", shown, work, LibtorchMode.CHANNELS_LAST, Figure.FLOPS);
            }
        }
    }

    private static void layer(List<Row> rows, String name, Work work) {
        add(rows, "layer", name, work, LibtorchMode.DEFAULT, Figure.TIME);
    }

    private static void add(List<Row> rows, String family, String name, Work work, LibtorchMode mode, Figure figure) {
        rows.add(Row.of(family, name, work, FathomMode.EAGER, mode, figure, 1));
    }
}
