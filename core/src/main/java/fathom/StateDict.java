package fathom;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name, in order: the parameters and buffers of a model, or whatever else belongs in a file. Names are
 * torchvision's and Hugging Face's, as {@code layer1.0.bn1.running_mean}.
 */
public final class StateDict {
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
     * @throws IOException if there is none, or it is truncated or malformed or refused, saying how
     */
    public static StateDict load(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(16);
        }
        return TorchFile.isOne(start) ? TorchFile.read(file, start) : Safetensors.read(file);
    }

    /** Writes a safetensors file: beside it first, then moved into place. */
    public void save(Path file) throws IOException {
        Safetensors.write(this, file);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("StateDict(");
        tensors.forEach((name, t) ->
                text.append("\n  ").append(name).append(": ").append(t.dtype()).append(' ').append(t.shape()));
        return text.append(tensors.isEmpty() ? ")" : "\n)").toString();
    }
}
