package fathom;

import fathom.TorchPickle.Elements;
import fathom.TorchPickle.Placed;
import fathom.memory.Native;
import fathom.pickle.PickleInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Files that {@code torch.save} wrote: since PyTorch 1.6 a zip archive with a pickle and a file per storage, before
 * that pickles with the storages behind them. What is read is a dictionary of tensors, or one that holds such a
 * dictionary under a usual name; nothing in it is run.
 *
 * @see <a href="https://pytorch.org/docs/stable/notes/serialization.html">PyTorch, Serialization semantics</a>
 */
final class TorchFile {
    /** How the pickle of a magic number begins that precedes the others in an old file. */
    private static final byte[] OLD_START = {(byte) 0x80, 2, (byte) 0x8a, 10};

    private static final BigInteger OLD_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long OLD_VERSION = 1001;

    /** What training scripts call the network's state among other things. */
    private static final List<String> STATES = List.of("state_dict", "model_state_dict", "model", "net", "weights");

    private static final int CHUNK = 1 << 20;

    private final Path file;

    private TorchFile(Path file) {
        this.file = file;
    }

    /** {@return whether a file that begins so is one of PyTorch's} */
    static boolean isOne(byte[] start) {
        return isZip(start) || startsWith(start, OLD_START);
    }

    private static boolean isZip(byte[] start) {
        return startsWith(start, new byte[] {'P', 'K', 3, 4});
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    static StateDict read(Path file, byte[] start) throws IOException {
        var reader = new TorchFile(file);
        try {
            return isZip(start) ? reader.readZip() : reader.readOld();
        } catch (ZipException e) {
            throw reader.unusable("as a zip archive it is truncated or damaged (%s)".formatted(e.getMessage()), e);
        } catch (UnusableException e) {
            throw e;
        } catch (IOException e) {
            throw reader.unusable(String.valueOf(e.getMessage()), e);
        }
    }

    private static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnusableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private IOException unusable(String why, @Nullable Throwable cause) {
        return new UnusableException("%s: not a usable PyTorch file: %s".formatted(file, why), cause);
    }

    // ---- which of it are the weights ------------------------------------------------------------------------------

    /** What is to become of a saved object: tensors by name, texts by name. */
    private record Plan(Map<String, Placed> tensors, Map<String, String> texts) {
        /** The storages that are wanted, each once. */
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
                        throw new IOException("it lacks storage " + p.elements().key());
                    }
                    state.put(e.getKey(), all.asStrided(p.shape(), p.strides(), p.offset()));
                }
            }
            state.metadata().putAll(texts);
            return state;
        }
    }

    private static Plan plan(@Nullable Object saved) throws IOException {
        if (!(saved instanceof Map<?, ?> map)) {
            throw new IOException("it holds %s where a dictionary of tensors should be".formatted(kind(saved)));
        }
        var tensors = new LinkedHashMap<String, Placed>();
        var texts = new LinkedHashMap<String, String>();
        for (var e : map.entrySet()) {
            if (e.getValue() instanceof Placed p && e.getKey() instanceof String name) {
                tensors.put(name, p);
            } else if (e.getKey() instanceof String name
                    && (e.getValue() instanceof Number
                            || e.getValue() instanceof String
                            || e.getValue() instanceof Boolean)) {
                texts.put(name, e.getValue().toString());
            }
        }
        if (!tensors.isEmpty() || map.isEmpty()) {
            return new Plan(tensors, texts);
        }
        for (String name : STATES) {
            if (map.get(name) instanceof Map<?, ?> inner
                    && inner.values().stream().anyMatch(v -> v instanceof Placed)) {
                return new Plan(plan(inner).tensors(), texts);
            }
        }
        var keys = new LinkedHashSet<String>();
        map.keySet().stream().limit(20).forEach(k -> keys.add(String.valueOf(k)));
        throw new IOException(
                "it holds no tensors by name but %s; a dictionary of them is looked for at the top or under %s"
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
        try (var zip = new ZipFile(file.toFile())) {
            ZipEntry pickle =
                    zip.stream()
                            .filter(e -> e.getName().matches("([^/]+/)?data\\.pkl"))
                            .findFirst()
                            .orElseThrow(() ->
                                    new IOException(
                                            "it is a zip archive without data.pkl, written by another program"));
            String folder = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
            if (zip.getEntry(folder + "constants.pkl") != null) {
                throw new IOException(
                        "it is a TorchScript program; in Python, save the weights alone: torch.save(model.state_dict(), ...)");
            }
            ZipEntry order = zip.getEntry(folder + "byteorder");
            if (order != null) {
                String text = new String(smallEntry(zip, order), StandardCharsets.UTF_8);
                if (!text.equals("little")) {
                    throw new IOException("its numbers are of byte order '%s', not little-endian".formatted(text));
                }
            }
            Plan plan;
            try (InputStream in = zip.getInputStream(pickle)) {
                plan = plan(TorchPickle.read(new PickleInput(in, TorchPickle.LONGEST)).object());
            }
            // entries that lie over each other would take more memory than the file
            long left = Files.size(file);
            var storages = new HashMap<String, Tensor>();
            for (Elements e : plan.storages().values()) {
                left -= e.bytes();
                if (left < 0) {
                    throw new IOException("its storages are larger than the file");
                }
                storages.put(e.key(), storage(zip, folder + "data/" + e.key(), e));
            }
            return plan.state(storages);
        }
    }

    private static byte[] smallEntry(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes(16);
        }
    }

    private static Tensor storage(ZipFile zip, String name, Elements e) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IOException("it lacks %s, the elements of a tensor".formatted(name));
        }
        long bytes = e.bytes();
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != bytes || entry.getCompressedSize() != bytes) {
            throw new IOException(
                    "%s should be %d elements of %s, %d bytes as they are, but has %d in %d"
                            .formatted(name, e.count(), e.dtype(), bytes, entry.getSize(), entry.getCompressedSize()));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            var crc = new CRC32();
            Tensor t = elements(in, e, crc);
            if (crc.getValue() != entry.getCrc()) {
                throw new IOException("%s does not agree with its checksum: the file is damaged".formatted(name));
            }
            return t;
        }
    }

    private static Tensor elements(InputStream in, Elements e, CRC32 crc) throws IOException {
        long bytes = e.bytes();
        Tensor t = Creation.empty(e.dtype(), e.count());
        byte[] chunk = new byte[(int) Math.min(bytes, CHUNK)];
        for (long done = 0; done < bytes; ) {
            int n = in.readNBytes(chunk, 0, (int) Math.min(bytes - done, chunk.length));
            if (n == 0) {
                throw new IOException("it ends in the middle of storage " + e.key());
            }
            crc.update(chunk, 0, n);
            MemorySegment.copy(chunk, 0, Native.ALL, ValueLayout.JAVA_BYTE, t.address() + done, n);
            done += n;
        }
        Reference.reachabilityFence(t);
        return t.keep();
    }

    // ---- before PyTorch 1.6 ---------------------------------------------------------------------------------------

    /** Pickles of a magic number, the version, the writer's system, the object, the storages' keys; then storages. */
    private StateDict readOld() throws IOException {
        long size = Files.size(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            var pickles = new PickleInput(in, Math.min(size, TorchPickle.LONGEST));
            if (!OLD_MAGIC.equals(TorchPickle.read(pickles).object())) {
                throw new IOException("it does not begin with PyTorch's magic number");
            }
            if (!(TorchPickle.read(pickles).object() instanceof Long version) || version != OLD_VERSION) {
                throw new IOException("it is of an unknown version of the format that PyTorch had before 1.6");
            }
            if (!(TorchPickle.read(pickles).object() instanceof Map<?, ?> system)
                    || !Boolean.TRUE.equals(system.get("little_endian"))) {
                throw new IOException("its numbers are not little-endian");
            }
            TorchPickle.Saved saved = TorchPickle.read(pickles);
            Plan plan = plan(saved.object());
            Map<String, Elements> wanted = plan.storages();
            List<?> keys = TorchPickle.list(TorchPickle.read(pickles).object());
            var storages = new HashMap<String, Tensor>();
            long position = pickles.position();
            for (Object key : keys) {
                Elements e = key instanceof String s ? saved.storages().get(s) : null;
                if (e == null || storages.containsKey(e.key())) {
                    throw new IOException("it holds a storage that nothing refers to, or one twice");
                }
                position += Long.BYTES;
                if (e.bytes() > size - position) {
                    throw new IOException("it is truncated: storage %s has %d bytes".formatted(e.key(), e.bytes()));
                }
                long count = new PickleInput(in, Long.BYTES).number(Long.BYTES);
                if (count != e.count()) {
                    throw new IOException(
                            "storage %s has %d elements, where its tensors speak of %d"
                                    .formatted(e.key(), count, e.count()));
                }
                if (wanted.containsKey(e.key())) {
                    storages.put(e.key(), elements(in, e, new CRC32()));
                } else {
                    in.skipNBytes(e.bytes());
                }
                position += e.bytes();
            }
            return plan.state(storages);
        }
    }
}
