package fathom.io;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.HostAccess;
import fathom.dispatch.TensorAccess;
import fathom.files.AtomicFiles;
import fathom.files.StoredZip;
import fathom.files.Utf8;
import fathom.memory.Pins;
import fathom.pickle.PickleOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Writes files in the format of {@code torch.save(state_dict, ...)}: a zip archive with a pickle of an {@code
 * OrderedDict} and an uncompressed entry per storage. Metadata become an attribute of the dictionary, so that {@code
 * load_state_dict} accepts it as it is.
 *
 * @see <a href="https://pytorch.org/docs/stable/notes/serialization.html">PyTorch, Serialization semantics</a>
 */
final class TorchWriter {
    /** The name of the dictionary's attribute. */
    static final String METADATA = "metadata";

    private static final String FOLDER = "archive/";

    /** The number of entries that Python's pickler adds to a dictionary at a time. */
    private static final int BATCH = 1000;

    private static final Map<DType, String> STORAGES = new HashMap<>();

    static {
        TorchPickle.STORAGES.forEach((name, dtype) -> STORAGES.put(dtype, name.substring("torch.".length())));
    }

    private TorchWriter() {}

    static void write(StateDict state, Path file) throws IOException {
        state.names().forEach(name -> Utf8.check("the tensor's name", name));
        state.metadata()
                .forEach((name, text) -> {
                    Utf8.check("the metadata's name", name);
                    Utf8.check("the metadata's text", text);
                });
        var layout = new StorageLayout(state.entries());
        archive(file, pickle(state, layout), layout);
    }

    /**
     * Writes a dictionary that may be nested.
     *
     * @throws IllegalArgumentException if it holds a value that such files cannot
     */
    static void write(Map<String, ?> content, Path file) throws IOException {
        var tree = new TorchTree();
        tree.collect(content);
        var layout = new StorageLayout(tree.tensors());
        var out = new PickleOutput();
        tree.write(out, name -> tensor(out, Objects.requireNonNull(layout.placed().get(name))));
        archive(file, out.finish(), layout);
    }

    private static void archive(Path file, byte[] pickle, StorageLayout layout) throws IOException {
        AtomicFiles.write(
                file,
                channel -> {
                    try (var zip = new StoredZip(channel)) {
                        zip.store(FOLDER + "data.pkl", MemorySegment.ofArray(pickle));
                        zip.store(FOLDER + "byteorder", text("little"));
                        int key = 0;
                        for (Tensor elements : layout.storages()) {
                            Tensor c = HostAccess.onHost(elements).contiguous();
                            try (var pin = Pins.of(TensorAccess.storage(c))) {
                                zip.store(FOLDER + "data/" + key++, TensorBytes.memory(c));
                            }
                            Reference.reachabilityFence(c);
                        }
                        zip.store(FOLDER + "version", text("3\n"));
                    }
                });
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] pickle(StateDict state, StorageLayout layout) {
        var out = new PickleOutput();
        orderedDict(out);
        entries(out, state.names(), name -> tensor(out, Objects.requireNonNull(layout.placed().get(name))));
        if (!state.metadata().isEmpty()) {
            out.code('}').memoise().text(METADATA).code('}').memoise();
            entries(
                    out,
                    state.metadata().keySet(),
                    name -> out.text(Objects.requireNonNull(state.metadata().get(name))));
            out.code('s').code('b');
        }
        return out.finish();
    }

    static void orderedDict(PickleOutput out) {
        out.global("collections", "OrderedDict").code(')').code('R').memoise();
    }

    private interface Value {
        void write(String name);
    }

    private static void entries(PickleOutput out, Iterable<String> names, Value value) {
        var all = names.iterator();
        while (all.hasNext()) {
            String first = all.next();
            boolean several = all.hasNext();
            if (several) {
                out.code('(');
            }
            out.text(first);
            value.write(first);
            for (int n = 1; n < BATCH && all.hasNext(); n++) {
                String name = all.next();
                out.text(name);
                value.write(name);
            }
            out.code(several ? 'u' : 's');
        }
    }

    private static void tensor(PickleOutput out, StorageLayout.Placed placed) {
        out.global("torch._utils", "_rebuild_tensor_v2").code('(');
        out.code('(')
                .constant("storage")
                .global("torch", Objects.requireNonNull(STORAGES.get(placed.dtype())))
                .constant(Integer.toString(placed.key()))
                .constant("cpu")
                .number(placed.count())
                .code('t')
                .memoise()
                .code('Q');
        out.number(placed.offset()).numbers(placed.shape()).numbers(placed.strides()).code(0x89);
        orderedDict(out); // of hooks
        out.code('t').memoise().code('R').memoise();
    }
}
