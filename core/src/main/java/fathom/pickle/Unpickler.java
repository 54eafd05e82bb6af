package fathom.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle of protocols 2 to 5, Python's format for objects. Dictionaries become maps, lists and tuples lists,
 * integers {@link Long} or {@link BigInteger}, {@code None} null. It is a machine with a stack and no loops; all that
 * it can call is what {@link Builders} gives.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools, the description of the
 *     format</a>
 */
public final class Unpickler {
    /** More at once is no state of a network. */
    private static final int DEEPEST = 1 << 20;

    /** Integers of more bytes are none that programs count with: turning them into digits takes quadratic time. */
    private static final int LONGEST_INTEGER = 255;

    // what objects cost at most, in bytes: with their place on the stack and in the collection that takes them
    private static final int CONSTANT = 32;
    private static final int COLLECTION = 96;
    private static final int ENTRY = 64;

    /** Where the arguments of an instruction begin. */
    private static final Object MARK = new Object();

    private final PickleInput in;
    private final Builders builders;
    private final ArrayList<@Nullable Object> stack = new ArrayList<>();
    private final Map<Long, @Nullable Object> memo = new HashMap<>();

    private Unpickler(PickleInput in, Builders builders) {
        this.in = in;
        this.builders = builders;
    }

    /**
     * {@return the object of the pickle that begins here; the input then stands behind it}
     *
     * @throws IOException if it is malformed or cut short, or asks for something that it does not get
     */
    public static @Nullable Object read(PickleInput in, Builders builders) throws IOException {
        return new Unpickler(in, builders).run();
    }

    private @Nullable Object run() throws IOException {
        while (true) {
            int code = in.u1();
            in.spend(CONSTANT);
            switch (code) {
                case '.' -> {
                    return pop();
                }
                case 0x80 -> protocol(in.u1()); // PROTO
                case 0x95 -> in.number(8); // FRAME: a length for readers ahead
                case '(' -> push(MARK);
                case '0' -> pop();
                case '1' -> popToMark();
                case '2' -> push(top());
                // constants
                case 'N' -> push(null);
                case 0x88 -> push(true);
                case 0x89 -> push(false);
                case 'J' -> push((long) (int) in.number(4));
                case 'K' -> push(in.number(1));
                case 'M' -> push(in.number(2));
                case 0x8a -> push(integer(in.number(1)));
                case 0x8b -> push(integer(in.number(4)));
                case 'G' -> push(in.bigEndianDouble());
                case 0x8c -> push(in.text(in.number(1)));
                case 'X' -> push(in.text(in.number(4)));
                case 0x8d -> push(in.text(in.number(8)));
                // texts of Python 2, and bytes
                case 'U' -> push(in.oldText(in.number(1)));
                case 'T' -> push(in.oldText(in.number(4)));
                case 'C' -> push(in.bytes(in.number(1)));
                case 'B' -> push(in.bytes(in.number(4)));
                case 0x8e -> push(in.bytes(in.number(8)));
                // collections
                case ')' -> push(List.of());
                case ']' -> push(list());
                case '}' -> push(dictionary());
                case 't' -> push(tuple(popToMark()));
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case 'l' -> {
                    in.spend(COLLECTION);
                    push(popToMark());
                }
                case 'a' -> append(Collections.singletonList(pop()));
                case 'e' -> append(popToMark());
                case 'd' -> {
                    List<@Nullable Object> entries = popToMark();
                    push(dictionary());
                    set(entries);
                }
                case 's' -> {
                    Object value = pop();
                    set(Arrays.asList(pop(), value));
                }
                case 'u' -> set(popToMark());
                // remembering
                case 'q' -> remember(in.number(1));
                case 'r' -> remember(in.number(4));
                case 0x94 -> remember(memo.size());
                case 'h' -> recall(in.number(1));
                case 'j' -> recall(in.number(4));
                // calls
                case 'c' -> {
                    String module = in.line();
                    push(builders.global(module + "." + in.line()));
                }
                case 0x93 -> {
                    if (!(pop() instanceof String name) || !(pop() instanceof String module)) {
                        throw malformed("names a function by what is no text");
                    }
                    push(builders.global(module + "." + name));
                }
                case 'Q' -> push(builders.persistent(pop()));
                case 'R', 0x81 -> call();
                case 'b' -> state();
                default ->
                        throw malformed(
                                String.format(
                                        Locale.ROOT,
                                        "has the instruction 0x%02x, which no state of a network needs",
                                        code));
            }
        }
    }

    private void protocol(int version) throws IOException {
        if (version < 2 || version > 5) {
            throw malformed(String.format(Locale.ROOT, "is of protocol %d; 2 to 5 are known", version));
        }
    }

