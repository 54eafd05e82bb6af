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
import fathom.bench.side.Language;
import fathom.bench.side.Problem;
import fathom.bench.work.EncoderSize;
import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.Model;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.Row;
import fathom.files.Folders;
import fathom.interop.onnx.Onnx;
import fathom.nn.Block;
import fathom.text.bert.BertModel;
import fathom.text.sentences.SentenceModels;
import fathom.vision.ocr.OcrModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The onnxruntime process of the benchmark: inference, with all of its optimisations, on the ONNX files that Fathom's
 * exporter writes for the networks of Fathom's side, or on the published files. Its results are compared with Fathom's
 * before a row is measured.
 */
public final class OnnxRuntimeSide implements Side {
    /** The greatest difference between the results, relative to the greatest of them. */
    private static final double TOLERANCE = 1e-3;

    private static final String MINILM = "all-MiniLM-L6-v2";

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
        Tensors.manualSeed(0);
        try (var _ = Scope.open()) {
            return switch (row.work()) {
                case Inference work -> open(work);
                case Encoding work -> open(work);
                default -> throw new UnsupportedOperationException("onnxruntime measures inference only");
            };
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
        String name = session.getInputNames().iterator().next();
        return compared(
                new Inferred(session, Map.of(name, input(problem.x()))), () -> problem.forward().apply(problem.x()));
    }

    /** {@return a task whose result is Fathom's; one with another result is closed} */
    private static Task compared(Inferred task, Supplier<Tensor> expected) throws OrtException {
        try (var _ = Autograd.noGrad()) {
            compare(task.output(), expected.get());
        } catch (OrtException | RuntimeException e) {
            task.close();
            throw e;
        }
        return task;
    }

    /** MiniLM is the published file, BERT-base what Fathom exports. */
    private Task open(Encoding work) throws IOException, OrtException {
        Tensor ids = Tensors.randint(0, EncoderSize.VOCABULARY, work.batch(), work.tokens());
        BertModel net;
        OrtSession session;
        if (work.model() == EncoderSize.MINILM) {
            Path file = SentenceModels.find(MINILM, System.err::println).resolve("model.onnx");
            net = BertModel.fromOnnx(file);
            net.eval();
            session = session(file);
        } else {
            net = Language.encoder(work);
            session = exported(net, ids, net::forward);
        }
        var inputs = new HashMap<String, OnnxTensor>();
        for (String name : session.getInputNames()) {
            Tensor x =
                    name.equals("attention_mask")
                            ? Tensors.onesLike(ids)
                            : name.equals("token_type_ids") ? Tensors.zerosLike(ids) : ids;
            LongBuffer values = memory(x.numel() * Long.BYTES).asLongBuffer();
            values.put(x.toLongArray()).rewind();
            inputs.put(name, OnnxTensor.createTensor(environment, values, x.shape().dims()));
        }
        return compared(new Inferred(session, inputs), () -> net.forward(ids));
    }

    private OrtSession session(Model model, Problem problem) throws IOException, OrtException {
        return switch (model) {
            case PPOCR_DETECTOR, PPOCR_RECOGNISER -> {
                OcrModels files = OcrModels.in(OcrModels.folder(System.err::println));
                yield session(model == Model.PPOCR_DETECTOR ? files.detector() : files.recognizer());
            }
            default -> exported(problem.blocks().getFirst(), problem.x(), problem.forward());
        };
    }

    private OrtSession session(Path file) throws OrtException {
        try (var options = new SessionOptions()) {
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            options.setExecutionMode(ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(Fathom.threads());
            return environment.createSession(file.toString(), options);
        }
    }

    private OrtSession exported(Block net, Tensor x, UnaryOperator<Tensor> forward) throws IOException, OrtException {
        Path folder = Files.createTempDirectory("fathom-bench");
        try {
            Path file = folder.resolve("model.onnx");
            Onnx.export(net, List.of(x), in -> List.of(forward.apply(in.getFirst())), file, o -> o.dynamicBatch(false));
            return session(file);
        } finally {
            Folders.delete(folder);
        }
    }

    private OnnxTensor input(Tensor x) throws OrtException {
        FloatBuffer values = memory(x.numel() * Float.BYTES).asFloatBuffer();
        values.put(x.toFloatArray()).rewind();
        return OnnxTensor.createTensor(environment, values, x.shape().dims());
    }

    private static ByteBuffer memory(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
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
     * Inference on inputs whose buffers both this process and the library use.
     *
     * @param session the model
     * @param inputs the inputs by their names
     */
    private record Inferred(OrtSession session, Map<String, OnnxTensor> inputs) implements Task {
        private OrtSession.Result result() throws OrtException {
            return session.run(inputs);
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
            inputs.values().forEach(OnnxTensor::close);
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }
}
