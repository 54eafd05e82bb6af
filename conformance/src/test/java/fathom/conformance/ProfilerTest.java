package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.profile.Ceilings;
import fathom.profile.Profiler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The profiler, its trace, and the events of Flight Recorder. */
class ProfilerTest {
    private static final Ceilings CEILINGS = new Ceilings(1e11, 1e10);

    private static Tensor step(Tensor x, Tensor w) {
        w.setGrad(null);
        Tensor loss = x.matmul(w).softmax(1).mul(x.narrow(1, 0, 4)).sum();
        loss.backward();
        return loss;
    }

    @Test
    void kernelsAreCountedWithTheirBytesAndOperations() {
        Tensor a = Tensors.ones(64, 32);
        Tensor b = Tensors.ones(32, 16);
        Tensor row = Tensors.ones(1, 16);
        try (var p = Profiler.start(CEILINGS)) {
            Tensor c = a.matmul(b);
            a.matmul(b);
            c.add(row);
            p.stop();
            a.matmul(b); // not heard of
            var products = p.kernels().stream().filter(r -> r.primitive().equals("MatMul")).toList();
            assertThat(products).hasSize(1);
            var product = products.getFirst();
            assertThat(product.count()).isEqualTo(2);
            assertThat(product.kernel()).isEqualTo("[64, 32] x [32, 16] -> [64, 16]");
            assertThat(product.flops()).isEqualTo(2 * 2L * 64 * 32 * 16);
            assertThat(product.bytes()).isEqualTo(2 * 4L * (64 * 32 + 32 * 16 + 64 * 16));
            var sum = p.primitives().stream().filter(r -> r.primitive().equals("add")).findFirst().orElseThrow();
            assertThat(sum.bytes()).as("the row counts once").isEqualTo(4L * (64 * 16 + 16 + 64 * 16));
            assertThat(p.allocations()).isGreaterThanOrEqualTo(3);
            assertThat(p.allocatedBytes()).isGreaterThanOrEqualTo(3 * 64 * 16 * 4);
        }
    }

    @Test
    void rowsPerPrimitiveSumUpToThoseOfKernels() {
        Tensor x = Tensors.randn(8, 16);
        Tensor w = Tensors.randn(16, 4).requiresGrad_();
        try (var p = Profiler.start(CEILINGS)) {
            step(x, w);
            step(x, w);
            p.stop();
            double all = p.kernels().stream().mapToDouble(Profiler.Row::seconds).sum();
            assertThat(p.primitives().stream().mapToDouble(Profiler.Row::seconds).sum()).isCloseTo(all, within(1e-9));
            assertThat(p.primitives().stream().mapToLong(Profiler.Row::count).sum())
                    .isEqualTo(p.kernels().stream().mapToLong(Profiler.Row::count).sum());
            assertThat(all).isPositive().isLessThanOrEqualTo(p.seconds());
            assertThat(p.table()).contains("MatMul", "Ceilings: matrix products 100 GFLOP/s, copies 10.0 GB/s");
        }
    }

    @Test
    void onlyOneProfilerRunsAtATime() {
        try (var p = Profiler.start(CEILINGS)) {
            assertThatThrownBy(() -> Profiler.start(CEILINGS)).hasMessageContaining("another profiler is running");
        }
        try (var again = Profiler.start(CEILINGS)) {
            assertThat(again.kernels()).isEmpty();
        }
    }

    @Test
    void ceilingsAreMeasured() {
        var c = Ceilings.measure();
        assertThat(c.flops()).isPositive();
        assertThat(c.bandwidth()).isPositive();
        assertThat(new Ceilings(100, 10).share(50, 1, 1)).isEqualTo(0.5);
        assertThat(new Ceilings(100, 10).share(50, 8, 1)).isEqualTo(0.8);
    }

    @Test
    void replaysOfACapturedStepAreProfiled() {
        Tensor w = Tensors.randn(16, 4);
        var captured = Captured.of((Tensor t) -> t.matmul(w).relu());
        Tensor x = Tensors.randn(8, 16);
        for (int i = 0; i < 4; i++) {
            captured.call(x);
        }
        try (var p = Profiler.start(CEILINGS)) {
            captured.call(x);
            p.stop();
            assertThat(p.primitives()).anyMatch(r -> r.primitive().equals("MatMul") && r.count() == 1);
        }
    }

    @Test
    void theTraceIsJsonWhoseEventsNest(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("trace.json");
        Tensor x = Tensors.randn(8, 16);
        Tensor w = Tensors.randn(16, 4).requiresGrad_();
        long kernels;
        try (var p = Profiler.start(CEILINGS)) {
            try (var s = p.section("step")) {
                step(x, w);
            }
            p.stop();
            p.writeTrace(file);
            kernels = p.kernels().stream().mapToLong(Profiler.Row::count).sum();
        }
        JsonNode root = JsonMapper.shared().readTree(Files.readString(file));
        var byThread = new HashMap<Long, List<double[]>>();
        var names = new ArrayList<String>();
        int named = 0;
        long counted = 0;
        for (JsonNode e : root.get("traceEvents")) {
            if (e.get("ph").asString().equals("M")) {
                named += e.get("name").asString().equals("thread_name") ? 1 : 0;
                continue;
            }
            assertThat(e.get("ph").asString()).isEqualTo("X");
            double start = e.get("ts").asDouble();
            double end = start + e.get("dur").asDouble();
            assertThat(start).isNotNegative();
            names.add(e.get("name").asString());
            counted += e.get("cat").asString().equals("kernel") ? 1 : 0;
            byThread.computeIfAbsent(e.get("tid").asLong(), k -> new ArrayList<>()).add(new double[] {start, end});
        }
        assertThat(named).isEqualTo(byThread.size());
        assertThat(counted).isEqualTo(kernels);
        assertThat(names).contains("step", "Softmax", "SoftmaxBackward0", "MatMul");
        byThread.values().forEach(ProfilerTest::assertNested);
    }

    private static void assertNested(List<double[]> events) {
        events.sort(Comparator.<double[]>comparingDouble(e -> e[0]).thenComparing(e -> -e[1]));
        var open = new ArrayDeque<double[]>();
        for (double[] e : events) {
            while (!open.isEmpty() && open.peek()[1] <= e[0] + 1e-3) {
                open.pop();
            }
            if (!open.isEmpty()) {
                assertThat(e[1]).as("ends within its enclosing event").isLessThanOrEqualTo(open.peek()[1] + 1e-3);
            }
            open.push(e);
        }
    }

    @Test
    void flightRecorderGetsKernelsAndAllocations(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("run.jfr");
        Tensor a = Tensors.ones(256, 256);
        try (var recording = new Recording()) {
            recording.enable("fathom.Kernel").withoutThreshold();
            recording.enable("fathom.Allocation").withoutThreshold();
            recording.start();
            a.matmul(a);
            recording.stop();
            recording.dump(file);
        }
        Map<String, RecordedEvent> found = new HashMap<>();
        for (RecordedEvent e : RecordingFile.readAllEvents(file)) {
            found.put(e.getEventType().getName(), e);
        }
        RecordedEvent kernel = found.get("fathom.Kernel");
        assertThat(kernel.getString("primitive")).isEqualTo("MatMul");
        assertThat(kernel.getString("shapes")).contains("[256, 256]").contains("->");
        assertThat(kernel.getLong("bytes")).isEqualTo(3L * 256 * 256 * 4);
        assertThat(kernel.getString("backend")).isIn("cpu", "onednn", "naive", "untouchable");
        assertThat(found.get("fathom.Allocation").getLong("bytes")).isEqualTo(256L * 256 * 4);
    }
}
