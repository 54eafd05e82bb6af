package fathom.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a pickle of protocol 2, instruction for instruction as Python's pickler does: each object is memoised, and
 * recalled where it recurs.
 */
public final class PickleOutput {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<Object, Integer> memo = new HashMap<>();
    private int memoised;

    /** Starts a pickle. */
    public PickleOutput() {
        code(0x80).out.write(2);
    }

    /** {@return the completed pickle} */
    public byte[] finish() {
        code('.');
        return out.toByteArray();
    }

    /** Writes an opcode without operand. */
    public PickleOutput code(int code) {
        out.write(code);
        return this;
    }

    /** Writes a text that is an object of its own. */
    public PickleOutput text(String text) {
        writeText(text);
        return memoise();
    }

    /** Writes an interned text: one object wherever it occurs. */
    public PickleOutput constant(String text) {
        if (recall(text)) {
            return this;
        }
        writeText(text);
        return memoise(text);
    }

    private void writeText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        code('X').littleEndian(bytes.length, 4);
        out.writeBytes(bytes);
    }

    /** Writes a function or class by module and name. */
    public PickleOutput global(String module, String name) {
        var key = new Global(module, name);
        if (recall(key)) {
            return this;
        }
        code('c').line(module);
        line(name);
        return memoise(key);
    }

    private record Global(String module, String name) {}

    /** Writes an integer in its shortest encoding. */
    public PickleOutput number(long value) {
        if (value >= 0 && value < 1 << 8) {
            return code('K').littleEndian(value, 1);
        }
        if (value >= 0 && value < 1 << 16) {
            return code('M').littleEndian(value, 2);
        }
        if (value == (int) value) {
            return code('J').littleEndian(value, 4);
        }
        int bytes = (Long.SIZE - Long.numberOfLeadingZeros(value < 0 ? ~value : value)) / 8 + 1;
        return code(0x8a).littleEndian(bytes, 1).littleEndian(value, bytes);
    }

    /** Writes a floating-point number. */
    public PickleOutput real(double value) {
        code('G');
        long bits = Double.doubleToLongBits(value);
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            out.write((int) (bits >> 8 * i));
        }
        return this;
    }

    /** Writes a tuple of integers. */
    public PickleOutput numbers(long... values) {
        if (values.length == 0) {
            return code(')');
        }
        if (values.length > 3) {
            code('(');
        }
        for (long v : values) {
            number(v);
        }
        return code(values.length > 3 ? 't' : 0x84 + values.length).memoise();
    }

    /** Memoises the object on the stack, which does not recur. */
    public PickleOutput memoise() {
        int number = memoised++;
        return number < 1 << 8 ? code('q').littleEndian(number, 1) : code('r').littleEndian(number, 4);
    }

    private PickleOutput memoise(Object key) {
        memo.put(key, memoised);
        return memoise();
    }

    private boolean recall(Object key) {
        Integer number = memo.get(key);
        if (number == null) {
            return false;
        }
        if (number < 1 << 8) {
            code('h').littleEndian(number, 1);
        } else {
            code('j').littleEndian(number, 4);
        }
        return true;
    }

    private void line(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
    }

    private PickleOutput littleEndian(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >> 8 * i));
        }
        return this;
    }
}
