package fathom.io;

import fathom.DType;
import fathom.dispatch.Dims;
import fathom.files.Excerpt;
import fathom.pickle.Builders;
import fathom.pickle.Dictionary;
import fathom.pickle.PickleInput;
import fathom.pickle.Unpickler;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pickles of {@code torch.save}: dictionaries of tensors, which only reference their elements in storages.
 * Functions and classes other than those below are rejected by name: a pickle that references them would run a program.
 */
final class TorchPickle implements Builders {
    /** An upper bound: the pickle of a network of a hundred thousand tensors is smaller. */
    static final long MAX_BYTES = 32L << 20;

    /** Costs of the objects below, including their map entries. */
    private static final int PLACED = 96;

    private static final int ELEMENTS = 96;

    static final Map<String, DType> STORAGES =
            Map.of(
                    "torch.DoubleStorage", DType.FLOAT64,
                    "torch.FloatStorage", DType.FLOAT32,
                    "torch.HalfStorage", DType.FLOAT16,
                    "torch.BFloat16Storage", DType.BFLOAT16,
                    "torch.LongStorage", DType.INT64,
                    "torch.IntStorage", DType.INT32,
                    "torch.ShortStorage", DType.INT16,
                    "torch.CharStorage", DType.INT8,
                    "torch.ByteStorage", DType.UINT8,
                    "torch.BoolStorage", DType.BOOL);

    /** PyTorch's types, which a checkpoint may mention; represented by their names. */
    private static final List<String> TYPES =
            List.of(
                    "torch.float64",
                    "torch.float32",
                    "torch.float16",
                    "torch.bfloat16",
                    "torch.int64",
                    "torch.int32",
                    "torch.int16",
                    "torch.int8",
                    "torch.uint8",
                    "torch.bool");

    /**
     * Elements that several tensors may share.
     *
     * @param key the file's name for them
     */
    record Elements(String key, DType dtype, long count) {
        long bytes() {
            return count * dtype.size();
        }
    }

    /** A tensor whose elements have not been read yet. */
    record Placed(Elements elements, long[] shape, long[] strides, long offset) {}

    private final PickleInput in;
    private final Map<String, Elements> storages = new LinkedHashMap<>();

    private TorchPickle(PickleInput in) {
        this.in = in;
    }

    /**
     * A pickle's content.
     *
     * @param object the saved object, with {@link Placed} in place of tensors
     * @param storages all storages referenced, by key
     */
    record Saved(@Nullable Object object, Map<String, Elements> storages) {}

    static Saved read(PickleInput in) throws IOException {
        var builders = new TorchPickle(in);
        return new Saved(Unpickler.read(in, builders), builders.storages);
    }

    @Override
    public Object global(String name) throws IOException {
        DType dtype = STORAGES.get(name);
        if (dtype != null) {
            return dtype;
        }
        if (TYPES.contains(name)) {
            return name;
        }
        return switch (name) {
            case "collections.OrderedDict" -> (Builder) this::dictionary;
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> (Builder) this::tensor;
            case "torch._utils._rebuild_parameter" -> (Builder) arguments -> argument(arguments, 0);
            case "torch.Size" -> (Builder) arguments -> argument(arguments, 0);
            case "torch.device" -> (Builder) TorchPickle::device;
            default ->
                    throw new IOException(
                            name.startsWith("torch.") && name.endsWith("Storage")
                                    ? "it holds tensors of %s, which is not supported".formatted(Excerpt.of(name))
                                    : "its pickle references %s, which tensors do not need; code in files is never run. In Python, save the weights alone: torch.save(model.state_dict(), ...)"
                                            .formatted(Excerpt.of(name)));
        };
    }

    private static @Nullable Object argument(List<@Nullable Object> arguments, int i) throws IOException {
        if (i >= arguments.size()) {
            throw new IOException("its pickle calls a function with too few arguments");
        }
        return arguments.get(i);
    }