    // ---- the stack ------------------------------------------------------------------------------------------------

    private void push(@Nullable Object value) throws IOException {
        if (stack.size() >= DEEPEST) {
            throw malformed(String.format(Locale.ROOT, "piles up more than %,d values", DEEPEST));
        }
        stack.add(value);
    }

    private @Nullable Object top() throws IOException {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw malformed("takes a value where there is none");
        }
        return stack.getLast();
    }

    private @Nullable Object pop() throws IOException {
        Object value = top();
        stack.removeLast();
        return value;
    }

    private List<@Nullable Object> popToMark() throws IOException {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw malformed("ends a list that it never began");
        }
        List<@Nullable Object> tail = stack.subList(mark + 1, stack.size());
        var values = new ArrayList<@Nullable Object>(tail);
        tail.clear();
        stack.removeLast();
        return values;
    }

    private List<@Nullable Object> tuple(List<@Nullable Object> values) throws IOException {
        in.spend(COLLECTION);
        return Collections.unmodifiableList(values);
    }

    private void tuple(int size) throws IOException {
        var values = new @Nullable Object[size];
        for (int i = size - 1; i >= 0; i--) {
            values[i] = pop();
        }
        push(tuple(Arrays.asList(values)));
    }

    private void remember(long number) throws IOException {
        in.spend(ENTRY);
        memo.put(number, top());
    }

    private void recall(long number) throws IOException {
        if (!memo.containsKey(number)) {
            throw malformed(String.format(Locale.ROOT, "recalls value %d, which it never remembered", number));
        }
        push(memo.get(number));
    }

    // ---- collections ----------------------------------------------------------------------------------------------

    /** To a list that the pickle made itself: what builders gave is not changed. */
    private void append(List<@Nullable Object> values) throws IOException {
        if (!(top() instanceof ArrayList<?>)) {
            throw malformed("appends to what is no list");
        }
        @SuppressWarnings("unchecked")
        var list = (ArrayList<@Nullable Object>) java.util.Objects.requireNonNull(top());
        list.addAll(values);
    }

    private List<@Nullable Object> list() throws IOException {
        in.spend(COLLECTION);
        return new ArrayList<>();
    }

    private Dictionary dictionary() throws IOException {
        in.spend(COLLECTION);
        return new Dictionary();
    }

    private void set(List<@Nullable Object> keysAndValues) throws IOException {
        if (!(top() instanceof Dictionary map) || keysAndValues.size() % 2 != 0) {
            throw malformed("sets entries of what is no dictionary, or keys without values");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            put(in, map, keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    /**
     * Puts an entry into a dictionary, at the cost of comparing its key.
     *
     * @throws IOException if the key is no text, number, truth value or None
     */
    public static void put(PickleInput in, Dictionary map, @Nullable Object key, @Nullable Object value)
            throws IOException {
        in.spend(ENTRY + (key instanceof String s ? s.length() : 0));
        switch (key) {
            case null -> map.put(null, value);
            case String s -> map.put(s, value);
            case Number n -> map.put(n, value);
            case Boolean b -> map.put(b, value);
            default -> throw malformed("has a dictionary whose keys are neither texts nor numbers");
        }
    }

    // ---- calls ----------------------------------------------------------------------------------------------------

    private void call() throws IOException {
        Object arguments = pop();
        Object callee = pop();
        if (!(callee instanceof Builders.Builder builder) || !(arguments instanceof List<?> list)) {
            throw malformed("calls what cannot be called");
        }
        push(builder.build(Collections.unmodifiableList(list)));
    }

    /** An object's attributes: those of an ordered dictionary. */
    private void state() throws IOException {
        Object attributes = pop();
        if (!(top() instanceof Dictionary map)) {
            throw malformed("sets the state of an object that is no dictionary");
        }
        if (attributes instanceof Dictionary d) {
            map.setAttributes(d);
        }
    }

    private Object integer(long length) throws IOException {
        if (length > LONGEST_INTEGER) {
            throw malformed(
                    String.format(
                            Locale.ROOT, "has an integer of %,d bytes; up to %d are read", length, LONGEST_INTEGER));
        }
        byte[] bytes = in.bytes(length);
        if (bytes.length == 0) {
            return 0L;
        }
        for (int a = 0, b = bytes.length - 1; a < b; a++, b--) {
            byte t = bytes[a];
            bytes[a] = bytes[b];
            bytes[b] = t;
        }
        var value = new BigInteger(bytes);
        return value.bitLength() < Long.SIZE ? value.longValue() : value;
    }

    private static IOException malformed(String what) {
        return new IOException("its pickle " + what);
    }
}
