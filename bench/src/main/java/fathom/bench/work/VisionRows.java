package fathom.bench.work;

import static fathom.bench.work.Row.FathomMode.CAPTURED;
import static fathom.bench.work.Row.LibtorchMode.CHANNELS_LAST;
import static fathom.bench.work.Row.LibtorchMode.DEFAULT;
import static fathom.bench.work.Row.LibtorchMode.NONE;

import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;
import java.util.Locale;

/** Rows of vision's models at their usual sizes: inference, beside onnxruntime too, and training steps. */
final class VisionRows {
    private static final int[] BATCHES = {1, 8};

    private VisionRows() {}

    /** Adds the training steps. */
    static void addTraining(List<Row> rows) {
        train(rows, Model.RESNET50, 16, DEFAULT, CHANNELS_LAST);
        train(rows, Model.MOBILENET_V2, 16, DEFAULT, CHANNELS_LAST);
        train(rows, Model.VIT_TINY, 64, DEFAULT);
        train(rows, Model.TINYSSD, 32, DEFAULT, CHANNELS_LAST);
        train(rows, Model.FCN, 4, DEFAULT, CHANNELS_LAST);
    }

    /** Adds inference. */
    static void addInference(List<Row> rows) {
        for (Model convolutional :
                List.of(Model.RESNET50, Model.MOBILENET_V2, Model.EFFICIENTNET_B0, Model.CONVNEXT_TINY)) {
            infer(rows, convolutional, DEFAULT, CHANNELS_LAST);
        }
        infer(rows, Model.VIT_B_16, DEFAULT);
        infer(rows, Model.SWIN_T, DEFAULT);
        infer(rows, Model.PPOCR_DETECTOR, NONE);
        infer(rows, Model.PPOCR_RECOGNISER, NONE);
    }

    private static void train(List<Row> rows, Model model, int batch, LibtorchMode... modes) {
        for (LibtorchMode mode : modes) {
            var work = new TrainingStep(model, batch);
            rows.add(Row.of("train", name(model, batch), work, CAPTURED, mode, Figure.EXAMPLES, 2));
        }
    }

    private static void infer(List<Row> rows, Model model, LibtorchMode... modes) {
        for (int batch : BATCHES) {
            for (LibtorchMode mode : modes) {
                var work = new Inference(model, batch);
                rows.add(Row.of("infer", name(model, batch), work, CAPTURED, mode, Figure.EXAMPLES, 1));
            }
        }
    }

    private static String name(Model model, int batch) {
        return model.name().toLowerCase(Locale.ROOT) + ", batch " + batch;
    }
}
