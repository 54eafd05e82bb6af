package fathom.bench.jmh;

import fathom.Tensor;
import fathom.Tensors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Square float32 matrix products through Fathom's full stack. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MatMulBenchmark {
    /** Number of rows and columns. */
    @Param({"64", "256", "1024"})
    public int n;

    private Tensor a = Tensors.empty(0);
    private Tensor b = Tensors.empty(0);

    /** Creates the operands. */
    @Setup
    public void setUp() {
        a = Tensors.randn(n, n);
        b = Tensors.randn(n, n);
    }

    /** {@return the product} */
    @Benchmark
    public Tensor matmul() {
        return a.matmul(b);
    }

    /** {@return the product with a transposed right operand} */
    @Benchmark
    public Tensor transposed() {
        return a.matmul(b.t());
    }
}
