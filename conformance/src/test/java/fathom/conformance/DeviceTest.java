package fathom.conformance;

import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.INT64;
import static fathom.Tensors.arange;
import static fathom.Tensors.full;
import static fathom.Tensors.ones;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Device;
import fathom.Fathom;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.Npy;
import fathom.io.StateDict;
import fathom.options.Reduction;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices: discovery, copies there and back, and rejected mixtures of two devices. */
class DeviceTest {
    private static final Device OTHER = Device.cpu(1);
    private static final Device FAR = Device.of("untouchable");

    @TempDir Path folder;

    @Test
    void devicesHaveNames() {
        assertThat(Device.CPU).hasToString("cpu");
        assertThat(OTHER).hasToString("cpu:1");
        assertThat(FAR).hasToString("untouchable:0");
        assertThat(Device.of("cpu")).isSameAs(Device.CPU).isSameAs(Device.of("cpu:0")).isSameAs(Device.cpu(0));
        assertThat(Device.of("cpu:1")).isSameAs(OTHER);
        assertThat(Device.of("untouchable:1")).isNotSameAs(FAR).isSameAs(Device.of("untouchable:1"));
        assertThat(OTHER.type()).isEqualTo("cpu");
        assertThat(OTHER.index()).isEqualTo(1);
        assertThat(Device.all()).contains(Device.CPU, OTHER, FAR).startsWith(Device.CPU);
        assertThat(Device.best().type()).isIn("cpu", "cuda"); // a GPU, where there is one
    }

