package fathom.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
                case 'U' -> push(in.text(in.number(1)));
                case 'T' -> push(in.text(in.number(4)));
                case 'C' -> push(in.bytes(in.number(1)));
                case 'B' -> push(in.bytes(in.number(4)));
                case 0x8e -> push(in.bytes(in.number(8)));
                // collections
                case ')' -> push(List.of());
                case ']' -> push(new ArrayList<>());
                case '}' -> push(new LinkedHashMap<>());
                case 't' -> push(Collections.unmodifiableList(popToMark()));
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case 'l' -> push(popToMark());
                case 'a' -> append(Collections.singletonList(pop()));
                case 'e' -> append(popToMark());
                case 'd' -> dictionary(popToMark());
                case 's' -> {
                    Object value = pop();
                    set(Collections.unmodifiableList(two(pop(), value)));
                }
                case 'u' -> set(popToMark());
                // remembering
                case 'q' -> memo.put(in.number(1), top());
                case 'r' -> memo.put(in.number(4), top());
                case 0x94 -> memo.put((long) memo.size(), top());
                case 'h' -> recall(in.number(1));
                case 'j' -> recall(in.number(4));
                // calls
                case 'c' -> {
                    String module = in.line();
                    push(builders.global(module + "." + in.line()));
                }
                case 0x93 -> {
                    Object name = pop();
                    push(builders.global(pop() + "." + name));
                }
                case 'Q' -> push(builders.persistent(pop()));
                case 'R', 0x81 -> call();
                case 'b' -> state();
                default ->
                        throw malformed(
                                "has the instruction 0x%02x, which no state of a network needs".formatted(code));
            }
        }
    }

    private void protocol(int version) throws IOException {
        if (version < 2 || version > 5) {
            throw malformed("is of protocol %d; 2 to 5 are known".formatted(version));
        }
    }

    // ---- the stack ------------------------------------------------------------------------------------------------

    private void push(@Nullable Object value) throws IOException {
        if (stack.size() >= DEEPEST) {
            throw malformed("piles up more than %,d values".formatted(DEEPEST));
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

    private void tuple(int size) throws IOException {
        var values = new ArrayList<@Nullable Object>();
        for (int i = 0; i < size; i++) {
            values.addFirst(pop());
        }
        push(Collections.unmodifiableList(values));
    }

    private static List<@Nullable Object> two(@Nullable Object a, @Nullable Object b) {
        var values = new ArrayList<@Nullable Object>();
        values.add(a);
        values.add(b);
        return values;
    }

    private void recall(long number) throws IOException {
        if (!memo.containsKey(number)) {
            throw malformed("recalls value %d, which it never remembered".formatted(number));
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

    private void dictionary(List<@Nullable Object> keysAndValues) throws IOException {
        push(new LinkedHashMap<>());
        set(keysAndValues);
    }

    private void set(List<@Nullable Object> keysAndValues) throws IOException {
        if (!(top() instanceof LinkedHashMap<?, ?>) || keysAndValues.size() % 2 != 0) {
            throw malformed("sets entries of what is no dictionary, or keys without values");
        }
        @SuppressWarnings("unchecked")
        var map = (LinkedHashMap<@Nullable Object, @Nullable Object>) java.util.Objects.requireNonNull(top());
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            put(map, keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    /**
     * Puts an entry into a dictionary.
     *
     * @throws IOException if the key is no text, number, truth value or None
     */
    public static void put(Map<@Nullable Object, @Nullable Object> map, @Nullable Object key, @Nullable Object value)
            throws IOException {
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

    /** An object's attributes: those of an ordered dictionary, such as its versions, do not matter here. */
    private void state() throws IOException {
        pop();
        if (!(top() instanceof Map<?, ?>)) {
            throw malformed("sets the state of an object that is no dictionary");
        }
    }

    private Object integer(long length) throws IOException {
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
