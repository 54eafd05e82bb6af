package fathom.io;

import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nested dictionaries in files of {@code torch.save}: a checkpoint with the states of a model and of its optimiser, as
 * PyTorch programs write and read them.
 *
 * {@snippet :
 * TorchCheckpoint.save(Path.of("checkpoint.pth"), Map.of(
 *         "epoch", 3,
 *         "model_state_dict", net.stateDict(),
 *         "optimizer_state_dict", optimizer.torchStateDict()));
 * Map<?, ?> read = TorchCheckpoint.load(Path.of("checkpoint.pth"));
 * net.loadStateDict(StateDict.load(Path.of("checkpoint.pth")));       // finds model_state_dict
 * optimizer.loadTorchStateDict((Map<?, ?>) read.get("optimizer_state_dict"));
 * }
 *
 * @see <a href="https://pytorch.org/tutorials/beginner/saving_loading_models.html">PyTorch, Saving and Loading
 *     Models</a>
 */
public final class TorchCheckpoint {
    private static final int SIGNATURE_BYTES = 40;

    private TorchCheckpoint() {}

    /**
     * Writes a dictionary that {@code torch.load} reads. Values are tensors, numbers, booleans, texts, null, lists,
     * maps with texts or integers as keys, and {@link StateDict}s; arrays of doubles and longs become tuples. Tensors
     * that share memory share it in the file too. The write is atomic.
     *
     * @throws IllegalArgumentException if a value is of another kind, naming it
     * @throws IOException if the file cannot be written; an existing one is unchanged then
     */
    public static void save(Path file, Map<String, ?> content) throws IOException {
        TorchWriter.write(content, file);
    }

    /**
     * {@return the dictionary in a file of {@code torch.save}} Tensors are {@link fathom.Tensor}s, integers {@link
     * Long}s, floating-point numbers {@link Double}s, lists and tuples {@link java.util.List}s, and dictionaries {@link
     * Map}s, whose keys are texts or integers. No code in the file is executed: one that references a function or class
     * not needed for these is rejected with an error that names it.
     *
     * @throws IOException if the file cannot be read, is damaged, or holds no dictionary
     */
    public static Map<Object, @Nullable Object> load(Path file) throws IOException {
        byte[] start = InputFiles.start(file, SIGNATURE_BYTES);
        if (!TorchFile.isTorchFile(start)) {
            throw new IOException("%s: not a file of torch.save (.pth, .pt, .bin)".formatted(file));
        }
        return TorchFile.readTree(file, start);
    }
}
