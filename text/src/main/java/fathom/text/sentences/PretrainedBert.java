package fathom.text.sentences;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** BERT as the network of an encoder. */
final class PretrainedBert {
    private PretrainedBert() {}

    static boolean hasWeights(Path folder) {
        return Files.exists(folder.resolve("model.safetensors")) || Files.exists(folder.resolve("pytorch_model.bin"));
    }

    static SentenceFiles.Network of(Path folder) throws IOException {
        throw new IOException(folder + ": not yet");
    }

    static SentenceFiles.@Nullable Network ofOnnx(Path file) throws IOException {
        return null;
    }
}
