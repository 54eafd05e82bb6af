package fathom.conformance;

import static fathom.Tensors.BOOL;
import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.UINT8;
import static fathom.Tensors.arange;
import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Safetensors files: their headers, and files rejected as by the reference library. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SafetensorsTest {
    @TempDir Path folder;

    private Path file(byte[] header, int elements) throws IOException {
        var bytes = ByteBuffer.allocate(8 + header.length + elements).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        while (bytes.hasRemaining()) {
            bytes.put((byte) bytes.remaining());
        }
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }

    private Path file(String header, int elements) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), elements);
    }

    private static void isRefused(Path file, String... reasons) {
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": not a usable safetensors file: ")
                .hasMessageContainingAll(reasons)
                .message()
                .hasSizeLessThan(1000);
    }

    private static String entry(String name, String type, String shape, String offsets) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(name, type, shape, offsets);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    # two of one name
                    {A, B, A: [1] at [4,8]} | two tensors named "a"
                    # holes, overlaps, shared ranges, bytes left over
                    {"a":F32 [1] [4,8]} | its first tensor "a" begin at byte 4, not at 0
                    {"a":F32 [1] [0,4], "b":U8 [2] [6,8]} | tensor "b" begins at byte 6, but tensor "a" before it ends at 4: there is a gap
                    {"a":F32 [1] [0,4], "b":F32 [1] [2,6]} | begins at byte 2, but tensor "a" before it ends at 4: there is an overlap
                    {"a":F32 [2] [0,8], "b":F32 [2] [0,8]} | there is an overlap
                    {"a":F32 [1] [0,4]} | its tensors have 4 bytes, but the file has 8
                    {} | its tensors have 0 bytes, but the file has 8
                    {"a":F32 [3] [0,12]} | at bytes 0 to 12, but there are 8; the file is truncated
                    # extents
                    {"a":F32 [3] [0,8]} | shape [3] and type FLOAT32 has 12 bytes, but is at bytes 0 to 8
                    {"a":F32 [4294967296,4294967296] [0,8]} | more than 2^63 bytes
                    {"a":F32 [0,4611686018427387904,4611686018427387904] [0,0]} | more than 2^63 bytes
                    {"a":F32 [2] [8,0]} | has data_offsets [8, 0]
                    {"a":F32 [2] [0,4,8]} | a data_offsets of more than 2 numbers
                    {"a":F32 [2] [8]} | has data_offsets [8]
                    {"a":F32 [-2] [0,8]} | has -2 in its shape
                    {"a":F32 [2.0] [0,8]} | has 2.0 in its shape
                    {"a":F32 [99999999999999999999] [0,8]} | has 99999999999999999999 in its shape
                    {"a":F32 ["2"] [0,8]} | has "2" in its shape
                    {"a":F32 [[2]] [0,8]} | has an array in its shape
                    {"a":F32 2 [0,8]} | has 2 as its shape, not an array
                    {"a":F32 null [0,8]} | has null as its shape
                    # types
                    {"a":F31 [2] [0,8]} | has type "F31", which is not one of [BF16, BOOL, F16, F32, F64, I16, I32, I64, I8, U8]
                    {"a":F8_E4M3 [8] [0,8]} | has type "F8_E4M3"
                    # entries
                    {"a":3} | tensor "a" is 3, not an object
                    {"a":null} | tensor "a" is null
                    {"a":[]} | tensor "a" is an array
                    {"a":{}} | tensor "a" lacks dtype
                    {"a":{"dtype":"F32"}} | tensor "a" lacks shape
                    {"a":{"dtype":"F32","shape":[2]}} | tensor "a" lacks data_offsets
                    {"a":{"dtype":"F32","dtype":"F32"}} | tensor "a" has dtype twice
                    {"a":{"dtype":7}} | tensor "a" has type 7
                    # metadata
                    {"__metadata__":7} | its __metadata__ is 7, not an object of texts
                    {"__metadata__":{"a":{"b":1}}} | its __metadata__ has an object under "a", not a text
                    {"__metadata__":{"a":1}} | its __metadata__ has 1 under "a"
                    {"__metadata__":{"a":null}} | its __metadata__ has null under "a"
                    {"__metadata__":{"a":"b","a":"c"}} | its __metadata__ has two texts named "a"
                    {"__metadata__":{},"__metadata__":{}} | it has two entries __metadata__
                    # JSON
                    {"a":F32 [2] [0,8]} } | its header is not JSON
                    {"a":F32 [2] [0,8]} {} | its header continues after its JSON object
                    {"a":F32 [2] [0,8] | its header is not JSON
                    {"a":F32 [2] [0,8],} | its header is not JSON
                    {a:1} | its header is not JSON
                    """)
    void inconsistentHeadersAreRejected(String header, String reason) throws IOException {
        String json =
                header.equals("{A, B, A: [1] at [4,8]}")
                        ? "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("a", "F32", "[1]", "[4,8]") + "}"
                        : header.replaceAll(
                                "(\"\\w+\"):([A-Z]\\w+) (\\S+) (\\[[^\\]]*\\])",
                                "$1:{\"dtype\":\"$2\",\"shape\":$3,\"data_offsets\":$4}");
        isRefused(file(json, 8), reason);
    }

    @Test
    void headersThatTheReferenceAcceptsAreRead() throws IOException {
        // any order, unknown fields, blanks at the end, tensors without elements in between
        String header =
                "{ \"__metadata__\":null,"
                        + entry("b", "F32", "[ 1 ]", "[4,8]")
                        + ","
                        + entry("none", "I64", "[0, 5]", "[4,4]").replace("{", "{\"note\":[{\"a\":[1.5]}],")
                        + ","
                        + entry("\\u6743", "I8", "[2,2]", "[0,4]")
                        + "}  \n ";
        StateDict state = StateDict.load(file(header, 8));
        assertThat(state.names()).containsExactly("b", "none", "权");
        assertThat(get(state, "权").toByteArray()).containsExactly(8, 7, 6, 5);
        assertThat(get(state, "none").shape().dims()).containsExactly(0, 5);
        assertThat(StateDict.load(file("{}", 0)).size()).isZero();
    }

    private static Tensor get(StateDict state, String name) {
        return Objects.requireNonNull(state.get(name), name);
    }

    @Test
    void manyNamesForOneRangeAreRejected() throws IOException {
        String header =
                IntStream.range(0, 2000)
                        .mapToObj(i -> entry("t" + i, "U8", "[1000000]", "[0,1000000]"))
                        .collect(Collectors.joining(",", "{", "}"));
        isRefused(file(header, 1_000_000), "there is an overlap");
    }

    @Test
    void aTensorHasAtMost64Dimensions() throws IOException {
        String ones = "1,".repeat(63) + "1";
        assertThat(get(StateDict.load(file("{" + entry("a", "U8", "[" + ones + "]", "[0,1]") + "}", 1)), "a").dim())
                .isEqualTo(64);
        String shape = "[" + "1,".repeat(999_999) + "1]";
        isRefused(file("{" + entry("a", "U8", shape, "[0,1]") + "}", 1), "a shape of more than 64 numbers");
    }

    @Test
    void headersOutOfProportionAreRejected() throws IOException {
        isRefused(file("{\"a\":" + "[".repeat(1_000_000), 0), "tensor \"a\" is an array");
        isRefused(file("{\"a\":{\"b\":" + "[".repeat(1_000_000), 0), "its header is not JSON");
        isRefused(file("{\"a\":{\"shape\":[" + "9".repeat(1_000_000), 0), "its header is not JSON");
        isRefused(file("{\"" + "a".repeat(1_000_000) + "\":3}", 0), "a... (1,000,000 characters)");
        isRefused(file("{\"a\":{\"dtype\":\"" + "b".repeat(1_000_000) + "\"}}", 0), "b... (1,000,000 characters)");
        isRefused(file(new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'}, 0), "not UTF-8 at byte 2");
    }

    @Test
    void theHeadersLengthIsLimitedByTheFile() throws IOException {
        Path file = folder.resolve("x.safetensors");
        for (long length : new long[] {-1, 100_000_001, Long.MAX_VALUE, 1L << 32}) {
            Files.write(file, header(length));
            isRefused(
                    file,
                    "claim a header of %s bytes, more than the 100,000,000".formatted(Long.toUnsignedString(length)));
        }
        Files.write(file, header(100_000_000));
        isRefused(file, "claim a header of 100000000 bytes, but the file has 10; it is truncated");
        Files.write(file, header(1));
        isRefused(file, "claim a header of 1 bytes");
    }

    private static byte[] header(long length) {
        return ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .put((byte) '}')
                .array();
    }

    @Test
    void unrecognisedFilesAreRejected() throws IOException {
        Path csv = Files.writeString(folder.resolve("house.csv"), "id,price\n1,2\n".repeat(50));
        assertThatThrownBy(() -> StateDict.load(csv))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        csv
                                + ": neither a safetensors file nor one written by torch.save (.pth, .pt, .bin): it begins with \"id,price\"");
        Path picture = Files.write(folder.resolve("x.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0});
        assertThatThrownBy(() -> StateDict.load(picture)).hasMessageEndingWith("bytes 89 50 4e 47 0d 0a 1a 0a");
        Path empty = Files.write(folder.resolve("empty.pth"), new byte[0]);
        assertThatThrownBy(() -> StateDict.load(empty)).hasMessageEndingWith("it is empty");
        Path npy = Files.write(folder.resolve("x.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0});
        assertThatThrownBy(() -> StateDict.load(npy)).hasMessageContaining("Npy.load");
        assertThatThrownBy(() -> StateDict.load(folder.resolve("none.pth")))
                .isInstanceOf(java.nio.file.NoSuchFileException.class)
                .hasMessage(folder.resolve("none.pth") + ": the file does not exist");
        assertThatThrownBy(() -> StateDict.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessage(folder + ": it is a folder, not a file");
    }

    @Test
    void booleansAreZeroOrOne() throws IOException {
        Tensor t = get(StateDict.load(file("{" + entry("a", "BOOL", "[8]", "[0,8]") + "}", 8)), "a");
        assertThat(t.toByteArray()).containsOnly(1);
        assertThat(t.sum().itemLong()).isEqualTo(8);
    }

    @Test
    void sixtyThousandTensorsRoundTrip() throws IOException {
        var state = new StateDict();
        Tensor numbers = arange(60_000).to(FLOAT32);
        for (int i = 0; i < 60_000; i++) {
            state.put("layer." + i + ".weight", numbers.get(i));
        }
        Path file = folder.resolve("many.safetensors");
        state.save(file);
        StateDict back = StateDict.load(file);
        assertThat(back.names()).containsExactlyElementsOf(state.names());
        for (int i = 0; i < 60_000; i += 999) {
            assertThat(get(back, "layer." + i + ".weight").item()).isEqualTo(i);
        }
    }

    @Test
    void elementsAreAligned() throws IOException {
        var state =
                new StateDict()
                        .put("bytes", ones(UINT8, 3))
                        .put("doubles", ones(FLOAT64, 3))
                        .put("truth", ones(BOOL, 1))
                        .put("floats", ones(FLOAT32, 5));
        Path file = folder.resolve("x.safetensors");
        state.save(file);
        String header = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(header)
                .contains("\"doubles\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}")
                .contains("\"floats\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[24,44]}")
                .contains("\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[44,47]}");
        assertThat(StateDict.load(file).names()).containsExactly("bytes", "doubles", "truth", "floats");
        assertThatThrownBy(() -> new StateDict().put("__metadata__", ones(1)).save(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserve the name __metadata__");
    }
}
