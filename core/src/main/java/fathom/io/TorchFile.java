package fathom.io;

import fathom.Autograd;
import fathom.Tensor;
import fathom.files.BufferedChannels;
import fathom.files.Excerpt;
import fathom.files.ReadBudget;
import fathom.io.TorchPickle.Elements;
import fathom.io.TorchPickle.Placed;
import fathom.pickle.Dictionary;
import fathom.pickle.PickleInput;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Files written by {@code torch.save}: since PyTorch 1.6 a zip archive with a pickle and one entry per storage, before
 * that pickles followed by the storages. Only a dictionary of tensors is read, or an object that holds one under a
 * usual name; no code in the file is executed.
 *
 * @see <a href="https://pytorch.org/docs/stable/notes/serialization.html">PyTorch, Serialization semantics</a>
 */
final class TorchFile {
    /** The start of the magic number's pickle, the first in an old file. */
    private static final byte[] OLD_START = {(byte) 0x80, 2, (byte) 0x8a, 10};

    private static final BigInteger OLD_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long OLD_VERSION = 1001;

    /** The names under which training scripts store the network's state beside other objects. */
    private static final List<String> STATES = List.of("state_dict", "model_state_dict", "model", "net", "weights");

    private static final int BUFFER = 1 << 16;

    /** Which tensors of a saved object are read. */
    private interface Selection {
        Plan plan(@Nullable Object saved) throws IOException;
    }

    private final Path file;
    private final Selection selection;

    private TorchFile(Path file, Selection selection) {
        this.file = file;
        this.selection = selection;
    }

    /** {@return whether a file starting with these bytes is one of PyTorch's} */
    static boolean isTorchFile(byte[] start) {
        return isZip(start) || startsWith(start, OLD_START);
    }

