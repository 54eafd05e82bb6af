package fathom.distributed;

import static fathom.Tensors.arange;
import static fathom.Tensors.cat;
import static fathom.Tensors.empty;
import static fathom.Tensors.full;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.util.ArrayList;
import java.util.List;

/** What every process group must do, whatever its engine: called by each of its processes. */
final class CollectiveChecks {
    private CollectiveChecks() {}

    static void all(ProcessGroup g) {
        reductions(g);
        exchanges(g);
        messages(g);
        numbers(g);
        many(g);
    }

    private static void reductions(ProcessGroup g) {
        int n = g.size();
        int r = g.rank();
        double sum = n * (n + 1) / 2.0;
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)) {
            Tensor x = full(r + 1, DType.FLOAT32, 5).to(type);
            g.allReduce(x, ReduceOp.SUM);
            assertThat(x.toDouble().toDoubleArray()).containsOnly(sum);
            x = full(r + 1, DType.FLOAT32, 2, 3).to(type);
            g.allReduce(x, ReduceOp.AVG);
            assertThat(x.toDouble().reshape(-1).toDoubleArray()).containsOnly(sum / n);
        }
        for (DType type : List.of(DType.FLOAT32, DType.INT64, DType.INT32, DType.UINT8)) {
            Tensor x = tensor(r, n - r).to(type);
            g.allReduce(x, ReduceOp.MAX);
            assertThat(x.toDouble().toDoubleArray()).containsExactly(n - 1, n);
            x = tensor(r, n - r).to(type);
            g.allReduce(x, ReduceOp.MIN);
            assertThat(x.toDouble().toDoubleArray()).containsExactly(0, 1);
        }
        Tensor flags = tensor(1, r == 0 ? 1 : 0).toBool();
        g.allReduce(flags, ReduceOp.MIN);
        assertThat(flags.toInt().toLongArray()).containsExactly(1, n == 1 ? 1 : 0);
        // numbers beyond 2^53 keep their bits
        Tensor large = tensor((1L << 60) + r);
        g.allReduce(large, ReduceOp.MAX);
        assertThat(large.itemLong()).isEqualTo((1L << 60) + n - 1);
        // part k of the sum of arange + rank
        for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            Tensor x = arange(3L * n).to(DType.FLOAT32).add(r).to(type);
            Tensor part = g.reduceScatter(x, ReduceOp.SUM);
            assertThat(part.toFloat().toFloatArray())
                    .containsExactly(
                            n * (3 * r) + n * (n - 1) / 2f,
                            n * (3 * r + 1) + n * (n - 1) / 2f,
                            n * (3 * r + 2) + n * (n - 1) / 2f);
        }
        Tensor none = zeros(0);
        g.allReduce(none, ReduceOp.SUM);
        assertThat(none.numel()).isZero();
    }

    private static void exchanges(ProcessGroup g) {
        int n = g.size();
        int r = g.rank();
        for (DType type : DType.values()) {
            Tensor x = full(type == DType.BOOL ? 1 : r + 1, DType.FLOAT32, 3).to(type);
            g.broadcast(x, n - 1);
            assertThat(x.toDouble().toDoubleArray()).containsOnly(type == DType.BOOL ? 1 : n);
            Tensor all = g.allGather(tensor(r, 10.0 * r).to(DType.FLOAT32).to(type));
            assertThat(all.shape().dims()).containsExactly(n, 2);
            assertThat(all.get(n - 1).toDouble().toDoubleArray()[0])
                    .isEqualTo(type == DType.BOOL ? Math.min(1, n - 1) : n - 1);
        }
        Tensor given = arange(n).toFloat().add(100 * r);
        assertThat(g.allToAll(given).toFloatArray()).isEqualTo(arange(n).toFloat().mul(100).add(r).toFloatArray());
        g.barrier();
    }

    private static void messages(ProcessGroup g) {
        int n = g.size();
        if (n == 1) {
            return;
        }
        int next = (g.rank() + 1) % n;
        int before = (g.rank() + n - 1) % n;
        // everybody sends first: large messages need the receiver meanwhile
        Tensor given = full(g.rank(), DType.FLOAT32, 300_000);
        Tensor taken = empty(300_000);
        Work sent = g.sendAsync(given, next, 7);
        g.recvAsync(taken, before, 7).await();
        sent.await();
        assertThat(taken.min().item()).isEqualTo(before);
        assertThat(taken.max().item()).isEqualTo(before);
        // by tag, in another order
        if (g.rank() == 0) {
            Work one = g.sendAsync(tensor(1.0), 1, 1);
            Work two = g.sendAsync(tensor(2.0), 1, 2);
            one.await();
            two.await();
        } else if (g.rank() == 1) {
            Tensor a = zeros(DType.FLOAT32);
            Tensor b = zeros(DType.FLOAT32);
            Work two = g.recvAsync(b, 0, 2);
            Work one = g.recvAsync(a, 0, 1);
            two.await();
            one.await();
            assertThat(cat(List.of(a.reshape(1), b.reshape(1)), 0).toFloatArray()).containsExactly(1, 2);
        }
    }

    private static void numbers(ProcessGroup g) {
        assertThat(g.sum(g.rank())).isEqualTo(g.size() * (g.size() - 1) / 2.0);
        List<byte[]> all = g.allGather("x".repeat(g.rank()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (int r = 0; r < g.size(); r++) {
            assertThat(all.get(r)).hasSize(r);
        }
    }

    /** Many operations under way at once complete in order, with the same bits everywhere. */
    private static void many(ProcessGroup g) {
        var works = new ArrayList<Work>();
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < 40; i++) {
            Tensor x = arange(1000).toFloat().mul(0.1 * (i + 1)).add(1.0 / (g.rank() + 3));
            tensors.add(x);
            works.add(g.allReduceAsync(x, ReduceOp.SUM));
        }
        works.forEach(Work::await);
        for (Tensor x : tensors) {
            Tensor everywhere = g.allGather(x);
            for (int r = 1; r < g.size(); r++) {
                assertThat(everywhere.get(r).toFloatArray()).isEqualTo(everywhere.get(0).toFloatArray());
            }
        }
    }
}
