package fathom.conformance;

import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.arange;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.io.Npy;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of tensors: round trips, and rejected files. */
class StateDictTest {
    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeRoundTrips(DType dtype) throws IOException {
        Tensor t = arange(6).to(dtype).reshape(2, 3);
        Path file = folder.resolve("t.safetensors");
        var state =
                new StateDict().put("a", t).put("view", t.t()).put("empty", t.narrow(0, 0, 0)).put("one", t.get(1, 2));
        state.metadata().put("epoch", "3");
        state.save(file);
        StateDict back = StateDict.load(file);
        assertThat(back.names()).containsExactly("a", "view", "empty", "one");
        state.entries()
                .forEach((name, expected) -> {
                    Tensor actual = back.get(name);
                    assertThat(actual.dtype()).isEqualTo(dtype);
                    assertThat(actual.equal(expected)).isTrue();
                });
        assertThat(back.metadata()).containsEntry("epoch", "3");
        assertThat(Files.list(folder)).as("no partial file is left").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    void npyFilesRoundTrip(DType dtype) throws IOException {
        Path file = folder.resolve("t.npy");
        for (Tensor t :
                new Tensor[] {
                    arange(6).to(dtype).reshape(2, 3),
                    arange(6).to(dtype).reshape(2, 3).t(),
                    arange(1).to(dtype).reshape(),
                    arange(0).to(dtype)
                }) {
            Npy.save(t, file);
            Tensor back = Npy.load(file);
            assertThat(back.dtype()).isEqualTo(dtype);
            assertThat(back.shape()).isEqualTo(t.shape());
            assertThat(back.equal(t)).isTrue();
        }
    }

    @Test
    void npyInFortranOrder() throws IOException {
        String header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }";
        var bytes = ByteBuffer.allocate(10 + header.length() + 48).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.US_ASCII));
        for (double d : new double[] {1, 4, 2, 5, 3, 6}) {
            bytes.putDouble(d);
        }
        Path file = folder.resolve("f.npy");
        Files.write(file, bytes.array());
        assertThat(Npy.load(file).equal(tensor(new double[][] {{1, 2, 3}, {4, 5, 6}}, FLOAT64))).isTrue();
    }

    @Test
    void everyTruncationIsAnErrorNotACrash() throws IOException {
        Path st = folder.resolve("t.safetensors");
        Path npy = folder.resolve("t.npy");
        new StateDict().put("w", randn(3, 4)).put("b", randn(4)).save(st);
        Npy.save(randn(3, 4), npy);
        byte[] whole = Files.readAllBytes(st);
        for (int n = 0; n < whole.length; n++) {
            Files.write(st, Arrays.copyOf(whole, n));
            assertThatThrownBy(() -> StateDict.load(st)).isInstanceOf(IOException.class);
        }
        byte[] array = Files.readAllBytes(npy);
        for (int n = 0; n < array.length; n++) {
            Files.write(npy, Arrays.copyOf(array, n));
            assertThatThrownBy(() -> Npy.load(npy)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"w\": 3}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 9]}}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [-2], \"data_offsets\": [0, 8]}}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [4611686018427387904, 4], \"data_offsets\": [0, 0]}}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [8, 0]}}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [1000000000], \"data_offsets\": [0, 4000000000]}}",
                "{\"w\": {\"dtype\": \"COMPLEX\", \"shape\": [1], \"data_offsets\": [0, 8]}}",
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [1e3], \"data_offsets\": [0, 8]}}"
            })
    void inconsistentHeadersAreRejected(String header) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        Path file = folder.resolve("lie.safetensors");
        Files.write(file, bytes.array());
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("safetensors");
    }

    @Test
    void aFailedWriteKeepsTheOldFile() throws IOException {
        Path file = folder.resolve("t.npy");
        Npy.save(tensor(1.0, 2), file);
        assertThatThrownBy(() ->
                        AtomicFiles.write(
                                file,
                                channel -> {
                                    channel.write(ByteBuffer.allocate(10));
                                    throw new IOException("disk full");
                                }))
                .hasMessage(file + " could not be written: disk full; the existing file is unchanged");
        assertThat(Npy.load(file).equal(tensor(1.0, 2))).isTrue();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }
}
