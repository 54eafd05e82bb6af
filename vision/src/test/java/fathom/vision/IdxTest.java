package fathom.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IdxTest {
    @TempDir Path folder;

    private static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }

    private static Tensor parse(byte... data) throws IOException {
        return Idx.read(new ByteArrayInputStream(data), "file");
    }

    private static byte[] gzip(byte[] data) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gz = new GZIPOutputStream(out)) {
            gz.write(data);
        }
        return out.toByteArray();
    }

    @Test
    void readsBytesWithTheirShape() throws IOException {
        Tensor t = parse(bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255));
        assertThat(t.dtype()).isEqualTo(DType.UINT8);
        assertThat(t.shape().dims()).containsExactly(2, 3);
        assertThat(t.toByteArray()).containsExactly(bytes(1, 2, 3, 4, 5, 255));
    }

    @Test
    void turnsBigEndianNumbersAround() throws IOException {
        assertThat(parse(bytes(0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 2, 0xFF, 0xFE)).toArray(short[].class))
                .containsExactly((short) 0x0102, (short) -2);
        var floats = ByteBuffer.allocate(16).put(bytes(0, 0, 0x0D, 1)).putInt(2).putFloat(1.5f).putFloat(-3e10f);
        assertThat(parse(floats.array()).toArray(float[].class)).containsExactly(1.5f, -3e10f);
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT8", "INT16", "INT32", "FLOAT32", "FLOAT64"})
    void everyTypeSurvivesWritingAndReading(DType dtype) throws IOException {
        byte[] data = new byte[6 * dtype.size()];
        new java.util.Random(1).nextBytes(data);
        Tensor t = Tensors.fromBytes(java.lang.foreign.MemorySegment.ofArray(data), dtype, 3, 1, 2);
        for (String name : new String[] {"plain", "packed.gz"}) {
            Idx.write(folder.resolve(name), t);
            Tensor back = Idx.read(folder.resolve(name));
            assertThat(back.dtype()).isEqualTo(dtype);
            assertThat(back.shape().dims()).containsExactly(3, 1, 2);
            assertThat(back.toByteArray()).isEqualTo(data);
        }
        assertThat(Files.readAllBytes(folder.resolve("packed.gz"))).startsWith(bytes(0x1F, 0x8B));
    }

    @Test
    void emptyAndZeroDimensionalFilesAreTensorsToo() throws IOException {
        assertThat(parse(bytes(0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 7)).shape().dims()).containsExactly(0, 7);
        assertThat(parse(bytes(0, 0, 8, 0, 42)).itemLong()).isEqualTo(42);
    }

    @Test
    void refusesWhatIsNoIdxFile() {
        assertThatThrownBy(() -> parse(bytes(0, 0, 8))).hasMessage("file: not an IDX file: it has only 3 bytes");
        assertThatThrownBy(() -> parse(bytes(0x50, 0x4B, 3, 4, 9)))
                .hasMessage("file: not an IDX file: it begins with 50 4b 03 04");
        assertThatThrownBy(() -> parse(bytes(0, 0, 0x0A, 1, 0, 0, 0, 0)))
                .hasMessageContaining("begins with 00 00 0a 01");
        assertThatThrownBy(() -> parse()).hasMessageContaining("it has only 0 bytes");
    }

    @Test
    void noticesFilesCutShort() throws IOException {
        assertThatThrownBy(() -> parse(bytes(0, 0, 8, 3, 0, 0, 0, 1)))
                .hasMessage("file: cut short within the header of 3 dimensions");
        assertThatThrownBy(() -> parse(bytes(0, 0, 8, 1, 0, 0, 0, 9, 1, 2)))
                .hasMessage("file: cut short: shape [9] of " + DType.UINT8 + " takes 9 bytes, but only 2 are there");
        byte[] whole = gzip(bytes(0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4));
        assertThat(parse(whole).numel()).isEqualTo(4);
        for (int length = 2; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> parse(cut)).isInstanceOf(IOException.class).hasMessageStartingWith("file: ");
        }
    }

    @Test
    void headersThatTheFileCannotHoldCostNoMemory() throws IOException {
        Path file = folder.resolve("lies");
        byte[] header = bytes(0, 0, 8, 2, 0x7F, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3);
        Files.write(file, header);
        assertThatThrownBy(() -> Idx.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file
                                + ": cut short: shape [2130706432, 1] of UINT8 takes 2,130,706,432 bytes, more than the file can hold");
        Files.write(file, gzip(header));
        assertThatThrownBy(() -> Idx.read(file)).hasMessageContaining("more than the file can hold");
        byte[] many = bytes(0, 0, 8, 4, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255);
        assertThatThrownBy(() -> parse(many)).hasMessageContaining("is more than");
        byte[] whole = new byte[8 + 1_000_000];
        ByteBuffer.wrap(whole).put(bytes(0, 0, 8, 1)).putInt(1_000_000);
        Files.write(file, gzip(whole));
        assertThat(Files.size(file)).isLessThan(2000);
        assertThat(Idx.read(file).numel()).isEqualTo(1_000_000);
    }

    @Test
    void noticesMoreDataThanTheHeaderSays() {
        assertThatThrownBy(() -> parse(bytes(0, 0, 8, 1, 0, 0, 0, 1, 1, 2)))
                .hasMessageStartingWith("file: there is more data than shape [1]");
    }

    @Test
    void noticesFlippedBitsInCompressedData() throws IOException {
        byte[] data = new byte[4 + 4 + 5000];
        new java.util.Random(0).nextBytes(data);
        ByteBuffer.wrap(data).put(bytes(0, 0, 8, 1)).putInt(5000);
        byte[] packed = gzip(data);
        packed[packed.length / 2] ^= 0x10;
        assertThatThrownBy(() -> parse(packed)).isInstanceOf(IOException.class).hasMessageStartingWith("file: ");
    }

    @Test
    void aHeaderThatLiesCostsNoMemory() {
        // two gigabytes promised, none there; and products that overflow 64 bits
        assertThatThrownBy(() -> parse(bytes(0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0x00, 1)))
                .hasMessageContaining("but only 1 are there");
        byte[] huge = new byte[4 + 4 * 255];
        Arrays.fill(huge, (byte) 0xFF);
        huge[0] = 0;
        huge[1] = 0;
        huge[2] = 0x0E;
        assertThatThrownBy(() -> parse(huge))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("which is more than");
        assertThatThrownBy(() ->
                        parse(
                                bytes(
                                        0, 0, 8, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                        0xFF)))
                .hasMessageContaining("which is more than");
    }

    @Test
    void refusesTypesTheFormatLacks() {
        assertThatThrownBy(() ->
                        Idx.write(
                                folder.resolve("x"),
                                Tensors.fromBytes(
                                        java.lang.foreign.MemorySegment.ofArray(new byte[8]), DType.INT64, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not support type " + DType.INT64);
    }
}
