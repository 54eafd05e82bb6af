package fathom.conformance;

import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.io.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NumPy's files: byte orders, memory orders, and inconsistent headers. */
class NpyTest {
    @TempDir Path folder;

    private Path file(int version, long length, String header, ByteBuffer elements) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        var bytes = ByteBuffer.allocate(20 + text.length + elements.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            bytes.putShort((short) length);
        } else {
            bytes.putInt((int) length);
        }
        bytes.put(text).put(elements.rewind());
        byte[] all = new byte[bytes.position()];
        bytes.rewind().get(all);
        return Files.write(folder.resolve("x.npy"), all);
    }

    private Path file(String type, String fortran, String shape, ByteBuffer elements) throws IOException {
        String header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }".formatted(type, fortran, shape);
        return file(1, header.length(), header, elements);
    }

    private static void isRefused(Path file, String... reasons) {
        assertThatThrownBy(() -> Npy.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": not a usable npy file: ")
                .hasMessageContainingAll(reasons)
                .message()
                .hasSizeLessThan(600);
    }

    @ParameterizedTest
    @CsvSource({"f2, FLOAT16", "f4, FLOAT32", "f8, FLOAT64", "i2, INT16", "i4, INT32", "i8, INT64"})
    void bothByteOrdersAreRead(String type, DType dtype) throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            var elements = ByteBuffer.allocate(2 * dtype.size()).order(order);
            for (int v : new int[] {3, -2}) {
                switch (dtype) {
                    case FLOAT16 -> elements.putShort(Float.floatToFloat16(v));
                    case FLOAT32 -> elements.putFloat(v);
                    case FLOAT64 -> elements.putDouble(v);
                    case INT16 -> elements.putShort((short) v);
                    case INT32 -> elements.putInt(v);
                    default -> elements.putLong(v);
                }
            }
            Tensor t = Npy.load(file((order == ByteOrder.BIG_ENDIAN ? ">" : "<") + type, "False", "(2,)", elements));
            assertThat(t.dtype()).isEqualTo(dtype);
            assertThat(t.equal(tensor(3.0, -2).to(dtype))).isTrue();
        }
    }

    @Test
    void fortranOrderInBigEndian() throws IOException {
        var elements = ByteBuffer.allocate(12).putShort((short) 1).putShort((short) 4).putShort((short) 2);
        elements.putShort((short) 5).putShort((short) 3).putShort((short) 6);
        Tensor t = Npy.load(file(">i2", "True", "(2, 3)", elements));
        assertThat(t.equal(tensor(new long[][] {{1, 2, 3}, {4, 5, 6}}, DType.INT16))).isTrue();
    }

    @Test
    void booleansAreZeroOrOne() throws IOException {
        Tensor t = Npy.load(file("|b1", "False", "(3,)", ByteBuffer.wrap(new byte[] {0, 5, -1})));
        assertThat(t.toByteArray()).containsExactly(0, 1, 1);
    }

    @Test
    void headersOfGigabytesAreRejected() throws IOException {
        for (int version : new int[] {2, 3}) {
            for (long length : new long[] {1L << 30, 3L << 30, 0xFFFF_FFFFL, 65_536}) {
                isRefused(
                        file(version, length, "{", ByteBuffer.allocate(0)),
                        String.format(Locale.ROOT, "it claims a header of %,d bytes; the limit is 65,535", length));
            }
        }
        isRefused(file(1, 0xFFFF, "{", ByteBuffer.allocate(0)), "it ends within its header");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    <f4 ; (1000000000,) ; shape (1000000000,) of FLOAT32 has 4,000,000,000 bytes, but the file holds 8
                    <f8 ; (4294967296, 4294967296) ; has more than 2^63 bytes, but
                    <f4 ; (99999999999999999999,) ; its shape (99999999999999999999,) is invalid
                    <f4 ; (0, 4611686018427387904, 4611686018427387904) ; has more than 2^63 bytes
                    <f4 ; (1, 2,, 3) ; has 24 bytes, but the file holds 8
                    <f4 ; (-1,) ; its header does not describe an array of numbers
                    <f4 ; [2] ; its header does not describe an array of numbers
                    <f4 ; (3,) ; has 12 bytes, but the file holds 8
                    <f4 ; (1,) ; has 4 bytes, but the file holds 8
                    |O ; (1,) ; it holds Python objects
                    <c8 ; (1,) ; elements of type <c8 have no tensor type
                    <u4 ; (2,) ; elements of type <u4 have no tensor type
                    <U2 ; (1,) ; elements of type <U2 have no tensor type
                    """)
    void inconsistentHeadersAreRejected(String type, String shape, String reason) throws IOException {
        isRefused(file(type, "False", shape, ByteBuffer.allocate(8)), reason);
    }

    @Test
    void otherHeadersAreRejected() throws IOException {
        ByteBuffer eight = ByteBuffer.allocate(8);
        isRefused(file("<f4", "False", "(" + "1,".repeat(100) + "2)", eight), "has more than 2^63 bytes");
        isRefused(file("<f4", "Maybe", "(2,)", eight), "its header does not describe");
        String structure = "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,), }";
        isRefused(
                file(1, structure.length(), structure, eight),
                "its header does not describe an array of numbers: {'descr': [");
        String noise = "x".repeat(60_000);
        isRefused(file(1, noise.length(), noise, eight), "x... (60,000 characters)");
        isRefused(file(9, 10, "", eight), "it has version 9; 1 to 3 are supported");
        Path text = Files.writeString(folder.resolve("x.npy"), "1,2,3,4,5");
        isRefused(text, "it begins with \"1,2,3,4,\"");
    }
}
