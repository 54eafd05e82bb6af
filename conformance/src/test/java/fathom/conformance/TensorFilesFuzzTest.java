package fathom.conformance;

import static fathom.Tensors.arange;
import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;

import fathom.DType;
import fathom.Tensor;
import fathom.io.Npy;
import fathom.io.StateDict;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged tensor files are read, or rejected with an IOException that names the file. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TensorFilesFuzzTest {
    @TempDir Path folder;

    private static byte[] resource(String name) {
        try (InputStream in = TensorFilesFuzzTest.class.getResourceAsStream("/golden/torch/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads a file, and one element of each tensor, the last in memory. */
    private static void readState(Path file) throws IOException {
        StateDict state = StateDict.load(file);
        state.entries().forEach((name, t) -> touch(t));
        state.metadata().forEach((name, text) -> Objects.requireNonNull(text));
    }

    private static void touch(Tensor t) {
        if (t.numel() > 0) {
            long[] last = new long[t.dim()];
            for (int d = 0; d < last.length; d++) {
                last[d] = t.size(d) - 1;
            }
            Tensor element = t;
            for (long i : last) {
                element = element.select(0, i);
            }
            element.itemLong();
        }
    }

    private FileFuzz fuzz(FileFuzz.Reader reader) {
        return new FileFuzz(folder, reader, e -> e instanceof IOException);
    }

    @Test
    void torch() throws IOException {
        fuzz(TensorFilesFuzzTest::readState)
                .run("x.pth", List.of(resource("state.pth"), resource("saved.pth"), resource("checkpoint.pth")));
    }

    @Test
    void torchBeforeZipArchives() throws IOException {
        fuzz(TensorFilesFuzzTest::readState)
                .run("x.pth", List.of(resource("state-old.pth"), resource("checkpoint-old.pth")));
    }

    /** Only the pickle is damaged, within an intact archive. */
    @Test
    void pickles() throws IOException {
        var pickles = new ArrayList<byte[]>();
        byte[] six = new byte[24];
        pickles.add(
                Pickles.state(
                        Pickles.text("x"),
                        "FloatStorage",
                        6,
                        Pickles.numbers(1),
                        Pickles.numbers(5),
                        Pickles.numbers(1)));
        pickles.add(
                Pickles.state(
                        Pickles.text("name"),
                        "ByteStorage",
                        24,
                        Pickles.numbers(0),
                        Pickles.numbers(2, 3, 4),
                        Pickles.numbers(12, 4, 1)));
        pickles.add(
                Pickles.pickle(
                        0x80,
                        4,
                        "}",
                        0x94,
                        "(",
                        Pickles.text("epoch"),
                        "K",
                        3,
                        Pickles.text("a"),
                        "]",
                        0x94,
                        "(K",
                        1,
                        "G",
                        new byte[8],
                        "N",
                        0x88,
                        "e",
                        Pickles.text("device"),
                        "ctorch\ndevice\n",
                        Pickles.text("cpu"),
                        0x85,
                        "R",
                        Pickles.text("o"),
                        "ccollections\nOrderedDict\n)R",
                        Pickles.text("long"),
                        0x8a,
                        9,
                        new byte[9],
                        "u."));
        fuzz(
                        file -> {
                            Path archive = folder.resolve("archive.pth");
                            Pickles.archive(archive, Files.readAllBytes(file), "data/0", six);
                            try {
                                readState(archive);
                            } catch (IOException e) {
                                if (!e.getMessage().contains("no dictionary of tensors")) {
                                    throw new IOException(file + ": " + e.getMessage(), e);
                                }
                            }
                        })
                .run("data.pkl", pickles);
    }

    @Test
    void safetensors() throws IOException {
        Path file = folder.resolve("good.safetensors");
        var good = new ArrayList<byte[]>();
        var state = new StateDict();
        for (DType dtype : DType.values()) {
            state.put(dtype.name(), arange(6).to(dtype).reshape(2, 3));
        }
        state.put("none", ones(0, 3)).put("one", tensor(2.5)).metadata().put("format", "pt");
        state.save(file);
        good.add(Files.readAllBytes(file));
        new StateDict().put("w", randn(3, 4)).put("b", randn(4)).save(file);
        good.add(Files.readAllBytes(file));
        fuzz(TensorFilesFuzzTest::readState).run("x.safetensors", good);
    }

    @Test
    void npy() throws IOException {
        Path file = folder.resolve("good.npy");
        var good = new ArrayList<byte[]>();
        for (Tensor t : List.of(randn(3, 4), arange(5), ones(DType.BOOL, 2, 2), tensor(1.5))) {
            Npy.save(t, file);
            good.add(Files.readAllBytes(file));
        }
        fuzz(f -> touch(Npy.load(f))).run("x.npy", good);
    }
}
