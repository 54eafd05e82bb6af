package fathom.bench.work;

import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.ProcessWork.PeakMemory;
import fathom.bench.work.ProcessWork.StartUp;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;

/** Rows of whole models: training steps, inference, and their processes. */
final class ModelRows {
    private ModelRows() {}

    static void addTo(List<Row> rows) {
        train(rows, "mlp, batch 256", Model.MLP, 256, 2, LibtorchMode.DEFAULT);
        train(rows, "lenet, batch 256", Model.LENET, 256, 2, LibtorchMode.DEFAULT);
        process(rows, "start-up", "lenet, first loss", new StartUp(new TrainingStep(Model.LENET, 256)), Figure.TIME);
        process(rows, "peak-memory", "lenet step", new PeakMemory(new TrainingStep(Model.LENET, 256), 5), Figure.BYTES);
    }

    private static void train(
            List<Row> rows, String name, Model model, int batch, double weight, LibtorchMode libtorch) {
        rows.add(
                new Row(
                        "train",
                        name,
                        new TrainingStep(model, batch),
                        FathomMode.EAGER,
                        libtorch,
                        Figure.EXAMPLES,
                        weight));
    }

    private static void process(List<Row> rows, String family, String name, ProcessWork work, Figure figure) {
        rows.add(new Row(family, name, work, FathomMode.EAGER, LibtorchMode.DEFAULT, figure, 1));
    }
}
