package fathom.interop.onnx;

import fathom.Tensor;
import fathom.files.InputFiles;
import fathom.interop.onnx.export.ExportOptions;
import fathom.interop.onnx.export.ExportedModel;
import fathom.interop.onnx.export.Exporter;
import fathom.interop.onnx.operators.OperatorTable;
import fathom.interop.onnx.proto.ModelProto;
import fathom.io.MappedFile;
import fathom.nn.Block;
import fathom.nn.Layer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads and writes ONNX models.
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
     * Writes a network of one input as an ONNX model, with a batch of any size.
     *
     * @param net the network; exported in evaluation mode
     * @param example an example of its input, a batch
     * @param file the file, replaced if it exists
     * @throws IOException if it cannot be written
     * @throws UnsupportedOperationException if the network cannot be expressed in ONNX, naming the operation
     */
    public static ExportedModel export(Layer net, Tensor example, Path file) throws IOException {
        return export(net, example, file, o -> {});
    }

    /** As {@link #export(Layer, Tensor, Path)}, with options. */
    public static ExportedModel export(Layer net, Tensor example, Path file, Consumer<ExportOptions> options)
            throws IOException {
        return export(net, List.of(example), in -> List.of(net.call(in.getFirst())), file, options);
    }

    /**
     * Writes what a function computes with the parameters and buffers of a network, for any numbers of inputs and
     * results.
     *
     * <p>The function is called several times on inputs of different sizes; its operations are recorded, compared and
     * written. So it must compute by tensor operations: values read in Java, random numbers, and operations whose
     * number depends on a dynamic axis are refused.
     *
     * @param net the network; exported in evaluation mode. Its parameters and buffers have their names in the file
     * @param examples an example of each input
     * @param forward from the inputs to the results
     * @param file the file, replaced if it exists
     * @throws IOException if it cannot be written, or has more than 2 GB
     * @throws UnsupportedOperationException if the function cannot be expressed in ONNX, naming the operation
     */
    public static ExportedModel export(
            Block net,
            List<Tensor> examples,
            Function<List<Tensor>, List<Tensor>> forward,
            Path file,
            Consumer<ExportOptions> options)
            throws IOException {
        var o = new ExportOptions();
        options.accept(o);
        return new Exporter(net, examples, forward, o).write(file);
    }

    /**
     * {@return the names of the supported operators, in order; those of other domains than ONNX's own begin with the
     * domain}
     */
    public static List<String> operators() {
        return OperatorTable.names();
    }
}
