package fathom.bench.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What {@code bench/pytorch/gpu.py} prints: a name, a tab, and milliseconds a line. */
final class PyTorchFigures {
    private PyTorchFigures() {}

    static Map<String, Double> read(String file) {
        Map<String, Double> figures = new HashMap<>();
        try {
            for (String line : Files.readAllLines(Path.of(file))) {
                String[] parts = line.split("\t");
                if (parts.length == 2) {
                    figures.put(parts[0], Double.parseDouble(parts[1]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return figures;
    }
}
