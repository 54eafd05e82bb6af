package fathom.capture;

import fathom.primitive.Computed;
import fathom.primitive.RandomBits;
import fathom.primitive.ScalarSource;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares two traces of one step. Only a step that does the same each time may be replayed: control flow or numbers
 * from Java that vary between calls show up here.
 */
final class Difference {
    private final Map<Buffer, Buffer> counterparts = new IdentityHashMap<>();

    /**
     * A difference.
     *
     * @param instruction its index; -1 if it is in no single instruction
     * @param what a description
     */
    record Found(int instruction, String what) {}

    private Difference() {}

    /** {@return the first difference; null if there is none} */
    static @Nullable Found between(Trace a, Trace b) {
        return new Difference().find(a, b);
    }

    private @Nullable Found find(Trace a, Trace b) {
        List<Instruction> x = a.instructions();
        List<Instruction> y = b.instructions();
        for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
            String d = find(x.get(i), y.get(i));
            if (d != null) {
                return new Found(i, String.format(Locale.ROOT, "from run to run, instruction %d %s", i + 1, d));
            }
        }
        if (x.size() != y.size()) {
            return new Found(
                    Math.min(x.size(), y.size()),
                    String.format(
                            Locale.ROOT, "it runs %d instructions in one call and %d in another", x.size(), y.size()));
        }
        return a.draws() == b.draws()
                ? null
                : new Found(-1, "it draws varying numbers of random numbers from run to run");
    }

    private @Nullable String find(Instruction a, Instruction b) {
        if (a.getClass() != b.getClass() || a.reads().size() != b.reads().size()) {
            return "is a different one";
        }
        if (a instanceof Instruction.Compute p && b instanceof Instruction.Compute q) {
            String d = find(p.primitive(), q.primitive());
            if (d != null || p.draw() != q.draw()) {
                return d != null ? d : "has a different key";
            }
        }
        if (a instanceof Instruction.Update p && b instanceof Instruction.Update q && p.kernel() != q.kernel()) {
            return "updates by a different rule";
        }
        if (a instanceof Instruction.Update p
                && b instanceof Instruction.Update q
                && p.scalars() instanceof ScalarSource.Fixed x
                && !(q.scalars() instanceof ScalarSource.Fixed y && Arrays.equals(x.numbers(), y.numbers()))) {
            return "updates with different numbers";
        }
        String d = find(a.reads(), b.reads());
        return d != null ? d : find(a.writes(), b.writes());
    }

    private static @Nullable String find(Computed a, Computed b) {
        if (a.getClass() != b.getClass()) {
            return "is %s or %s".formatted(a.name(), b.name());
        }
        for (RecordComponent c : a.getClass().getRecordComponents()) {
            Object x = value(c, a);
            Object y = value(c, b);
            boolean key = a instanceof RandomBits && c.getName().equals("key");
            if (!key && !Objects.deepEquals(x, y)) {
                return "(%s) has the %s %s or %s".formatted(a.name(), c.getName(), shown(x), shown(y));
            }
        }
        return null;
    }

    private static Object value(RecordComponent c, Object of) {
        try {
            var accessor = c.getAccessor();
            accessor.trySetAccessible(); // the record may be private to its package
            return accessor.invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(c.toString(), e);
        }
    }

    private static String shown(Object o) {
        String s = Arrays.deepToString(new Object[] {o});
        return s.substring(1, s.length() - 1);
    }

    private @Nullable String find(List<BufferOperand> a, List<BufferOperand> b) {
        if (a.size() != b.size()) {
            return "has different operands";
        }
        for (int i = 0; i < a.size(); i++) {
            BufferOperand p = a.get(i);
            BufferOperand q = b.get(i);
            if (!p.sameGeometry(q) || p.offset() != q.offset()) {
                return "has operands of shape %s or %s"
                        .formatted(Arrays.toString(p.shape()), Arrays.toString(q.shape()));
            }
            if (!isCounterpart(p.buffer(), q.buffer())) {
                return "uses different memory, or different values from Java";
            }
        }
        return null;
    }

    private boolean isCounterpart(Buffer a, Buffer b) {
        Buffer known = counterparts.get(a);
        if (known != null) {
            return known == b;
        }
        boolean same =
                a.kind == b.kind
                        && a.constant == b.constant
                        && switch (a.kind) {
                            case INPUT -> a.input == b.input;
                            case TEMPORARY -> a.bytes == b.bytes;
                            case EXTERNAL ->
                                    a.constant
                                            ? a.bytes == b.bytes && Arrays.equals(Trace.contents(a), Trace.contents(b))
                                            : a.storage == b.storage || a.escaped && b.escaped;
                        };
        counterparts.put(a, b);
        return same;
    }
}
