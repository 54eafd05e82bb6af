package fathom.conformance;

import static fathom.Tensors.arange;
import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors whose memory is a mapped file. */
class MappedFilesTest {
    @TempDir Path folder;

    private static Tensor get(StateDict state, String name) {
        return Objects.requireNonNull(state.get(name), name);
    }

    @Test
    void mappedTensorsAreTheFiles() throws IOException {
        Path file = folder.resolve("x.safetensors");
        var state = new StateDict().put("empty", ones(0, 3)).put("number", Tensors.tensor(3.5));
        for (DType t : DType.values()) {
            state.put(t.toString(), arange(6).to(t).reshape(2, 3));
        }
        state.metadata().put("epoch", "3");
        state.save(file);
        StateDict mapped = StateDict.map(file);
        assertThat(mapped.names()).containsExactlyElementsOf(state.names());
        assertThat(mapped.metadata()).isEqualTo(state.metadata());
        state.entries()
                .forEach((name, t) -> {
                    assertThat(get(mapped, name).dtype()).isEqualTo(t.dtype());
                    // a mapped file is memory of the first CPU, whatever the default device
                    assertThat(get(mapped, name).to(t.device()).equal(t)).as(name).isTrue();
                });
    }

    @Test
    void mappingTakesNoMemoryOfItsOwn() throws IOException {
        Path file = folder.resolve("x.safetensors");
        new StateDict().put("a", ones(1 << 22)).save(file);
        long before = Fathom.memory().inUse();
        StateDict mapped = StateDict.map(file);
        assertThat(Fathom.memory().inUse() - before).isLessThan(1 << 20);
        assertThat(get(mapped, "a").sum().item()).isEqualTo(1 << 22);
    }

    @Test
    void writesChangeTheTensorAndNotTheFile() throws IOException {
        Path file = folder.resolve("x.safetensors");
        new StateDict().put("a", ones(2000)).save(file);
        byte[] bytes = Files.readAllBytes(file);
        Tensor a = get(StateDict.map(file), "a");
        a.narrow(0, 0, 1000).fill_(3);
        assertThat(a.sum().item()).isEqualTo(4000);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        assertThat(get(StateDict.map(file), "a").sum().item()).isEqualTo(2000);
    }

    @Test
    void tensorsOutliveTheDictionaryAndTheFile() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Tensor[] kept = new Tensor[50];
        for (int i = 0; i < kept.length; i++) {
            new StateDict().put("a", ones(10_000).mul(i)).put("b", ones(10_000)).save(file);
            kept[i] = get(StateDict.map(file), "a").narrow(0, 5000, 5000); // a view of the tensor
            StateDict.map(file); // unreachable at once
        }
        Files.delete(file);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        for (int i = 0; i < kept.length; i++) {
            assertThat(kept[i].sum().item()).isEqualTo(5000.0 * i);
        }
    }

    /** Mappings end while other threads read theirs. */
    @Test
    void collectionsDoNotUnmapWhatIsRead() throws Exception {
        Path file = folder.resolve("x.safetensors");
        new StateDict().put("a", ones(100_000)).save(file);
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            var sums =
                    IntStream.range(0, 3)
                            .<Future<Double>>mapToObj(t ->
                                    pool.submit(() -> {
                                        double sum = 0;
                                        for (int i = 0; i < 100; i++) {
                                            sum += get(StateDict.map(file), "a").mul(2).sum().item();
                                            if (i % 20 == 0) {
                                                System.gc();
                                            }
                                        }
                                        return sum;
                                    }))
                            .toList();
            for (Future<Double> sum : sums) {
                assertThat(sum.get()).isEqualTo(100 * 200_000.0);
            }
        }
    }

    @Test
    void elementsThatKernelsCannotUseAreCopied() throws IOException {
        Path file = folder.resolve("x.safetensors");
        String header =
                "{\"flag\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]},\"odd\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[3,11]}}";
        var bytes = ByteBuffer.allocate(8 + header.length() + 11).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        bytes.put((byte) 0).put((byte) 7).put((byte) 1).putFloat(1.5f).putFloat(-2);
        Files.write(file, bytes.array());
        StateDict mapped = StateDict.map(file);
        assertThat(get(mapped, "flag").sum().itemLong()).isEqualTo(2);
        assertThat(get(mapped, "odd").toFloatArray()).containsExactly(1.5f, -2);
    }

    @Test
    void damagedFilesAreRefusedAsTheyAreByReading() throws IOException {
        Path file = folder.resolve("x.safetensors");
        new StateDict().put("a", ones(10)).save(file);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> StateDict.map(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a usable safetensors file");
        assertThatThrownBy(() -> StateDict.map(folder.resolve("none.safetensors"))).isInstanceOf(IOException.class);
    }

    @Test
    void aMappedModelTrains() throws IOException {
        Path file = folder.resolve("x.safetensors");
        new StateDict().put("w", Tensors.full(2.0, DType.FLOAT32, 300)).save(file);
        Tensor w = get(StateDict.map(file), "w").requiresGrad_();
        w.mul(w).sum().backward();
        assertThat(Objects.requireNonNull(w.grad()).toFloatArray()).containsOnly(4);
        try (var off = fathom.Autograd.noGrad()) {
            w.sub_(w.grad().mul(0.5));
        }
        assertThat(w.detach().toFloatArray()).containsOnly(0);
    }
}