    @ParameterizedTest
    @ValueSource(strings = {"tpu", "tpu:0", "cpu:64", "cpu:-1", "cpu:", "cpu:01", "untouchable:2", "", "CPU"})
    void unknownNamesAreRejectedWithTheKnownOnes(String name) {
        assertThatThrownBy(() -> Device.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device " + name)
                .hasMessageContaining("cpu:0 to cpu:63")
                .hasMessageContaining("untouchable:0");
    }

    @Test
    void gpusAreNamedByTheirIndex() {
        if (Device.best().type().equals("cuda")) {
            assertThat(Device.cuda(0)).isSameAs(Device.of("cuda")).isSameAs(Device.of("cuda:0"));
        }
        assertThatThrownBy(() -> Device.cuda(63))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuda:63")
                .hasMessageContaining("cpu:0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu:1", "untouchable"})
    void tensorsRoundTrip(String name) {
        Device device = Device.of(name);
        Tensor x = arange(24L, FLOAT32).reshape(2, 3, 4).to(Device.CPU);
        for (Tensor t : List.of(x, x.transpose(0, 2), x.narrow(1, 1, 2), x.select(2, 1), x.narrow(0, 0, 0), x.sum())) {
            Tensor there = t.to(device);
            assertThat(there.device()).isSameAs(device);
            assertThat(there.cpu()).isEqualToTensor(t);
            assertThat(there.to(Device.cpu(2)).to(device).cpu()).isEqualToTensor(t);
            assertThat(there.to(device)).isSameAs(there);
            assertThat(there).isEqualToTensor(t);
            assertThat(there.toFloatArray()).isEqualTo(t.toFloatArray());
            assertThat(there.toByteArray()).isEqualTo(t.toByteArray());
            assertThat(there.toString()).isEqualTo(t.toString());
        }
        assertThat(x.sum().to(device).item()).isEqualTo(276);
        assertThat(x.to(device, FLOAT64).dtype()).isSameAs(FLOAT64);
    }

    @Test
    void stridesOfDenseTensorsArePreserved() {
        Tensor x = randn(2, 3, 4, 5).to(Device.CPU).permute(0, 2, 3, 1);
        assertThat(x.to(OTHER).strides()).isEqualTo(x.strides());
        assertThat(x.to(FAR).strides()).isEqualTo(x.strides());
        assertThat(x.narrow(3, 0, 2).to(OTHER).isContiguous()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void factoriesMakeTensorsOnTheOpenDevice(String name) {
        Device device = Device.of(name);
        Device before = Device.current();
        try (var _ = device.open()) {
            assertThat(Device.current()).isSameAs(device);
            for (Tensor t :
                    List.of(
                            zeros(2),
                            ones(INT64, 2),
                            full(3, FLOAT32, 2),
                            tensor(1, 2),
                            tensor(1),
                            tensor(new float[][] {{1}}),
                            arange(3),
                            rand(3),
                            Tensors.randperm(4),
                            Tensors.eye(2),
                            Tensors.linspace(0, 1, 3))) {
                assertThat(t.device()).isSameAs(device);
            }
            try (var _ = Device.CPU.open()) {
                assertThat(zeros(1).device()).isSameAs(Device.CPU);
            }
        }
        assertThat(Device.current()).isSameAs(before);
        assertThat(zeros(1).device()).isSameAs(before);
        assertThat(device.with(() -> zeros(1)).device()).isSameAs(device);
        for (Tensor t :
                List.of(
                        zeros(FLOAT32, device, 2),
                        ones(INT64, device, 2),
                        full(3, FLOAT32, device),
                        tensor(new int[] {1}, INT64, device),
                        tensor(zeros(1), INT64, device),
                        rand(FLOAT64, device, 2),
                        randn(FLOAT32, device, 2))) {
            assertThat(t.device()).isSameAs(device);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void resultsAreOnTheTensorsDevice(String name) {
        Device device = Device.of(name);
        Tensor x = randn(3, 4).to(device);
        Tensor index = tensor(2, 0, 1, 2).to(INT64).to(device);
        List<Function<Tensor, Tensor>> operations =
                List.of(
                        t -> t.add(1).relu(),
                        t -> t.matmul(t.t()),
                        t -> t.softmax(1),
                        t -> t.triu(),
                        t -> t.max(1).values(),
                        t -> t.sort(0).indices(),
                        t -> t.where(t.gt(0), 0),
                        t -> Tensors.zerosLike(t),
                        t -> Tensors.randnLike(t),
                        t -> t.newZeros(2),
                        t -> t.newTensor(new int[] {1, 2}),
                        t -> t.indexSelect(1, index),
                        t -> t.get(tensor(1, 0).cpu()),
                        t -> t.flatten().uniqueWithCounts().inverse(),
                        t -> t.cumsum(0),
                        t -> t.std(),
                        t -> t.diagEmbed(),
                        t -> Tensors.cat(List.of(t, t), 0),
                        t -> Tensors.dropout(t, 0.5, true),
                        t -> Tensors.crossEntropy(t, index.narrow(0, 0, 3)),
                        t -> t.matmul(t.t()).add(full(3, FLOAT32, 3).to(device).diag()).inv(),
                        t -> t.nonzero(),
                        t -> t.quantile(0.5));
        for (var operation : operations) {
            assertThat(operation.apply(x).device()).isSameAs(device);
        }
    }

    @Test
    void tensorsOfTwoDevicesAreRejected() {
        Tensor x = ones(2, 2).to(Device.CPU);
        Tensor y = ones(2, 2).to(OTHER);
        assertThatThrownBy(() -> x.add(y))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "add: expected all tensors to be on the same device, but found at least two devices, cpu and cpu:1; copy with to(device)");
        assertThatThrownBy(() -> y.mul_(x)).hasMessageContaining("mul").hasMessageContaining("cpu:1 and cpu;");
        assertThatThrownBy(() -> x.matmul(y)).hasMessageContaining("found at least two devices, cpu and cpu:1");
        assertThatThrownBy(() -> Tensors.cat(List.of(x, y), 0)).hasMessageContaining("cpu and cpu:1");
        assertThatThrownBy(() -> x.matmul(ones(2, 2).to(FAR))).hasMessageContaining("cpu and untouchable:0");
        assertThatThrownBy(() -> x.indexSelect(0, tensor(0).to(INT64).to(OTHER))).hasMessageContaining("cpu and cpu:1");
        assertThatThrownBy(() -> x.get(tensor(new long[] {0}).to(FAR))).hasMessageContaining("cpu and untouchable:0");
        assertThatThrownBy(() -> x.setGrad(y)).hasMessageContaining("on device cpu:1, the tensor on cpu");
        assertThat(y.toFloatArray()).containsExactly(1, 1, 1, 1); // nothing was written
    }

    @Test
    void cpuScalarsCombineWithAnyDevice() {
        Tensor x = full(2, FLOAT32, 3).to(FAR).requiresGrad_();
        Tensor factor = tensor(3).to(FLOAT32).to(Device.CPU).requiresGrad_();
        Tensor y = x.mul(factor);
        assertThat(y.device()).isSameAs(FAR);
        assertThat(factor.mul(x).device()).isSameAs(FAR);
        assertThat(x.where(x.gt(0), factor).device()).isSameAs(FAR);
        y.sum().backward();
        Tensor gradient = Objects.requireNonNull(factor.grad());
        assertThat(gradient.device()).isSameAs(Device.CPU);
        assertThat(gradient.item()).isEqualTo(6);
        assertThat(Objects.requireNonNull(x.grad()).device()).isSameAs(FAR);
        assertThat(factor.detach().add(x.detach().sum()).device()).isSameAs(FAR);
        assertThatThrownBy(() -> ones(2).to(Device.CPU).mul(x.detach().sum())).hasMessageContaining("cpu and unt");
        try (var off = Autograd.noGrad()) {
            assertThat(x.mul_(factor)).hasValues(6, 6, 6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void gradientsPassThroughCopies(String name) {
        Tensor x = randn(3, 4).to(Device.CPU).requiresGrad_();
        Tensor y = x.to(Device.of(name)).square().cpu().mul(2).to(Device.of(name)).sum();
        y.backward();
        Tensor g = Objects.requireNonNull(x.grad());
        assertThat(g.device()).isSameAs(Device.CPU);
        assertThat(g).isEqualToTensor(x.detach().mul(4));
        Tensor g2 =
                Autograd.grad(
                                Autograd.grad(x.to(Device.of(name)).pow(3).sum(), List.of(x), o -> o.createGraph(true))
                                        .getFirst()
                                        .sum(),
                                List.of(x))
                        .getFirst();
        assertThat(g2).isCloseTo(x.detach().mul(6), 1e-6, 1e-6);
    }

    @Test
    void valuesAreCopiedBetweenDevicesInPlace() {
        Tensor x = zeros(2, 3).to(FAR);
        Tensor v = x.narrow(1, 1, 2);
        Tensor unused = v.copy_(ones(2, 2).to(OTHER));
        assertThat(x).hasValues(0, 1, 1, 0, 1, 1);
        x.select(0, 0).fill_(7);
        assertThat(x).hasValues(7, 7, 7, 0, 1, 1);
        assertThat(v.sharesStorageWith(x)).isTrue();
        assertThat(v).hasValues(7, 7, 1, 1);
    }

    @Test
    void copiesMayBeAsynchronous() {
        Tensor x = arange(1000L, FLOAT32).to(Device.CPU);
        Tensor there = x.to(FAR, true);
        Tensor unused = x.fill_(0); // the copied value does not change any more
        Tensor back = there.to(Device.CPU, true);
        FAR.synchronize();
        assertThat(back).isEqualToTensor(arange(1000L, FLOAT32).to(Device.CPU));
        assertThat(there.sum().item()).isEqualTo(499500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void filesAreReadOntoADevice(String name) throws Exception {
        Device device = Device.of(name);
        var state = new StateDict();
        Tensor x = randn(3, 5).to(device);
        state.put("x", x);
        state.put("flags", x.gt(0));
        for (String file : List.of("s.safetensors", "s.pth")) {
            Path path = folder.resolve(file);
            state.save(path);
            StateDict read = StateDict.load(path, device);
            assertThat(Objects.requireNonNull(read.get("x")).device()).isSameAs(device);
            assertThat(read.get("x")).isEqualToTensor(x);
            assertThat(read.get("flags")).isEqualToTensor(x.gt(0));
            assertThat(StateDict.load(path, Device.CPU).get("x")).isEqualToTensor(x);
        }
        Path path = folder.resolve("x.npy");
        Npy.save(x.t(), path);
        assertThat(Npy.load(path, device).device()).isSameAs(device);
        assertThat(Npy.load(path, device)).isEqualToTensor(x.t());
    }

    @Test
    void memoryIsCountedByDevice() {
        Device device = Device.cpu(3);
        Fathom.Memory before = Fathom.memory(device);
        try (var _ = Scope.open()) {
            Tensor x = ones(1 << 20).to(device);
            assertThat(Fathom.memory(device).inUse() - before.inUse()).isGreaterThanOrEqualTo(4 << 20);
            assertThat(Fathom.memory(device).limit()).isEqualTo(Fathom.memory(Device.CPU).limit());
            assertThat(Fathom.memory().inUse()).isGreaterThanOrEqualTo(4 << 20);
            assertThat(x.numel()).isEqualTo(1 << 20);
        }
        assertThat(Fathom.memory(device).inUse()).isLessThanOrEqualTo(before.inUse() + (1 << 20));
        assertThat(Fathom.memory(device).cached()).isGreaterThanOrEqualTo(4 << 20);
        Caches.assertThatTrimmingEmpties(() -> Fathom.memory(device).cached());
        assertThatThrownBy(() -> FAR.with(() -> zeros(1L << 40)))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("on untouchable:0");
    }

    @Test
    void threadsAreSetByDevice() {
        Device device = Device.cpu(4);
        int before = Device.CPU.threads();
        Tensor x = randn(1 << 20).to(device);
        Tensor w = randn(300, 300).to(device);
        assertThat(device.setThreads(before + 2).threads()).isEqualTo(before + 2);
        assertThat(Device.CPU.threads()).isEqualTo(before);
        Tensor many = x.exp().sum();
        Tensor product = w.matmul(w);
        device.setThreads(1);
        assertThat(x.exp().sum()).isEqualToTensor(many);
        assertThat(w.matmul(w)).isEqualToTensor(product);
        assertThat(w.cpu().matmul(w.cpu())).isEqualToTensor(product);
        assertThatThrownBy(() -> device.setThreads(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** What {@link #trained} returns, in the order in which it is computed. */
    private static final List<String> TRAINED =
            List.of("product", "dropped out", "logits", "losses of examples", "losses of steps", "first weights");

    /**
     * {@return the values of the first step of a small network, the losses of all steps, and the first weights
     * afterwards}
     */
    private static Tensor[] trained(Device device, boolean captured) {
        try (var _ = new Generator(5).open();
                var _ = device.open()) {
            Tensor w1 = randn(8, 16).mul_(0.3).requiresGrad_();
            Tensor w2 = randn(16, 3).mul_(0.3).requiresGrad_();
            Tensor x = randn(32, 8);
            Tensor y = Tensors.randint(0, 3, 32);
            Function<List<Tensor>, List<Tensor>> step =
                    in -> {
                        Tensor product = in.get(0).matmul(w1);
                        Tensor hidden = Tensors.dropout(product.tanh(), 0.2, true);
                        Tensor logits = hidden.matmul(w2);
                        Tensor loss = Tensors.crossEntropy(logits, in.get(1));
                        Tensor each =
                                Tensors.crossEntropy(logits.detach(), in.get(1), c -> c.reduction(Reduction.NONE));
                        w1.setGrad(null);
                        w2.setGrad(null);
                        loss.backward();
                        try (var off = Autograd.noGrad()) {
                            Tensor lr = Captured.scalar(() -> 0.1);
                            for (Tensor w : List.of(w1, w2)) {
                                Tensor unused = w.sub_(Objects.requireNonNull(w.grad()).mul(lr));
                            }
                        }
                        return List.of(product, hidden, logits, each, loss);
                    };
            Captured plan = Captured.ofAll(step);
            var values = new Tensor[TRAINED.size()];
            Tensor losses = zeros(12);
            for (int i = 0; i < 12; i++) {
                List<Tensor> out = captured ? plan.callAll(x, y) : step.apply(List.of(x, y));
                for (int k = 0; i == 0 && k < 4; k++) {
                    values[k] = out.get(k).detach().clone();
                }
                losses.select(0, i).copy_(out.get(4).detach());
            }
            values[4] = losses;
            values[5] = w1.detach();
            if (captured) {
                assertThat(plan.eagerReason()).isNull();
                assertThat(plan.hasPlan(x, y)).isTrue();
            }
            return values;
        }
    }

    private static void assertTrainedAlike(Tensor[] found, Tensor[] expected, boolean captured) {
        for (int k = 0; k < expected.length; k++) {
            assertThat(found[k]).as("%s, captured: %s", TRAINED.get(k), captured).isEqualToTensor(expected[k]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void trainingHasTheSameBitsEverywhere(String name) {
        Tensor[] here = trained(Device.CPU, false);
        for (boolean captured : new boolean[] {false, true}) {
            Tensor[] there = trained(Device.of(name), captured);
            assertThat(there[0].device()).isSameAs(Device.of(name));
            assertTrainedAlike(there, here, captured);
        }
    }

    @Test
    void aStepOnTwoDevicesIsNotCaptured() {
        Tensor w = ones(3).to(Device.CPU);
        var step = Captured.of((Tensor x) -> x.mul(2).cpu().mul(w).sum());
        for (int i = 0; i < 6; i++) {
            assertThat(step.call(ones(3).to(OTHER)).item()).isEqualTo(6);
        }
        assertThat(step.eagerReason()).contains("copies a tensor from cpu:1 to cpu");
    }

    @Test
    void aStepHasAPlanForEachDevice() {
        var step = Captured.of((Tensor x) -> x.mul(2).add(1).sum());
        for (Device device : List.of(Device.CPU, OTHER, FAR, Device.CPU)) {
            for (int i = 0; i < 6; i++) {
                Tensor x = full(i, FLOAT32, 3).to(device);
                Tensor y = step.call(x);
                assertThat(y.device()).isSameAs(device);
                assertThat(y.item()).isEqualTo(6.0 * i + 3);
            }
            assertThat(step.hasPlan(ones(3).to(device))).isTrue();
        }
    }

    @Test
    void twoThreadsTrainOnTwoDevicesAtOnce() throws InterruptedException {
        Tensor[] expected = trained(Device.CPU, true);
        var found = new Tensor[2][];
        var threads = new Thread[2];
        for (int i = 0; i < 2; i++) {
            int n = i;
            threads[i] = Thread.ofPlatform().start(() -> found[n] = trained(Device.cpu(n), true));
        }
        for (Thread t : threads) {
            t.join();
        }
        for (Tensor[] f : found) {
            assertTrainedAlike(f, expected, true);
        }
    }
}
