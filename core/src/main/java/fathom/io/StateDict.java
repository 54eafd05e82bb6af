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
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name, in order: the parameters and buffers of a model, or whatever else belongs in a file. Names are
 * torchvision's and Hugging Face's, as {@code layer1.0.bn1.running_mean}.
 */
public final class StateDict {
    /** So many bytes tell what a file is. */
    private static final int START = 40;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** An empty one. */
    public StateDict() {}

    /** Adds or replaces a tensor. */
    public StateDict put(String name, Tensor tensor) {
        tensors.put(name, tensor);
        return this;
    }

    /** {@return the tensor of that name, or null} */
    public @Nullable Tensor get(String name) {
        return tensors.get(name);
    }

    /** {@return whether there is a tensor of that name} */
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

    /** {@return how many there are} */
    public int size() {
        return tensors.size();
    }

    /** {@return texts by name that go into the file beside the tensors; may be written} */
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
     * Reads a safetensors file, or one that {@code torch.save} wrote ({@code .pth}, {@code .pt}, {@code .bin}); its
     * first bytes tell. Of the latter it takes a dictionary of tensors, or one that a checkpoint holds under a name
     * such as {@code state_dict}; numbers and texts beside them become {@link #metadata}. Nothing in a file is run: one
     * that asks for a function or class that tensors do not need is refused, and the refusal names it.
     *
     * <p>Tensors are made on the {@linkplain Device#current current device}. Time and memory are in proportion to the
     * file's size, whatever its contents claim.
     *
     * @throws IOException if there is no such file, or it is truncated, malformed or of another format; says which
     *     file, what is wrong and where
     */
    public static StateDict load(Path file) throws IOException {
        byte[] start = InputFiles.start(file, START);
        if (TorchFile.isOne(start)) {
            return TorchFile.read(file, start);
        }
        if (Safetensors.isOne(start)) {
            return Safetensors.read(file);
        }
        throw new IOException(
                "%s: neither a safetensors file nor one of torch.save (.pth, .pt, .bin): it %s%s"
                        .formatted(
                                file,
                                start.length == 0 ? "is empty" : "begins with " + Excerpt.of(start),
                                Npy.isOne(start) ? "; it is an npy file of one tensor, which Npy.load reads" : ""));
    }

    /**
     * {@return what {@link #load(Path)} reads, with its tensors on a device}
     *
     * @throws IOException as {@link #load(Path)} does
     */
    public static StateDict load(Path file, Device device) throws IOException {
        try (var _ = device.open()) {
            return load(file);
        }
    }

    /**
     * Writes a file in the format that its name ends in: {@code .safetensors}, or {@code .pth}, {@code .pt} and {@code
     * .bin} as {@code torch.save(state_dict)} does. {@code torch.load} gives an {@code OrderedDict} of tensors then,
     * with the metadata as its attribute {@code metadata}; tensors that share elements share them in the file. It is
     * written beside its place first, then moved into it.
     *
     * @throws IllegalArgumentException if the name ends in something else, or the format cannot hold a name or text
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
                            "%s: its ending names no format that is written here; there are .safetensors, .pth, .pt and .bin"
                                    .formatted(file));
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder("StateDict(");
        tensors.forEach((name, t) ->
                text.append("\n  ").append(name).append(": ").append(t.dtype()).append(' ').append(t.shape()));
        return text.append(tensors.isEmpty() ? ")" : "\n)").toString();
    }
}
