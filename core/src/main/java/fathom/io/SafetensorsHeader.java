package fathom.io;

import fathom.DType;
import fathom.files.Excerpt;
import fathom.files.ReadBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The header of a safetensors file: the tensors and their positions. It is accepted where the reference library accepts
 * it: tensors follow one another in the order of their offsets, without gaps, overlaps or trailing bytes, each of the
 * size that its type and shape imply.
 *
 * @param tensors by name, in the header's order
 * @param metadata texts by name
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";

    /** Without symbol tables: names occur once each, and a hostile file could fill a table with colliding names. */
    static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(128)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private static final Map<String, DType> TYPES =
            Map.of(
                    "F64", DType.FLOAT64,
                    "F32", DType.FLOAT32,
                    "F16", DType.FLOAT16,
                    "BF16", DType.BFLOAT16,
                    "I64", DType.INT64,
                    "I32", DType.INT32,
                    "I16", DType.INT16,
                    "I8", DType.INT8,
                    "U8", DType.UINT8,
                    "BOOL", DType.BOOL);

    private static final Map<DType, String> NAMES = new HashMap<>();

    static {
        TYPES.forEach((name, dtype) -> NAMES.put(dtype, name));
    }

    /**
     * A tensor of a file.
     *
     * @param begin the first byte of its elements, relative to the end of the header
     * @param end the byte after its elements
     */
    record Entry(String name, DType dtype, long[] shape, long begin, long end) {}

    /** {@return the format's name of a type} */
    static String typeName(DType dtype) {
        return Objects.requireNonNull(NAMES.get(dtype));
    }

    /** {@return the tensors in the order of their elements} */
    List<Entry> inFileOrder() {
        var sorted = new ArrayList<>(tensors.values());
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return sorted;
    }

    /**
     * Parses a header.
     *
     * @param json its text
     * @param available the number of bytes in the file for elements
     * @throws IOException naming the fault, if the reference library would reject it too or a tensor's type or rank is
     *     not supported here
     */
    static SafetensorsHeader parse(String json, long available, ReadBudget budget) throws IOException {
        SafetensorsHeader header;
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), json)) {
            header = new Parser(in, budget).header();
        } catch (JacksonException e) {
            throw new IOException("its header is not JSON: " + Excerpt.of(e.getOriginalMessage()), e);
        }
        header.validate(available);
        return header;
    }

    private void validate(long available) throws IOException {
        long position = 0;
        Entry before = null;
        for (Entry e : inFileOrder()) {
            if (e.begin != position) {
                throw new IOException(
                        before == null
                                ? String.format(
                                        Locale.ROOT,
                                        "the elements of its first tensor \"%s\" begin at byte %d, not at 0",
                                        Excerpt.of(e.name),
                                        e.begin)
                                : String.format(
                                        Locale.ROOT,
                                        "tensor \"%s\" begins at byte %d, but tensor \"%s\" before it ends at %d: there is %s",
                                        Excerpt.of(e.name),
                                        e.begin,
                                        Excerpt.of(before.name),
                                        position,
                                        e.begin > position ? "a gap" : "an overlap"));
            }
            long bytes = TensorBytes.size(e.dtype, e.shape);
            if (bytes < 0 || e.end - e.begin != bytes) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "tensor \"%s\" of shape %s and type %s has %s bytes, but is at bytes %d to %d",
                                Excerpt.of(e.name),
                                Arrays.toString(e.shape),
                                e.dtype,
                                bytes < 0 ? "more than 2^63" : bytes,
                                e.begin,
                                e.end));
            }
            if (e.end > available) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "tensor \"%s\" of shape %s and type %s is at bytes %d to %d, but there are %d; the file is truncated or damaged",
                                Excerpt.of(e.name),
                                Arrays.toString(e.shape),
                                e.dtype,
                                e.begin,
                                e.end,
                                available));
            }
            position = e.end;
            before = e;
        }
        if (position != available) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "its tensors have %d bytes, but the file has %d; the remainder belongs to no tensor",
                            position,
                            available));
        }
    }

    /** A single-pass parser that retains only the result. */
    private static final class Parser {
        private final JsonParser in;
        private final ReadBudget budget;
        private final Map<String, Entry> tensors = new LinkedHashMap<>();
        private @Nullable Map<String, String> metadata;
        private long[] numbers = new long[8];

        Parser(JsonParser in, ReadBudget budget) {
            this.in = in;
            this.budget = budget;
        }

        SafetensorsHeader header() throws IOException {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("its header is not a JSON object");
            }
            for (String name; (name = in.nextName()) != null; ) {
                in.nextToken();
                budget.spend(1000 + 2L * name.length()); // a tensor with its storage, or a map of texts
                if (!name.equals(METADATA)) {
                    if (tensors.put(name, tensor(name)) != null) {
                        throw new IOException("it has two tensors named \"%s\"".formatted(Excerpt.of(name)));
                    }
                } else if (metadata != null) {
                    throw new IOException("it has two entries " + METADATA);
                } else {
                    metadata = metadata();
                }
            }
            if (in.nextToken() != null) {
                throw new IOException("its header continues after its JSON object");
            }
            return new SafetensorsHeader(tensors, metadata == null ? Map.of() : metadata);
        }

        private Map<String, String> metadata() throws IOException {
            var texts = new LinkedHashMap<String, String>();
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return texts;
            }
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw new IOException("its %s is %s, not an object of texts".formatted(METADATA, found()));
            }
            for (String name; (name = in.nextName()) != null; ) {
                if (in.nextToken() != JsonToken.VALUE_STRING) {
                    throw new IOException(
                            "its %s has %s under \"%s\", not a text".formatted(METADATA, found(), Excerpt.of(name)));
                }
                budget.spend(200 + 2L * (name.length() + in.getStringLength()));
                if (texts.put(name, in.getString()) != null) {
                    throw new IOException("its %s has two texts named \"%s\"".formatted(METADATA, Excerpt.of(name)));
                }
            }
            return texts;
        }

        private Entry tensor(String name) throws IOException {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw wrong(name, "is %s, not an object with dtype, shape and data_offsets".formatted(found()));
            }
            DType dtype = null;
            long[] shape = null;
            long[] offsets = null;
            for (String field; (field = in.nextName()) != null; ) {
                in.nextToken();
                switch (field) {
                    case "dtype" -> {
                        once(name, field, dtype);
                        dtype = type(name);
                    }
                    case "shape" -> {
                        once(name, field, shape);
                        shape = numbers(name, field, TensorBytes.MAX_RANK);
                    }
                    case "data_offsets" -> {
                        once(name, field, offsets);
                        offsets = numbers(name, field, 2);
                    }
                    default -> in.skipChildren(); // as the reference library does
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                throw wrong(name, "lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
            }
            if (offsets.length != 2 || offsets[1] < offsets[0]) {
                throw wrong(
                        name,
                        "has data_offsets %s, expected the first byte and the one after the last"
                                .formatted(Arrays.toString(offsets)));
            }
            return new Entry(name, dtype, shape, offsets[0], offsets[1]);
        }

        private static void once(String name, String field, @Nullable Object before) throws IOException {
            if (before != null) {
                throw wrong(name, "has %s twice".formatted(field));
            }
        }

        private DType type(String name) throws IOException {
            DType dtype = in.currentToken() == JsonToken.VALUE_STRING ? TYPES.get(in.getString()) : null;
            if (dtype == null) {
                throw wrong(
                        name, "has type %s, which is not one of %s".formatted(found(), new TreeSet<>(TYPES.keySet())));
            }
            return dtype;
        }

        private long[] numbers(String name, String field, int most) throws IOException {
            if (in.currentToken() != JsonToken.START_ARRAY) {
                throw wrong(name, "has %s as its %s, not an array of integers".formatted(found(), field));
            }
            int n = 0;
            while (in.nextToken() != JsonToken.END_ARRAY) {
                if (n == most) {
                    throw wrong(name, String.format(Locale.ROOT, "has a %s of more than %d numbers", field, most));
                }
                if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || in.getLongValue() < 0) {
                    throw wrong(
                            name, "has %s in its %s, expected integers from 0 to 2^63 - 1".formatted(found(), field));
                }
                if (n == numbers.length) {
                    numbers = Arrays.copyOf(numbers, most);
                }
                numbers[n++] = in.getLongValue();
            }
            return Arrays.copyOf(numbers, n);
        }

        /** {@return the current token, for a message} */
        private String found() {
            return switch (in.currentToken()) {
                case null -> "nothing";
                case START_OBJECT -> "an object";
                case START_ARRAY -> "an array";
                case VALUE_STRING -> "\"" + Excerpt.of(in.getString()) + '"';
                default -> Excerpt.of(in.getString());
            };
        }

        private static IOException wrong(String name, String what) {
            return new IOException("tensor \"%s\" %s".formatted(Excerpt.of(name), what));
        }
    }
}
