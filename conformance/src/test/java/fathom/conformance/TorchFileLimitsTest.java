package fathom.conformance;

import static fathom.conformance.Pickles.int32;
import static fathom.conformance.Pickles.numbers;
import static fathom.conformance.Pickles.pickle;
import static fathom.conformance.Pickles.state;
import static fathom.conformance.Pickles.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.io.StateDict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small pickles that demand much time or memory: they are rejected, or cost in proportion to their size. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TorchFileLimitsTest {
    @TempDir Path folder;

    private void isRefused(byte[] pickle, String... reasons) throws IOException {
        Path file = Pickles.archive(folder.resolve("x.pth"), pickle);
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": not a usable PyTorch file: ")
                .hasMessageContainingAll(reasons)
                .message()
                .hasSizeLessThan(1000);
    }

    /** A list of two lists of two lists ..., 60 deep: as text it would have 2^60 brackets. */
    private static byte[] laughs() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(pickle("]q", 0, "0"));
        for (int i = 1; i <= 60; i++) {
            out.writeBytes(pickle("](h", i - 1, "h", i - 1, "eq", i, "0"));
        }
        out.writeBytes(pickle("h", 60));
        return out.toByteArray();
    }

    private static byte[] cycle() {
        return pickle("]q", 0, "]q", 1, "h", 0, "aa0h", 0, "h", 1, "a");
    }

    private static byte[] deep(int depth) {
        byte[] tuples = new byte[depth];
        Arrays.fill(tuples, (byte) 0x85);
        return pickle("N", tuples);
    }

    private static byte[] repeated(int times, Object... parts) {
        byte[] once = pickle(parts);
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.writeBytes(once);
        }
        return out.toByteArray();
    }

    @Test
    void sharedListsAreNeverExpanded() throws IOException {
        for (byte[] value : new byte[][] {laughs(), cycle(), deep(5000)}) {
            // as a device, a function's name, a function's module, a storage's kind and key
            isRefused(pickle(0x80, 2, "}", text("a"), "ctorch\ndevice\n", value, 0x85, "Rs."), "a device by a value");
            isRefused(pickle(0x80, 4, text("torch"), value, 0x93, "."), "names a function by a value that is not text");
            isRefused(
                    pickle(0x80, 4, value, text("device"), 0x93, "."), "names a function by a value that is not text");
            isRefused(pickle(0x80, 2, "(", value, "NNNNtQ."), "it refers to a thing");
            isRefused(
                    pickle(0x80, 2, "(", text("storage"), "ctorch\nFloatStorage\n", value, "NNtQ."),
                    "without a type or a key");
            // as a key
            isRefused(pickle(0x80, 2, "}", value, "Ns."), "keys are neither texts nor numbers");
            isRefused(pickle(0x80, 2, value, "."), "a list, expected a dictionary");
            // as a value that is not a tensor
            isRefused(pickle(0x80, 2, "}", text("a"), value, "s."), "it holds no dictionary of tensors but [a]");
        }
    }

    @Test
    void anIntegerOfManyBytesIsRefused() throws IOException {
        for (int bytes : new int[] {256, 200_000, 20_000_000}) {
            byte[] digits = new byte[bytes];
            Arrays.fill(digits, (byte) 0x5A);
            byte[] integer = pickle(0x8b, int32(bytes), digits);
            String reason = String.format(Locale.ROOT, "has an integer of %,d bytes; the limit is 255", bytes);
            isRefused(pickle(0x80, 2, "}", text("a"), integer, "s."), reason);
            isRefused(pickle(0x80, 2, "}", integer, "Ns."), reason);
            isRefused(pickle(0x80, 4, text("torch"), integer, 0x93, "."), reason);
            isRefused(pickle(0x80, 2, "ctorch\ndevice\n", integer, 0x85, "R."), reason);
        }
        // as a key, the largest accepted integer is shown in the message; as a value it is metadata
        byte[] digits = new byte[255];
        Arrays.fill(digits, (byte) 0x5A);
        isRefused(pickle(0x80, 2, "}", pickle(0x8b, int32(255), digits), "Ns."), "[445546958", "... (614 characters)]");
    }

    @Test
    void longTextsAreShownInPart() throws IOException {
        String name = "x".repeat(3_000_000);
        isRefused(pickle(0x80, 2, "}", text(name), "Ns."), "x... (3,000,000 characters)");
        isRefused(pickle(0x80, 4, text("torch"), text(name), 0x93, "."), "references torch.xxx");
        isRefused(pickle(0x80, 4, text("torch"), text(name + "Storage"), 0x93, "."), "tensors of torch.xxx");
        isRefused(pickle(0x80, 2, "(", text(name), "NNNNtQ."), "it refers to a xxx");
        isRefused(pickle(0x80, 2, "c" + name), "a name of more than 1000 characters");
        isRefused(pickle(0x80, 2, "c" + "x".repeat(100) + "\nsystem\n."), "references xxx");
    }

    @Test
    void objectsAreInProportionToTheFile() throws IOException {
        String reason = "describes more than";
        // millions of small objects
        isRefused(pickle(0x80, 2, "]", repeated(20_000, "(", repeated(1000, "}"), "e"), "."), reason);
        isRefused(pickle(0x80, 4, "]", repeated(5000, "(", repeated(1000, "]", 0x94), "e"), "."), reason);
        // one list of pairs, converted to a dictionary again and again
        isRefused(
                pickle(
                        0x80,
                        2,
                        "ccollections\nOrderedDict\nq",
                        0,
                        "(",
                        repeated(30_000, "K", 1, "K", 2, 0x86),
                        "lq",
                        1,
                        repeated(30_000, "h", 0, "h", 1, 0x85, "R0"),
                        "."),
                reason);
        // two equal texts, compared again and again
        isRefused(
                pickle(
                        0x80,
                        2,
                        "}",
                        text("x".repeat(1_000_000)),
                        "q",
                        0,
                        "N",
                        "s",
                        text("x".repeat(1_000_000)),
                        "q",
                        1,
                        "Ns",
                        repeated(300_000, "h", 0, "Nsh", 1, "Ns"),
                        "."),
                reason);
    }

    @Test
    void aPickleThatIsCompressedCountsAsTheFile() throws IOException {
        Path file = folder.resolve("bomb.pth");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(pickle(0x80, 2, "]"));
            for (int i = 0; i < 30; i++) {
                zip.write(pickle("(", repeated(1_000_000, "]"), "e"));
            }
            zip.write(pickle("."));
        }
        assertThat(Files.size(file)).isLessThan(40_000);
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("describes more than");
    }

    @Test
    void aTensorHasAtMost64Dimensions() throws IOException {
        byte[] one = new byte[4];
        int[] extents = new int[64];
        Arrays.fill(extents, 1);
        byte[] most = state(text("x"), "FloatStorage", 1, numbers(0), numbers(extents), numbers(extents));
        Path file = Pickles.archive(folder.resolve("x.pth"), most, "data/0", one);
        assertThat(StateDict.load(file).entries().get("x").dim()).isEqualTo(64);
        byte[] many = repeated(1_000_000, "K", 1);
        isRefused(
                state(text("x"), "FloatStorage", 1, numbers(0), many, many),
                "a tensor of 1,000,000 dimensions; the limit is 64");
    }

    @Test
    void anArchiveWithTwoEntriesOfOneNameIsRefused() throws IOException {
        byte[] pickle = state(text("x"), "FloatStorage", 1, numbers(0), numbers(1), numbers(1));
        Path file = Pickles.archive(folder.resolve("x.pth"), pickle, "data/0", new byte[4], "data/1", new byte[4]);
        byte[] bytes = Files.readAllBytes(file);
        String latin = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.write(file, latin.replace("data/1", "data/0").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("two entries named archive/data/0");
    }

    @Test
    void booleansAreZeroOrOne() throws IOException {
        byte[] pickle = state(text("x"), "BoolStorage", 4, numbers(0), numbers(4), numbers(1));
        Path file = Pickles.archive(folder.resolve("x.pth"), pickle, "data/0", new byte[] {0, 1, 2, -1});
        assertThat(StateDict.load(file).entries().get("x").toByteArray()).containsExactly(0, 1, 1, 1);
    }

    @Test
    void textsThatAreNoUtf8AreRefused() throws IOException {
        isRefused(pickle(0x80, 2, "}X", int32(2), 0xC0, 0x80, "Ns."), "a text that is not UTF-8");
    }
}
