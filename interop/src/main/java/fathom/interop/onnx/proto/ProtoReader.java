package fathom.interop.onnx.proto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import fathom.files.Excerpt;
import fathom.files.ReadBudget;
import fathom.files.Utf8;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;

/**
 * A cursor over the fields of one message: {@link #next()} advances to a field, of which then one value is read or
 * {@linkplain #skip() skipped}. Nothing is copied but strings, so elements of tensors stay in the file.
 */
final class ProtoReader {
    /** Wire types. */
    private static final int VARINT = 0;

    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** Nested messages, as graphs within graphs are; a bound on the depth of recursion. */
    private static final int MAX_DEPTH = 64;

    /** The approximate size in the heap of a message's object. */
    private static final long MESSAGE_COST = 96;

    private final MemorySegment file;
    private final long end;
    private final int depth;
    private final ReadBudget budget;
    private long at;
    private int field;
    private int wireType;

    private ProtoReader(MemorySegment file, long begin, long end, int depth, ReadBudget budget) {
        this.file = file;
        this.at = begin;
        this.end = end;
        this.depth = depth;
        this.budget = budget;
    }

    /** {@return a reader of a file that is one message} */
    static ProtoReader of(MemorySegment file) {
        return new ProtoReader(file, 0, file.byteSize(), 0, ReadBudget.forFile(file.byteSize()));
    }

    /** Advances to the next field; {@return false at the message's end} */
    boolean next() throws IOException {
        if (at >= end) {
            return false;
        }
        long tag = varint64();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (field == 0 || tag >>> 32 != 0 || wireType > FIXED32 || wireType == 3 || wireType == 4) {
            throw damaged(
                    String.format(Locale.ROOT, "it has a field %d of type %d, which no model has", field, wireType));
        }
        return true;
    }

    /** {@return the number of the current field} */
    int field() {
        return field;
    }

    /** {@return the position of the current field's value in the file} */
    long position() {
        return at;
    }

    private IOException damaged(String why) {
        return new IOException(String.format(Locale.ROOT, "at byte %d %s", at, why));
    }

    private void expect(int type, String what) throws IOException {
        if (wireType != type) {
            throw damaged(
                    String.format(Locale.ROOT, "field %d has the type %d, not that of %s", field, wireType, what));
        }
    }

    /** {@return the current field, an integer, an enumeration or a boolean} */
    long whole() throws IOException {
        expect(VARINT, "an integer");
        return varint64();
    }

    /** {@return the current field, a float} */
    float real() throws IOException {
        expect(FIXED32, "a float");
        return Float.intBitsToFloat(fixed32());
    }

    /** {@return the current field, a message} */
    ProtoReader message() throws IOException {
        expect(BYTES, "a message");
        if (depth >= MAX_DEPTH) {
            throw damaged(String.format(Locale.ROOT, "its messages are nested more than %d deep", MAX_DEPTH));
        }
        budget.spend(MESSAGE_COST);
        long length = length();
        var inner = new ProtoReader(file, at, at + length, depth + 1, budget);
        at += length;
        return inner;
    }

    /** {@return the current field, a string} */
    String text() throws IOException {
        byte[] bytes = bytes();
        try {
            return Utf8.decode(bytes);
        } catch (CharacterCodingException e) {
            throw damaged("it has a string that is not UTF-8: " + Excerpt.of(bytes));
        }
    }

    /** {@return the current field, a few bytes} */
    byte[] bytes() throws IOException {
        Bytes b = elements();
        budget.spend(32 + b.length());
        if (b.length() > Integer.MAX_VALUE - 8) {
            throw damaged("it has a string of " + b.length() + " bytes");
        }
        return file.asSlice(b.begin(), b.length()).toArray(JAVA_BYTE);
    }

    /** A range of bytes of the file. */
    record Bytes(long begin, long length) {}

    /** {@return where the bytes of the current field are, which are not read} */
    Bytes elements() throws IOException {
        expect(BYTES, "bytes");
        long length = length();
        var b = new Bytes(at, length);
        at += length;
        return b;
    }

    /** Appends the current field to a list: one number, or many of a packed field. */
    void appendTo(NumberList list) throws IOException {
        if (wireType != BYTES) {
            int single =
                    switch (list.kind()) {
                        case WHOLE -> VARINT;
                        case FLOAT -> FIXED32;
                        case DOUBLE -> FIXED64;
                    };
            expect(single, "a number of its list");
            budget.spend(Long.BYTES);
            add(list);
            return;
        }
        long length = length();
        long last = at + length;
        budget.spend(list.isWhole() ? 8 * length : 2 * length);
        while (at < last) {
            add(list);
        }
        if (at != last) {
            throw damaged("the last number of a list exceeds the list");
        }
    }

    private void add(NumberList list) throws IOException {
        switch (list.kind()) {
            case WHOLE -> list.add(varint64());
            case FLOAT -> list.add(Float.intBitsToFloat(fixed32()));
            case DOUBLE -> list.add(Double.longBitsToDouble(fixed64()));
        }
    }

    /** Skips the current field. */
    void skip() throws IOException {
        switch (wireType) {
            case VARINT -> varint64();
            case FIXED64 -> fixed64();
            case FIXED32 -> fixed32();
            default -> {
                long length = length();
                at += length;
            }
        }
    }

    private long length() throws IOException {
        long length = varint64();
        if (length < 0 || length > end - at) {
            throw damaged(
                    String.format(
                            Locale.ROOT,
                            "field %d claims %s bytes, but only %d are left; the file is truncated or damaged",
                            field,
                            Long.toUnsignedString(length),
                            end - at));
        }
        return length;
    }

    private int fixed32() throws IOException {
        need(Integer.BYTES);
        int bits = file.get(JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
        at += Integer.BYTES;
        return bits;
    }

    private long fixed64() throws IOException {
        need(Long.BYTES);
        long bits = file.get(JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
        at += Long.BYTES;
        return bits;
    }

    private void need(int bytes) throws IOException {
        if (bytes > end - at) {
            throw damaged("a number is cut off; the file is truncated or damaged");
        }
    }

    private long varint64() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte b = file.get(JAVA_BYTE, at++);
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw damaged("a number has more than ten bytes");
    }
}
