package fathom.interop.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** onnxruntime, the judge. */
final class Reference implements Closeable {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;

    Reference(Path file) throws OrtException {
        session = ENVIRONMENT.createSession(file.toString(), options());
    }

    Reference(byte[] model) throws OrtException {
        session = ENVIRONMENT.createSession(model, options());
    }

    /** One thread, and warnings of models' authors are not ours. */
    private static OrtSession.SessionOptions options() throws OrtException {
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return options;
    }

    Map<String, Tensor> run(Map<String, Tensor> inputs) throws OrtException {
        var given = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var e : inputs.entrySet()) {
                given.put(e.getKey(), tensor(e.getValue()));
            }
            var all = new LinkedHashMap<String, Tensor>();
            try (OrtSession.Result result = session.run(given)) {
                for (var e : result) {
                    all.put(e.getKey(), tensor((OnnxTensor) e.getValue()));
                }
            }
            return all;
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(Tensor t) throws OrtException {
        ByteBuffer bytes = Models.bytes(t);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.capacity()).order(ByteOrder.nativeOrder());
        direct.put(bytes.rewind()).rewind();
        OnnxJavaType type =
                switch (t.dtype()) {
                    case FLOAT32 -> OnnxJavaType.FLOAT;
                    case FLOAT16 -> OnnxJavaType.FLOAT16;
                    case FLOAT64 -> OnnxJavaType.DOUBLE;
                    case INT64 -> OnnxJavaType.INT64;
                    case INT32 -> OnnxJavaType.INT32;
                    case UINT8 -> OnnxJavaType.UINT8;
                    case INT8 -> OnnxJavaType.INT8;
                    case BOOL -> OnnxJavaType.BOOL;
                    default -> throw new IllegalArgumentException("no " + t.dtype());
                };
        return OnnxTensor.createTensor(ENVIRONMENT, direct, t.shape().dims(), type);
    }

    private static Tensor tensor(OnnxTensor t) {
        TensorInfo info = t.getInfo();
        DType type =
                switch (info.type) {
                    case FLOAT -> DType.FLOAT32;
                    case FLOAT16 -> DType.FLOAT16;
                    case DOUBLE -> DType.FLOAT64;
                    case INT64 -> DType.INT64;
                    case INT32 -> DType.INT32;
                    case UINT8 -> DType.UINT8;
                    case INT8 -> DType.INT8;
                    case BOOL -> DType.BOOL;
                    default -> throw new IllegalArgumentException("no " + info.type);
                };
        ByteBuffer bytes = t.getByteBuffer();
        return Tensors.fromBytes(MemorySegment.ofBuffer(bytes), type, info.getShape());
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
