package fathom.data;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A data set whose examples are kept in a file, so that they are prepared (decoded, resized, tokenised) only once. The
 * file is written atomically with a checksum; one that is damaged, or belongs to another version of the data, is
 * written anew.
 *
 * {@snippet :
 * var images = new ImageFolder(Path.of("pets"), o -> o.transform(Transforms.resize(64, 64)));
 * Dataset fast = CachedDataset.of(images, Path.of("pets-64.safetensors"), "resize 64");
 * }
 *
 * <p>The examples are held in memory, as by a {@link TensorDataset}, and must have the same shapes. Random transforms
 * do not belong into a cache: apply them to its batches ({@link Dataset#mapBatches}).
 */
public final class CachedDataset {
    private static final System.Logger LOG = System.getLogger(CachedDataset.class.getName());

    /** The number of examples that are prepared at a time. */
    private static final int CHUNK = 64;

    private static final String VERSION = "version";
    private static final String CHECKSUM = "sha256";

    private CachedDataset() {}

    /**
     * {@return the examples of a data set, read from a file, or written to it if it is not there}
     *
     * @param file a safetensors file
     * @param version what the examples depend on, such as the transform: a file of another version is written anew, as
     *     is one with another number of examples
     * @throws IllegalArgumentException if the file's name does not end in {@code .safetensors}, or examples differ in
     *     shape
     * @throws UncheckedIOException if the file cannot be written
     */
    public static TensorDataset of(Dataset dataset, Path file, String version) {
        if (!file.toString().endsWith(".safetensors")) {
            throw new IllegalArgumentException("CachedDataset: expected a file NAME.safetensors, got " + file);
        }
        if (Files.exists(file)) {
            try {
                StateDict state = StateDict.load(file);
                String fault = fault(state, dataset.size(), version);
                if (fault.isEmpty()) {
                    return new TensorDataset(tensors(state).toArray(Tensor[]::new));
                }
                LOG.log(System.Logger.Level.INFO, "%s is written anew: %s".formatted(file, fault));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "%s is written anew: %s".formatted(file, e.getMessage()));
            }
        }
        List<Tensor> tensors = prepared(dataset);
        var state = new StateDict();
        for (int i = 0; i < tensors.size(); i++) {
            state.put(Integer.toString(i), tensors.get(i));
        }
        state.metadata().put(VERSION, version);
        state.metadata().put(CHECKSUM, checksum(tensors));
        try {
            state.save(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return new TensorDataset(tensors.toArray(Tensor[]::new));
    }

    private static List<Tensor> tensors(StateDict state) {
        var tensors = new ArrayList<Tensor>();
        Map<String, Tensor> entries = state.entries();
        for (int i = 0; i < entries.size(); i++) {
            Tensor t = entries.get(Integer.toString(i));
            if (t != null) {
                tensors.add(t);
            }
        }
        return tensors;
    }

    /** {@return why a file cannot be used; empty if it can} */
    private static String fault(StateDict state, long size, String version) {
        List<Tensor> tensors = tensors(state);
        if (tensors.isEmpty() || tensors.size() != state.size() || !state.metadata().containsKey(CHECKSUM)) {
            return "it is no cache of examples";
        }
        if (!version.equals(state.metadata().get(VERSION))) {
            return "it holds the version '%s', not '%s'".formatted(state.metadata().get(VERSION), version);
        }
        for (Tensor t : tensors) {
            if (t.dim() == 0 || t.size(0) != size) {
                return String.format(Locale.ROOT, "it does not hold %,d examples", size);
            }
        }
        return checksum(tensors).equals(state.metadata().get(CHECKSUM)) ? "" : "its checksum does not fit";
    }

    private static List<Tensor> prepared(Dataset dataset) {
        if (dataset.size() == 0) {
            throw new IllegalArgumentException("CachedDataset: the data set has no examples");
        }
        var parts = new ArrayList<List<Tensor>>();
        for (Batch batch :
                DataLoader.of(dataset, CHUNK).workers(Math.max(1, Runtime.getRuntime().availableProcessors()))) {
            for (int f = 0; f < batch.tensors().size(); f++) {
                if (parts.size() == f) {
                    parts.add(new ArrayList<>());
                }
                parts.get(f).add(batch.get(f));
            }
        }
        return parts.stream().map(p -> Tensors.cat(p, 0)).toList();
    }

    private static String checksum(List<Tensor> tensors) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Tensor t : tensors) {
                digest.update("%s %s".formatted(t.dtype(), t.shape()).getBytes(StandardCharsets.UTF_8));
                for (long from = 0; from < t.size(0); from += CHUNK) { // a copy of a part at a time
                    digest.update(t.narrow(0, from, Math.min(CHUNK, t.size(0) - from)).contiguous().toByteArray());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new FathomException("CachedDataset: this Java has no SHA-256", e);
        }
    }
}
