package fathom.interop.onnx.export;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * What was written.
 *
 * @param file the file
 * @param inputs the names of the inputs
 * @param outputs the names of the outputs
 * @param nodes the number of nodes
 * @param operators the number of nodes by operator
 */
public record ExportedModel(
        Path file, List<String> inputs, List<String> outputs, int nodes, SortedMap<String, Integer> operators) {}
