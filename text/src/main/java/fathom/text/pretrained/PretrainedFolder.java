package fathom.text.pretrained;

import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import fathom.io.StateDict;
import fathom.text.tokenizers.Tokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A folder with a pretrained model, as {@code save_pretrained} of Hugging Face's libraries writes it and as their hub
 * has it: {@code config.json}, the weights, and a tokenizer.
 *
 * {@snippet :
 * var folder = PretrainedFolder.open(Path.of("models/bert-base-chinese"));
 * long width = folder.config().integer("hidden_size");
 * StateDict weights = folder.weights();
 * Tokenizer tokenizer = folder.tokenizer();
 * }
 *
 * <p>Weights are {@code model.safetensors}, or those that {@code model.safetensors.index.json} names; else {@code
 * pytorch_model.bin}, or those that {@code pytorch_model.bin.index.json} names. Nothing is ever downloaded, and no code
 * in a file is executed.
 *
 * @see <a href="https://huggingface.co/docs/transformers/models">Hugging Face, Loading models</a>
 */
public final class PretrainedFolder {
    private static final String CONFIG = "config.json";
    private static final String SAFETENSORS = "model.safetensors";
    private static final List<String> WEIGHTS =
            List.of(SAFETENSORS, "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    private final Path path;
    private final PretrainedConfig config;

    private PretrainedFolder(Path path, PretrainedConfig config) {
        this.path = path;
        this.config = config;
    }

    /**
     * {@return a folder, whose configuration is read}
     *
     * @throws UncheckedIOException if there is no such folder, or its {@code config.json} is missing or damaged
     */
    public static PretrainedFolder open(Path folder) {
        Path file = folder.resolve(CONFIG);
        try {
            if (!Files.exists(folder)) {
                throw new FileNotFoundException(
                        "%s: there is no such folder; a pretrained model is a folder with %s and weights (names of models on a hub are not looked up)"
                                .formatted(folder, CONFIG));
            }
            if (!Files.isDirectory(folder)) {
                throw new NotDirectoryException(
                        "%s: not a folder; expected a folder with %s and weights".formatted(folder, CONFIG));
            }
            return new PretrainedFolder(folder, PretrainedConfig.parse(InputFiles.text(file)));
        } catch (IllegalArgumentException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return the folder} */
    public Path path() {
        return path;
    }

    /** {@return the settings in {@code config.json}} */
    public PretrainedConfig config() {
        return config;
    }

    /**
     * {@return what is made of the settings}
     *
     * @param make may throw an {@link IllegalArgumentException} for a setting that it does not support
     * @throws UncheckedIOException with the name of {@code config.json}, then
     */
    public <T> T configure(Function<PretrainedConfig, T> make) {
        try {
            return make.apply(config);
        } catch (IllegalArgumentException e) {
            throw damaged(path.resolve(CONFIG), e);
        }
    }

    /**
     * {@return the file of the weights, or the index that names their files}
     *
     * @throws UncheckedIOException if there is none
     */
    public Path weightsFile() {
        for (String name : WEIGHTS) {
            Path file = path.resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new UncheckedIOException(
                new FileNotFoundException(
                        "%s: there are no weights; expected one of %s".formatted(path, String.join(", ", WEIGHTS))));
    }

    /**
     * {@return the weights by name; those of safetensors files are {@linkplain StateDict#map views} of the files, which
     * must not be overwritten while they are in use}
     *
     * @throws UncheckedIOException if they are missing, truncated or damaged; names the file and the fault
     */
    public StateDict weights() {
        Path file = weightsFile();
        boolean isMapped = String.valueOf(file.getFileName()).startsWith(SAFETENSORS);
        try {
            return isMapped ? StateDict.map(file) : StateDict.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return whether there is a tokenizer} */
    public boolean hasTokenizer() {
        return Files.exists(path.resolve("tokenizer.json"))
                || Files.exists(path.resolve("vocab.txt"))
                || Files.exists(path.resolve("vocab.json")) && Files.exists(path.resolve("merges.txt"));
    }

    /**
     * {@return the tokenizer}
     *
     * @throws UncheckedIOException if it is missing or damaged
     */
    public Tokenizer tokenizer() {
        return Tokenizer.load(path);
    }

    /**
     * Writes a configuration and weights, as {@code config.json} and {@code model.safetensors}, into a folder, which is
     * created where it is missing.
     *
     * @throws UncheckedIOException if they cannot be written
     */
    public static void save(Path folder, PretrainedConfig config, StateDict weights) {
        save(folder, config, weights, Long.MAX_VALUE);
    }

    /**
     * Writes a configuration and weights into a folder, which is created where it is missing.
     *
     * @param maxShardSize the maximum size of a file of weights in bytes; where there are several, an index names them
     * @throws UncheckedIOException if they cannot be written
     */
    public static void save(Path folder, PretrainedConfig config, StateDict weights, long maxShardSize) {
        var marked = new StateDict();
        weights.entries().forEach(marked::put);
        marked.metadata().putAll(weights.metadata());
        marked.metadata().put("format", "pt"); // Hugging Face's libraries refuse files without it
        try {
            Files.createDirectories(folder);
            marked.save(folder.resolve(SAFETENSORS), maxShardSize);
            AtomicFiles.write(folder.resolve(CONFIG), (config.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    private static UncheckedIOException damaged(Path file, IllegalArgumentException e) {
        String message = file + ": " + e.getMessage();
        return new UncheckedIOException(message, new IOException(message, e));
    }
}
