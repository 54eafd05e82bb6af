package fathom.conformance;

import static fathom.conformance.Pickles.numbers;
import static fathom.conformance.Pickles.pickle;
import static fathom.conformance.Pickles.text;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.testkit.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of {@code torch.save}: their contents, and that invalid ones are merely rejected. */
class TorchFileTest {
    @TempDir Path folder;

    private Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = TorchFileTest.class.getResourceAsStream("/golden/torch/" + name)) {
            Files.copy(java.util.Objects.requireNonNull(in, name), file);
        }
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.pth", "state-protocol4.pth", "state-old.pth"})
    void tensorsOfEveryTypeAndLayoutAreRead(String name) throws IOException {
        StateDict state = StateDict.load(resource(name));
        Golden golden = Golden.load("golden/torch.safetensors");
        assertThat(state.names())
                .containsExactly(
                        "float32",
                        "float64",
                        "bfloat16",
                        "float16",
                        "int64",
                        "int32",
                        "int16",
                        "int8",
                        "uint8",
                        "bool",
                        "base",
                        "view",
                        "part",
                        "expanded",
                        "scalar",
                        "empty",
                        "parameter");
        state.entries()
                .forEach((n, t) -> {
                    Tensor expected = golden.tensor("state/" + n);
                    assertThat(t.dtype()).as(n).isEqualTo(expected.dtype());
                    assertThat(t).as(n).isEqualToTensor(expected);
                });
        // they share memory, as the originals did
        tensor(state, "base").set(7, 0);
        assertThat(tensor(state, "view").get(0, 0).item()).isEqualTo(7);
    }

    private static Tensor tensor(StateDict state, String name) {
        return java.util.Objects.requireNonNull(state.get(name), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pth", "checkpoint-old.pth"})
    void weightsOfCheckpointsAreRead(String name) throws IOException {
        StateDict state = StateDict.load(resource(name));
        assertThat(state.names())
                .containsExactly(
                        "0.weight",
                        "0.bias",
                        "1.weight",
                        "1.bias",
                        "1.running_mean",
                        "1.running_var",
                        "1.num_batches_tracked");
        assertThat(tensor(state, "0.weight").shape().dims()).containsExactly(2, 3);
        assertThat(tensor(state, "1.num_batches_tracked").itemLong()).isEqualTo(1);
        assertThat(state.metadata())
                .containsEntry("epoch", "3")
                .containsEntry("arch", "small")
                .containsEntry("best", "0.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    model.pth | references torch.nn.modules.container.Sequential
                    complex.pth | torch.ComplexFloatStorage, which is not supported
                    script.pth | TorchScript program
                    list.pth | a list, expected a dictionary of tensors
                    """)
    void invalidStatesAreRefusedWithTheReason(String name, String reason) throws IOException {
        Path file = resource(name);
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": not a usable PyTorch file: ")
                .hasMessageContaining(reason);
    }

    // ---- hostile files --------------------------------------------------------------------------------------------

    private Path archive(byte[] pickle, Object... namesAndBytes) throws IOException {
        return Pickles.archive(folder.resolve("hostile.pth"), pickle, namesAndBytes);
    }

    private static void isRefused(Path file, String... reasons) {
        assertThatThrownBy(() -> StateDict.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(reasons)
                .hasMessageStartingWith(file + ": ");
    }

    @Test
    void picklesThatCallFunctionsAreRejectedByName() throws IOException {
        isRefused(
                archive(pickle(0x80, 2, "cposix\nsystem\n", "X", 4, 0, 0, 0, "true", 0x85, "R.")),
                "references posix.system",
                "code in files is never run");
        isRefused(archive(pickle("cos\nsystem\n(S'true'\ntR.")), "references os.system");
        isRefused(
                archive(pickle(0x80, 4, 0x8c, 8, "builtins", 0x8c, 4, "eval", 0x93, 0x8c, 1, "1", 0x85, "R.")),
                "references builtins.eval");
        isRefused(archive(pickle(0x80, 2, "ctorch.storage\n_load_from_bytes\n.")), "torch.storage._load_from_bytes");
        isRefused(archive(pickle(0x80, 2, "(ios\nsystem\n.")), "opcode 0x69");
        isRefused(archive(pickle(0x80, 2, "K", 1, ")R.")), "calls an object that is not callable");
        // attributes of a dictionary are ignored
        byte[] attributes = pickle(0x80, 2, "ccollections\nOrderedDict\n)R}X", 1, 0, 0, 0, "aK", 1, "sb.");
        assertThat(StateDict.load(archive(attributes)).size()).isZero();
    }

    @Test
    void anInvalidPickleIsRefused() throws IOException {
        isRefused(archive(pickle()), "ends");
        isRefused(archive(pickle(0x80, 9, ".")), "protocol 9");
        isRefused(archive(pickle(0x80, 2, ".")), "pops from an empty stack");
        isRefused(archive(pickle(0x80, 2, "h", 3, ".")), "recalls memo entry 3");
        isRefused(archive(pickle(0x80, 2, "u.")), "pops to a mark that was never set");
        isRefused(archive(pickle(0x80, 2, "K", 1, "K", 2, "a.")), "appends to an object that is not a list");
        isRefused(archive(pickle(0x80, 2, "X", 0xff, 0xff, 0xff, 0x7f, "a")), "ends, or grows too large");
        isRefused(archive(pickle(0x80, 2, 0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)), "ends, or grows");
        isRefused(archive(pickle(0x80, 2, "}(]K", 1, "u.")), "keys are neither texts nor numbers");
        isRefused(archive(pickle(0x80, 2, "]q", 0, "h", 0, "a.")), "a list, expected a dictionary");
    }

    /** A state with one tensor "x" in a storage of float32 elements, with this geometry. */
    private static byte[] placed(int elements, int offset, byte[] shape, byte[] strides) {
        return Pickles.state(text("x"), "FloatStorage", elements, numbers(offset), shape, strides);
    }

    @Test
    void aTensorStaysWithinItsStorage() throws IOException {
        byte[] six = new byte[24];
        StateDict good = StateDict.load(archive(placed(6, 1, numbers(5), numbers(1)), "data/0", six));
        assertThat(tensor(good, "x").shape().dims()).containsExactly(5);
        isRefused(
                archive(placed(6, 2, numbers(5), numbers(1)), "data/0", six),
                "shape [5] with strides [1] at 2 among 6");
        isRefused(archive(placed(6, 0, numbers(-1), numbers(1)), "data/0", six), "shape [-1]");
        isRefused(archive(placed(6, 5, numbers(3), numbers(-1)), "data/0", six), "strides [-1]");
        isRefused(archive(placed(6, 0, numbers(3, 2), numbers(1)), "data/0", six), "shape [3, 2]");
        int most = Integer.MAX_VALUE;
        isRefused(
                archive(placed(6, 0, numbers(most, most, most), numbers(0, 0, 0)), "data/0", six),
                "at 0 among 6 elements");
        isRefused(archive(placed(6, 0, numbers(most, most), numbers(most, most)), "data/0", six), "among 6");
        isRefused(archive(placed(7, 0, numbers(5), numbers(1)), "data/0", six), "28 uncompressed bytes, but has 24");
        isRefused(archive(placed(6, 0, numbers(5), numbers(1))), "lacks archive/data/0");
        isRefused(archive(placed(6, 0, numbers(5), numbers(1)), "data/0", six, "byteorder", pickle("big")), "'big'");
        isRefused(archive(placed(6, 0, pickle("N"), numbers(1)), "data/0", six), "not the expected number");
    }

    @Test
    void anUnrelatedArchiveIsRefused() throws IOException {
        Path file = folder.resolve("other.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            Pickles.store(zip, "readme.txt", new byte[3]);
        }
        isRefused(file, "without data.pkl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.pth", "state-old.pth"})
    void aTruncatedFileIsRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(resource(name));
        Path file = folder.resolve("cut.pth");
        for (int length = 16; length < whole.length; length += 97) {
            Files.write(file, Arrays.copyOf(whole, length));
            isRefused(file, "not a usable PyTorch file");
        }
    }
}
