package fathom.text.sentences;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import fathom.Tensor;
import fathom.Tensors;
import fathom.text.tokenizers.EncodedBatch;
import java.io.Closeable;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** onnxruntime, the judge of a BERT's token vectors. */
final class OnnxJudge implements Closeable {
    private final OrtSession session;

    OnnxJudge(Path file) throws OrtException {
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        session = OrtEnvironment.getEnvironment().createSession(file.toString(), options);
    }

    Tensor tokens(EncodedBatch batch) throws OrtException {
        var given = new LinkedHashMap<String, OnnxTensor>();
        try {
            given.put("input_ids", tensor(batch.inputIds()));
            given.put("attention_mask", tensor(batch.attentionMask()));
            given.put("token_type_ids", tensor(batch.tokenTypeIds()));
            try (OrtSession.Result result = session.run(given)) {
                var t = (OnnxTensor) result.get("last_hidden_state").orElseThrow();
                float[] values = new float[t.getFloatBuffer().remaining()];
                t.getFloatBuffer().get(values);
                return Tensors.tensor(values).reshape(t.getInfo().getShape());
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(Tensor t) throws OrtException {
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(t.reshape(-1).toLongArray()), t.shape().dims());
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
