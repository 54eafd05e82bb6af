package fathom.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import fathom.Autograd;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.side.Problem;
import fathom.bench.work.Model;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.Row;
import fathom.interop.onnx.Onnx;
import fathom.nn.Block;
import fathom.vision.ocr.OcrModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The onnxruntime process of the benchmark: inference, with all of its optimisations, on the ONNX files that Fathom's
 * exporter writes for the networks of Fathom's side, or on the published files. Its results are compared with Fathom's
 * before a row is measured.
 */
public final class OnnxRuntimeSide implements Side {
    /** The greatest difference between the results, relative to the greatest of them. */
    private static final double TOLERANCE = 1e-3;

    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "fathom-bench");

    private OnnxRuntimeSide() {}

    /** Serves the bench on the standard streams. */
    public static void main(String[] args) throws IOException {
        Server.serve(new OnnxRuntimeSide());
    }

    @Override
    public String describe() {
        return String.format(Locale.ROOT, "onnxruntime %s, %d threads", environment.getVersion(), Fathom.threads());
    }

    @Override
    public Task open(Row row) {
        if (!(row.work() instanceof Inference work)) {
            throw new UnsupportedOperationException("onnxruntime measures inference only");
        }
        Tensors.manualSeed(0);
        try (var _ = Scope.open()) {
            return open(work);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private Task open(Inference work) throws IOException, OrtException {
        var problem = Problem.of(work.model(), work.batch());
        problem.blocks().forEach(Block::eval);
        OrtSession session = session(work.model(), problem);
        var task = new Inferred(session, input(problem.x()));
        try (var _ = Autograd.noGrad()) {
            compare(task.output(), problem.forward().apply(problem.x()));
        } catch (OrtException | RuntimeException e) {
            task.close();
            throw e;
        }
        return task;
    }

    private OrtSession session(Model model, Problem problem) throws IOException, OrtException {
        try (var options = new SessionOptions()) {
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            options.setExecutionMode(ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(Fathom.threads());
            switch (model) {
                case PPOCR_DETECTOR, PPOCR_RECOGNISER -> {
                    OcrModels files = OcrModels.in(OcrModels.folder(System.err::println));
                    Path file = model == Model.PPOCR_DETECTOR ? files.detector() : files.recognizer();
                    return environment.createSession(file.toString(), options);
                }
                default -> {
                    Path folder = Files.createTempDirectory("fathom-bench");
                    try {
                        Path file = folder.resolve("model.onnx");
                        Onnx.export(
                                problem.blocks().getFirst(),
                                List.of(problem.x()),
                                in -> List.of(problem.forward().apply(in.getFirst())),
                                file,
                                o -> o.dynamicBatch(false));
                        return environment.createSession(file.toString(), options);
                    } finally {
                        delete(folder);
                    }
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private OnnxTensor input(Tensor x) throws OrtException {
        FloatBuffer values =
                ByteBuffer.allocateDirect(Math.toIntExact(x.numel() * Float.BYTES))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        values.put(x.toFloatArray()).rewind();
        return OnnxTensor.createTensor(environment, values, x.shape().dims());
    }

    private static void compare(float[] theirs, Tensor ours) {
        float[] expected = ours.toFloatArray();
        if (theirs.length != expected.length) {
            throw new IllegalStateException(
                    "results of %s elements differ from Fathom's %s".formatted(theirs.length, ours.shape()));
        }
        double most = 0;
        double difference = 0;
        for (int i = 0; i < theirs.length; i++) {
            most = Math.max(most, Math.abs(expected[i]));
            double d = Math.abs(theirs[i] - expected[i]);
            difference = d <= difference ? difference : d; // NaN stays
        }
        if (!(difference <= TOLERANCE * most)) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "results differ from Fathom's by %.3g, the greatest of which is %.3g",
                            difference,
                            most));
        }
    }

    /**
     * Inference on one input, whose buffer both this process and the library use.
     *
     * @param session the model
     * @param x the input
     */
    private record Inferred(OrtSession session, OnnxTensor x) implements Task {
        private OrtSession.Result result() throws OrtException {
            return session.run(Map.of(session.getInputNames().iterator().next(), x));
        }

        float[] output() throws OrtException {
            try (OrtSession.Result result = result()) {
                FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
                var array = new float[values.remaining()];
                values.get(array);
                return array;
            }
        }

        @Override
        public void run() {
            try {
                result().close();
            } catch (OrtException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            x.close();
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }
}
