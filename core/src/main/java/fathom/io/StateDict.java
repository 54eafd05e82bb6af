package fathom.io;

import fathom.Device;
import fathom.Tensor;
import fathom.files.Excerpt;
import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map of tensors by name: the parameters and buffers of a model, or anything else to be stored in a file.
 * Names follow torchvision and Hugging Face, as {@code layer1.0.bn1.running_mean}.
 */
public final class StateDict {
    /** The number of bytes that identify a file's format. */
    private static final int SIGNATURE_BYTES = 40;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** An empty state dictionary. */
    public StateDict() {}

    /** Adds or replaces a tensor. */
    public StateDict put(String name, Tensor tensor) {
        tensors.put(name, tensor);
        return this;
    }

    /** {@return the tensor with that name, or null} */
    public @Nullable Tensor get(String name) {
        return tensors.get(name);
    }

    /** {@return whether there is a tensor with that name} */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** {@return the names, in order} */
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(tensors.keySet());
    }

    /** {@return names and tensors, in order} */
    public Map<String, Tensor> entries() {
        return java.util.Collections.unmodifiableMap(tensors);
    }

    /** {@return the number of tensors} */
    public int size() {
        return tensors.size();
    }

    /** {@return texts by name stored in the file beside the tensors; modifiable} */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** {@return a copy whose tensors have memory of their own} */
    public StateDict copy() {
        var copy = new StateDict();
        tensors.forEach((name, t) -> copy.put(name, t.detach().clone().keep()));
        copy.metadata.putAll(metadata);
        return copy;
    }

    /**
     * {@return the same tensors and metadata under other names}
     *
     * @param rename returns the new name of each
     * @throws IllegalArgumentException if two tensors get the same name
     */
    public StateDict rename(UnaryOperator<String> rename) {
        var renamed = new StateDict();
        var origins = new LinkedHashMap<String, String>();
        tensors.forEach((name, t) -> {
            String to = rename.apply(name);
            String other = origins.putIfAbsent(to, name);
            if (other != null) {
                throw new IllegalArgumentException(
                        "rename: %s and %s would both be named %s".formatted(other, name, to));
            }
            renamed.put(to, t);
        });
        renamed.metadata.putAll(metadata);
        return renamed;
    }

    /** {@return the tensors whose names are accepted, and all metadata} */
    public StateDict filter(Predicate<String> accepted) {
        var filtered = new StateDict();
        tensors.forEach((name, t) -> {
            if (accepted.test(name)) {
                filtered.put(name, t);
            }
        });
        filtered.metadata.putAll(metadata);
        return filtered;
    }

    /**
     * Reads a safetensors file, or one written by {@code torch.save} ({@code .pth}, {@code .pt}, {@code .bin}),
     * determined by its first bytes. From the latter it takes a dictionary of tensors, or one that a checkpoint holds
     * under a name such as {@code state_dict}; numbers and texts beside them become {@link #metadata}. No code in a
     * file is executed: a file that references a function or class not needed for tensors is rejected with an error
     * that names it. An index, {@code model.safetensors.index.json}, stands for the files in its folder that it names.
     *
     * <p>Tensors are created on the {@linkplain Device#current current device}. Time and memory are proportional to the
     * file's size, whatever its contents claim.
     *
     * @throws IOException if the file does not exist, is truncated or malformed, or has another format; names the file,
     *     the fault and its position
     */
    public static StateDict load(Path file) throws IOException {
        return ShardIndex.isIndex(file) ? ShardIndex.read(file, StateDict::loadFile) : loadFile(file);
    }

    private static StateDict loadFile(Path file) throws IOException {
        byte[] start = InputFiles.start(file, SIGNATURE_BYTES);
        if (TorchFile.isTorchFile(start)) {
            return TorchFile.read(file, start);
        }
        if (Safetensors.isSafetensors(start)) {
            return Safetensors.read(file);
        }
        throw new IOException(
                "%s: neither a safetensors file nor one written by torch.save (.pth, .pt, .bin): it %s%s"
                        .formatted(
                                file,
                                start.length == 0 ? "is empty" : "begins with " + Excerpt.of(start),
                                Npy.isNpy(start) ? "; it is an npy file of one tensor, which Npy.load reads" : ""));
    }

    /**
     * {@return the tensors read by {@link #load(Path)}, on a device}
     *
     * @throws IOException as {@link #load(Path)} does
     */
    public static StateDict load(Path file, Device device) throws IOException {
        try (var _ = device.open()) {
            return load(file);
        }
    }

    /**
     * {@return the tensors of a safetensors file, or of those that an index names, as views of the file in memory}
     *
     * <p>The system reads the file where tensors are used, and keeps one copy for all processes: a large model is there
     * at once, and may be larger than the memory. Writing in place changes the tensor, not the file. The file is
     * unmapped when none of its tensors is reachable; until then it may be replaced or deleted, but must not be
     * truncated or overwritten. Tensors are on the CPU. Booleans and unaligned tensors are copied, and so is a file
     * that this process has no permission to write.
     *
     * @throws IOException as {@link #load(Path)} does
     */
    public static StateDict map(Path file) throws IOException {
        return ShardIndex.isIndex(file) ? ShardIndex.read(file, StateDict::mapFile) : mapFile(file);
    }

    private static StateDict mapFile(Path file) throws IOException {
        byte[] start = InputFiles.start(file, SIGNATURE_BYTES);
        if (!Safetensors.isSafetensors(start)) {
            throw new IOException(
                    "%s: only safetensors files can be mapped: it begins with %s".formatted(file, Excerpt.of(start)));
        }
        return Safetensors.map(file);
    }

    /**
     * Writes a file in the format given by its extension: {@code .safetensors}, or {@code .pth}, {@code .pt} and {@code
     * .bin} as {@code torch.save(state_dict)} does. {@code torch.load} then returns an {@code OrderedDict} of tensors,
     * with the metadata as its attribute {@code metadata}; tensors that share elements share them in the file too. The
     * write is atomic: to a temporary file that is then renamed.
     *
     * @throws IllegalArgumentException if the extension is another one, or the format cannot hold a name or text
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        switch (name.substring(Math.max(0, name.lastIndexOf('.')))) {
            case ".safetensors" -> Safetensors.write(this, file);
            case ".pth", ".pt", ".bin" -> TorchWriter.write(this, file);
            case ".npy" ->
                    throw new IllegalArgumentException(
                            "%s: an npy file holds one tensor, which Npy.save writes; save a StateDict as .safetensors, .pth, .pt or .bin"
                                    .formatted(file));
            default ->
                    throw new IllegalArgumentException(
                            "%s: unsupported file extension; expected .safetensors, .pth, .pt or .bin".formatted(file));
        }
    }

    /**
     * Writes safetensors files of limited size and an index, {@code FILE.index.json}, or a single file if it is enough.
     * A tensor is not divided, so that a large one has a file to itself.
     *
     * @param file the name of a single file, such as {@code model.safetensors}; shards are named {@code
     *     model-00001-of-00002.safetensors}
     * @param maxShardSize the maximum size of a file in bytes, headers not counted
     * @return the file to load
     * @throws IllegalArgumentException if the extension is another one, or the format cannot hold a name or text
     * @throws IOException if a file cannot be written; an earlier index is deleted by then
     */
    public Path save(Path file, long maxShardSize) throws IOException {
        return ShardIndex.write(this, file, maxShardSize);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("StateDict(");
        tensors.forEach((name, t) ->
                text.append("\n  ").append(name).append(": ").append(t.dtype()).append(' ').append(t.shape()));
        return text.append(tensors.isEmpty() ? ")" : "\n)").toString();
    }
}
