package fathom.interop.onnx;

import fathom.files.InputFiles;
import fathom.interop.onnx.operators.OperatorTable;
import fathom.interop.onnx.proto.ModelProto;
import fathom.io.MappedFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads ONNX models.
 *
 * {@snippet :
 * OnnxModel net = Onnx.load(Path.of("resnet18.onnx"));
 * try (var off = Autograd.noGrad()) {
 *     Tensor scores = net.forward(image);
 * }
 * }
 *
 * <p>Models of opset 9 to 21 are read. The file is mapped, so that its weights are loaded from disk when they are first
 * used, and must not be truncated while the model is in use.
 *
 * @see <a href="https://onnx.ai/onnx/intro/concepts.html">ONNX concepts</a>
 */
public final class Onnx {
    /** Version 9 is that of exporters of 2019; versions from 22 on may change operators. */
    private static final long MIN_OPSET = 9;

    private static final long MAX_OPSET = 21;

    private Onnx() {}

    /**
     * {@return a model as a layer in evaluation mode, on the current device}
     *
     * @param file an ONNX file; tensors in other files are looked for in its folder
     * @throws IOException if the file cannot be read, is damaged, or uses operators that are not supported, naming all
     *     of them and a node of each
     */
    public static OnnxModel load(Path file) throws IOException {
        InputFiles.check(file);
        try {
            MappedFile memory = MappedFile.open(file);
            ModelProto proto = ModelProto.read(memory.bytes());
            long opset = proto.opsets().getOrDefault("", MIN_OPSET);
            if (opset < MIN_OPSET || opset > MAX_OPSET) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "it has operators of version %d; versions %d to %d are supported",
                                opset,
                                MIN_OPSET,
                                MAX_OPSET));
            }
            return new OnnxModel(proto, opset, new OnnxTensors(file, memory));
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // a damaged file may describe impossible shapes and graphs
            throw new IOException("%s: not a usable ONNX model: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * {@return the names of the supported operators, in order; those of other domains than ONNX's own begin with the
     * domain}
     */
    public static List<String> operators() {
        return OperatorTable.names();
    }
}