    private static boolean isZip(byte[] start) {
        return startsWith(start, new byte[] {'P', 'K', 3, 4});
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    static StateDict read(Path file, byte[] start) throws IOException {
        return read(file, start, TorchFile::plan);
    }

    /** {@return the dictionary in a file with everything in it} */
    static Map<Object, @Nullable Object> readTree(Path file, byte[] start) throws IOException {
        var tree = new TorchTreeReader();
        StateDict tensors = read(file, start, saved -> new Plan(tree.tensors(saved), Map.of()));
        return tree.content(tensors);
    }

    private static StateDict read(Path file, byte[] start, Selection selection) throws IOException {
        var reader = new TorchFile(file, selection);
        try {
            return isZip(start) ? reader.readZip() : reader.readOld();
        } catch (ZipException e) {
            throw reader.unusable("as a zip archive it is truncated or damaged (%s)".formatted(e.getMessage()), e);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw reader.unusable(String.valueOf(e.getMessage()), e);
        }
    }

    private IOException unusable(String why, Throwable cause) {
        return new IOException("%s: not a usable PyTorch file: %s".formatted(file, why), cause);
    }

    // ---- finding the weights --------------------------------------------------------------------------------------

    /** The usable contents of a saved object: tensors by name, texts by name. */
    private record Plan(Map<String, Placed> tensors, Map<String, String> texts) {
        /** The storages needed, each once. */
        Map<String, Elements> storages() {
            var found = new LinkedHashMap<String, Elements>();
            tensors.values().forEach(p -> found.put(p.elements().key(), p.elements()));
            return found;
        }

        StateDict state(Map<String, Tensor> storages) throws IOException {
            var state = new StateDict();
            try (var off = Autograd.noGrad()) {
                for (var e : tensors.entrySet()) {
                    Placed p = e.getValue();
                    Tensor all = storages.get(p.elements().key());
                    if (all == null) {
                        throw new IOException("it lacks storage " + Excerpt.of(p.elements().key()));
                    }
                    state.put(e.getKey(), all.asStrided(p.shape(), p.strides(), p.offset()));
                }
            }
            state.metadata().putAll(texts);
            return state;
        }
    }

    private static Plan plan(@Nullable Object saved) throws IOException {
        if (!(saved instanceof Dictionary map)) {
            throw new IOException("it holds %s, expected a dictionary of tensors".formatted(kind(saved)));
        }
        var tensors = new LinkedHashMap<String, Placed>();
        var texts = new LinkedHashMap<String, String>();
        for (var e : map.entrySet()) {
            if (!(e.getKey() instanceof String name)) {
                continue;
            }
            switch (e.getValue()) {
                case Placed p -> tensors.put(name, p);
                case String s -> texts.put(name, s);
                case Number n -> texts.put(name, n.toString());
                case Boolean b -> texts.put(name, b.toString());
                case null, default -> {}
            }
        }
        if (map.attributes().get(TorchWriter.METADATA) instanceof Dictionary metadata) {
            metadata.forEach((name, text) -> {
                if (name instanceof String n && text instanceof String t) {
                    texts.put(n, t);
                }
            });
        }
        if (!tensors.isEmpty() || map.isEmpty()) {
            return new Plan(tensors, texts);
        }
        for (String name : STATES) {
            if (map.get(name) instanceof Dictionary inner
                    && inner.values().stream().anyMatch(v -> v instanceof Placed)) {
                return new Plan(plan(inner).tensors(), texts);
            }
        }
        String keys =
                map.keySet().stream()
                        .limit(20)
                        .map(k -> Excerpt.of(String.valueOf(k)))
                        .collect(Collectors.joining(", ", "[", "]"));
        throw new IOException(
                "it holds no dictionary of tensors but %s; one is expected at the top level or under %s"
                        .formatted(keys, String.join(", ", STATES)));
    }

    private static String kind(@Nullable Object saved) {
        return switch (saved) {
            case null -> "None";
            case Placed p -> "one tensor without a name";
            case List<?> l -> "a list";
            default -> "something else";
        };
    }

    // ---- zip archives ---------------------------------------------------------------------------------------------

    private StateDict readZip() throws IOException {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            throw new IOException("zip archives can only be read from the default file system; copy it there");
        }
        long size = Files.size(file);
        try (var zip = new ZipFile(file.toFile())) {
            Map<String, ZipEntry> entries = entries(zip);
            ZipEntry pickle =
                    entries.values().stream()
                            .filter(e -> e.getName().matches("([^/]+/)?data\\.pkl"))
                            .findFirst()
                            .orElseThrow(() ->
                                    new IOException(
                                            "it is a zip archive without data.pkl, written by another program"));
            String folder = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
            if (entries.containsKey(folder + "constants.pkl")) {
                throw new IOException(
                        "it is a TorchScript program; in Python, save the weights alone: torch.save(model.state_dict(), ...)");
            }
            ZipEntry order = entries.get(folder + "byteorder");
            if (order != null) {
                String text = new String(smallEntry(zip, order), StandardCharsets.UTF_8);
                if (!text.equals("little")) {
                    throw new IOException(
                            "its numbers have byte order '%s', not little-endian".formatted(Excerpt.of(text)));
                }
            }
            Plan plan;
            try (InputStream in = new BufferedInputStream(zip.getInputStream(pickle), BUFFER)) {
                var input = new PickleInput(in, TorchPickle.MAX_BYTES, ReadBudget.forFile(size));
                plan = selection.plan(TorchPickle.read(input).object());
            }
            // overlapping entries would take more memory than the file
            long left = size;
            var storages = new HashMap<String, Tensor>();
            for (Elements e : plan.storages().values()) {
                left -= e.bytes();
                if (left < 0) {
                    throw new IOException("its storages are larger than the file");
                }
                storages.put(e.key(), storage(zip, entries, folder + "data/" + e.key(), e));
            }
            return plan.state(storages);
        }
    }

