package fathom.testkit;

import fathom.DType;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The tensors of a file, to compare runs: files of different runs differ at least in the run's id. */
public final class Weights {
    private Weights() {}

    /** {@return each tensor in a line: name, type, shape and all elements, which differ if a bit of a value does} */
    public static List<String> of(Path file) throws IOException {
        return StateDict.load(file).entries().entrySet().stream()
                .map(e ->
                        "%s %s %s %s"
                                .formatted(
                                        e.getKey(),
                                        e.getValue().dtype(),
                                        e.getValue().shape(),
                                        Arrays.toString(e.getValue().to(DType.FLOAT64).flatten().toDoubleArray())))
                .toList();
    }
}
