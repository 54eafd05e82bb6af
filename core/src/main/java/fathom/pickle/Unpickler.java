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
 * integers {@link Long} or {@link BigInteger}, {@code None} null. It is a stack machine without loops; it can call only
 * what {@link Builders} provides.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools, the description of the
 *     format</a>
 */
public final class Unpickler {
    /** No network's state needs more at once. */
    private static final int MAX_STACK = 1 << 20;

    /** Longer integers are not used as numbers, and converting them to digits takes quadratic time. */
    private static final int MAX_INTEGER_BYTES = 255;

    // upper bounds of objects' costs in bytes, including their slots on the stack and in the containing collection
    private static final int CONSTANT = 32;
    private static final int COLLECTION = 96;
    private static final int ENTRY = 64;

    /** Marks the start of an opcode's arguments on the stack. */
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
     * {@return the object of the pickle that starts here; the input is then positioned behind it}
     *
     * @throws IOException if it is malformed or truncated, or references something that {@link Builders} refuses
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
                case 0x95 -> in.number(8); // FRAME: a length for read-ahead
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
                // Python 2 texts, and bytes
                case 'U' -> push(in.python2Text(in.number(1)));
                case 'T' -> push(in.python2Text(in.number(4)));
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
                // memo
                case 'q' -> memoise(in.number(1));
                case 'r' -> memoise(in.number(4));
                case 0x94 -> memoise(memo.size());
                case 'h' -> recall(in.number(1));
                case 'j' -> recall(in.number(4));
                // calls
                case 'c' -> {
                    String module = in.line();
                    push(builders.global(module + "." + in.line()));
                }
                case 0x93 -> {
                    if (!(pop() instanceof String name) || !(pop() instanceof String module)) {
                        throw malformed("names a function by a value that is not text");
                    }
                    push(builders.global(module + "." + name));
                }
                case 'Q' -> push(builders.persistent(pop()));
                case 'R', 0x81 -> call();
                case 'b' -> state();
                default ->
                        throw malformed(
                                String.format(
                                        Locale.ROOT, "has the opcode 0x%02x, which no network's state needs", code));
            }
        }
    }

    private void protocol(int version) throws IOException {
        if (version < 2 || version > 5) {
            throw malformed(String.format(Locale.ROOT, "has protocol %d; 2 to 5 are supported", version));
        }
    }

    // ---- the stack ------------------------------------------------------------------------------------------------

    private void push(@Nullable Object value) throws IOException {
        if (stack.size() >= MAX_STACK) {
            throw malformed(String.format(Locale.ROOT, "pushes more than %,d values", MAX_STACK));
        }
        stack.add(value);
    }

    private @Nullable Object top() throws IOException {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw malformed("pops from an empty stack");
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
            throw malformed("pops to a mark that was never set");
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

    private void memoise(long number) throws IOException {
        in.spend(ENTRY);
        memo.put(number, top());
    }

    private void recall(long number) throws IOException {
        if (!memo.containsKey(number)) {
            throw malformed(String.format(Locale.ROOT, "recalls memo entry %d, which was never stored", number));
        }
        push(memo.get(number));
    }

    // ---- collections ----------------------------------------------------------------------------------------------

    /** Appends to a list that the pickle created itself: objects of the builders are not changed. */
    private void append(List<@Nullable Object> values) throws IOException {
        if (!(top() instanceof ArrayList<?>)) {
            throw malformed("appends to an object that is not a list");
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
            throw malformed("sets items of an object that is not a dictionary, or keys without values");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            put(in, map, keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    /**
     * Puts an entry into a dictionary, charging for the comparison of its key.
     *
     * @throws IOException if the key is not a text, number, boolean or None
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
            throw malformed("calls an object that is not callable");
        }
        push(builder.build(Collections.unmodifiableList(list)));
    }

    /** Sets an object's attributes: those of an ordered dictionary. */
    private void state() throws IOException {
        Object attributes = pop();
        if (!(top() instanceof Dictionary map)) {
            throw malformed("sets the state of an object that is not a dictionary");
        }
        if (attributes instanceof Dictionary d) {
            map.setAttributes(d);
        }
    }

    private Object integer(long length) throws IOException {
        if (length > MAX_INTEGER_BYTES) {
            throw malformed(
                    String.format(
                            Locale.ROOT, "has an integer of %,d bytes; the limit is %d", length, MAX_INTEGER_BYTES));
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