    private Object dictionary(List<@Nullable Object> arguments) throws IOException {
        var map = new Dictionary();
        if (!arguments.isEmpty()) {
            for (Object pair : list(arguments.getFirst())) {
                List<?> entry = list(pair);
                if (entry.size() != 2) {
                    throw new IOException("its pickle builds a dictionary from values that are not pairs");
                }
                Unpickler.put(in, map, entry.get(0), entry.get(1));
            }
        }
        return map;
    }

    /** Arguments: the device type and optionally its index. */
    private static Object device(List<@Nullable Object> arguments) throws IOException {
        if (!(argument(arguments, 0) instanceof String type)) {
            throw new IOException("its pickle names a device by a value that is not text");
        }
        return arguments.size() == 1 ? type : type + ":" + number(arguments.get(1));
    }

    /** Arguments: storage, offset, sizes, strides, and autograd settings. */
    private Object tensor(List<@Nullable Object> arguments) throws IOException {
        if (!(argument(arguments, 0) instanceof Elements elements)) {
            throw new IOException("its pickle builds a tensor from a value that is not a storage");
        }
        long offset = number(argument(arguments, 1));
        long[] shape = numbers(argument(arguments, 2));
        long[] strides = numbers(argument(arguments, 3));
        if (shape.length != strides.length || !fits(elements.count, shape, strides, offset)) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "it places a tensor of shape %s with strides %s at %d among %d elements",
                            java.util.Arrays.toString(shape),
                            java.util.Arrays.toString(strides),
                            offset,
                            elements.count));
        }
        in.spend(PLACED + 16L * shape.length);
        return new Placed(elements, shape, strides, offset);
    }

    private static boolean fits(long count, long[] shape, long[] strides, long offset) {
        try {
            long last = offset;
            for (int d = 0; d < shape.length; d++) {
                if (shape[d] < 0 || strides[d] < 0) {
                    return false;
                }
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[d] - 1), strides[d]));
            }
            return offset >= 0 && (Dims.numel(shape) == 0 ? offset <= count : last < count);
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** The identifier of a storage: ("storage", type, key, original device, number of elements). */
    @Override
    public Object persistent(@Nullable Object identifier) throws IOException {
        List<?> id = list(identifier);
        if (id.size() < 5 || !"storage".equals(id.getFirst())) {
            throw new IOException(
                    "it refers to a %s; only storages of tensors are supported. It seems to be a whole model: save its state_dict() alone"
                            .formatted(
                                    id.isEmpty()
                                            ? "nothing"
                                            : id.getFirst() instanceof String s ? Excerpt.of(s) : "thing"));
        }
        if (!(id.get(1) instanceof DType dtype) || !(id.get(2) instanceof String key)) {
            throw new IOException("it refers to a storage without a type or a key");
        }
        if (id.size() > 5 && id.get(5) != null) {
            throw new IOException("it has views of storages, as PyTorch before 0.4 wrote them");
        }
        long count = number(id.get(4));
        if (count < 0 || count > Long.MAX_VALUE / dtype.size()) {
            throw new IOException(String.format(Locale.ROOT, "it refers to a storage of %d elements", count));
        }
        var elements = new Elements(key, dtype, count);
        in.spend(ELEMENTS + key.length()); // which is compared with earlier ones
        Elements before = storages.putIfAbsent(key, elements);
        if (before != null && !before.equals(elements)) {
            throw new IOException("it declares storage %s twice, differently".formatted(Excerpt.of(key)));
        }
        return before == null ? elements : before;
    }

    static List<?> list(@Nullable Object value) throws IOException {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IOException("its pickle has a value that is not the expected list");
    }

    static long number(@Nullable Object value) throws IOException {
        if (value instanceof Long n) {
            return n;
        }
        throw new IOException("its pickle has a value that is not the expected number");
    }

    /** Converts sizes or strides. */
    private static long[] numbers(@Nullable Object value) throws IOException {
        List<?> list = list(value);
        if (list.size() > TensorBytes.MAX_RANK) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "it has a tensor of %,d dimensions; the limit is %d",
                            list.size(),
                            TensorBytes.MAX_RANK));
        }
        var out = new long[list.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = number(Objects.requireNonNullElse(list.get(i), ""));
        }
        return out;
    }
}