    /** {@return the archive's entries by name; duplicates are rejected, as programs differ in which one they read} */
    private static Map<String, ZipEntry> entries(ZipFile zip) throws IOException {
        var entries = new LinkedHashMap<String, ZipEntry>();
        for (ZipEntry e : Collections.list(zip.entries())) {
            if (entries.put(e.getName(), e) != null) {
                throw new IOException("it has two entries named " + Excerpt.of(e.getName()));
            }
        }
        return entries;
    }

    private static byte[] smallEntry(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes(16);
        }
    }

    private static Tensor storage(ZipFile zip, Map<String, ZipEntry> entries, String name, Elements e)
            throws IOException {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new IOException("it lacks %s, the elements of a tensor".formatted(Excerpt.of(name)));
        }
        long bytes = e.bytes();
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != bytes || entry.getCompressedSize() != bytes) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s should hold %d elements of %s in %d uncompressed bytes, but has %d in %d",
                            Excerpt.of(name),
                            e.count(),
                            e.dtype(),
                            bytes,
                            entry.getSize(),
                            entry.getCompressedSize()));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            var checked = new CheckedInputStream(in, new CRC32());
            Tensor t = elements(checked, e);
            if (checked.getChecksum().getValue() != entry.getCrc()) {
                throw new IOException(
                        "%s does not match its checksum: the file is damaged".formatted(Excerpt.of(name)));
            }
            return t;
        }
    }

    private static Tensor elements(InputStream in, Elements e) throws IOException {
        try {
            return TensorBytes.read(BufferedChannels.reader(in), e.dtype(), e.count()).keep();
        } catch (EOFException end) {
            throw new IOException("it ends in the middle of storage " + Excerpt.of(e.key()), end);
        }
    }

    // ---- before PyTorch 1.6 ---------------------------------------------------------------------------------------

    /**
     * Reads pickles of a magic number, the version, the writer's system, the object and the storages' keys; then the
     * storages.
     */
    private StateDict readOld() throws IOException {
        long size = Files.size(file);
        var budget = ReadBudget.forFile(size);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            var pickles = new PickleInput(in, Math.min(size, TorchPickle.MAX_BYTES), budget);
            if (!OLD_MAGIC.equals(TorchPickle.read(pickles).object())) {
                throw new IOException("it does not begin with PyTorch's magic number");
            }
            if (!(TorchPickle.read(pickles).object() instanceof Long version) || version != OLD_VERSION) {
                throw new IOException("it has an unknown version of the format used before PyTorch 1.6");
            }
            if (!(TorchPickle.read(pickles).object() instanceof Map<?, ?> system)
                    || !Boolean.TRUE.equals(system.get("little_endian"))) {
                throw new IOException("its numbers are not little-endian");
            }
            TorchPickle.Saved saved = TorchPickle.read(pickles);
            Plan plan = selection.plan(saved.object());
            Map<String, Elements> wanted = plan.storages();
            List<?> keys = TorchPickle.list(TorchPickle.read(pickles).object());
            var storages = new HashMap<String, Tensor>();
            long position = pickles.position();
            for (Object key : keys) {
                Elements e = key instanceof String s ? saved.storages().get(s) : null;
                if (e == null || storages.containsKey(e.key())) {
                    throw new IOException("it holds an unreferenced storage, or one twice");
                }
                position += Long.BYTES;
                if (e.bytes() > size - position) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "it is truncated: storage %s has %d bytes",
                                    Excerpt.of(e.key()),
                                    e.bytes()));
                }
                long count = new PickleInput(in, Long.BYTES, budget).number(Long.BYTES);
                if (count != e.count()) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "storage %s has %d elements, but its tensors reference %d",
                                    Excerpt.of(e.key()),
                                    count,
                                    e.count()));
                }
                if (wanted.containsKey(e.key())) {
                    storages.put(e.key(), elements(in, e));
                } else {
                    in.skipNBytes(e.bytes());
                }
                position += e.bytes();
            }
            return plan.state(storages);
        }
    }
}
