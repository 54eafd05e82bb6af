package fathom.bench.work;

import static fathom.bench.work.Row.FathomMode.CAPTURED;
import static fathom.bench.work.Row.FathomMode.CAPTURED_BFLOAT16;
import static fathom.bench.work.Row.FathomMode.EAGER;
import static fathom.bench.work.Row.LibtorchMode.AUTOCAST_CHANNELS_LAST;
import static fathom.bench.work.Row.LibtorchMode.CHANNELS_LAST;
import static fathom.bench.work.Row.LibtorchMode.DEFAULT;
import static fathom.bench.work.Row.LibtorchMode.FUSED_ATTENTION;

import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.ProcessWork.PeakMemory;
import fathom.bench.work.ProcessWork.StartUp;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;
import java.util.Locale;

/** Rows of whole models: training steps, inference, and their processes. */
final class ModelRows {
    private static final int STEPS = 5;

    private ModelRows() {}

    static void addTo(List<Row> rows) {
        small(rows, Model.MLP, 256);
        small(rows, Model.LENET, 256);
        small(rows, Model.GRU, 32);
        small(rows, Model.TRANSFORMER, 16);
        train(rows, Model.TRANSFORMER, 16, CAPTURED, FUSED_ATTENTION);
        images(rows, Model.ALEXNET, 32);
        images(rows, Model.VGG11, 16);
        images(rows, Model.RESNET18, 32);
        VisionRows.addTraining(rows);
        for (int batch : new int[] {1, 32}) {
            infer(rows, batch, EAGER, DEFAULT);
            infer(rows, batch, CAPTURED, DEFAULT);
            infer(rows, batch, CAPTURED, CHANNELS_LAST);
        }
        VisionRows.addInference(rows);
        processes(rows);
    }

    private static void small(List<Row> rows, Model model, int batch) {
        train(rows, model, batch, EAGER, DEFAULT);
        train(rows, model, batch, CAPTURED, DEFAULT);
    }

    private static void images(List<Row> rows, Model model, int batch) {
        train(rows, model, batch, EAGER, DEFAULT);
        train(rows, model, batch, CAPTURED, DEFAULT);
        train(rows, model, batch, CAPTURED, CHANNELS_LAST);
        train(rows, model, batch, CAPTURED_BFLOAT16, DEFAULT);
        train(rows, model, batch, CAPTURED_BFLOAT16, AUTOCAST_CHANNELS_LAST);
    }

    private static void processes(List<Row> rows) {
        var lenet = new TrainingStep(Model.LENET, 256);
        var resnet = new TrainingStep(Model.RESNET18, 32);
        rows.add(Row.of("start-up", "lenet, first step", new StartUp(lenet), CAPTURED, DEFAULT, Figure.TIME, 1));
        for (FathomMode mode : List.of(EAGER, CAPTURED)) {
            rows.add(
                    Row.of(
                            "peak-memory",
                            "resnet18, batch 32",
                            new PeakMemory(resnet, STEPS),
                            mode,
                            DEFAULT,
                            Figure.BYTES,
                            1));
        }
    }

    private static void train(List<Row> rows, Model model, int batch, FathomMode fathom, LibtorchMode libtorch) {
        String name = name(model, batch);
        rows.add(Row.of("train", name, new TrainingStep(model, batch), fathom, libtorch, Figure.EXAMPLES, 2));
    }

    private static void infer(List<Row> rows, int batch, FathomMode fathom, LibtorchMode libtorch) {
        String name = name(Model.RESNET18, batch);
        rows.add(Row.of("infer", name, new Inference(Model.RESNET18, batch), fathom, libtorch, Figure.EXAMPLES, 1));
    }

    private static String name(Model model, int batch) {
        return model.name().toLowerCase(Locale.ROOT) + ", batch " + batch;
    }
}
