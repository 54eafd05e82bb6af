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

/** Element-wise operations and reductions through Fathom's full stack: 8 elements show the overhead. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PointwiseBenchmark {
    /** Number of elements. */
    @Param({"8", "4096", "1048576"})
    public int n;

    private Tensor x = Tensors.empty(0);
    private Tensor y = Tensors.empty(0);

    /** Creates the operands. */
    @Setup
    public void setUp() {
        x = Tensors.randn(n);
        y = Tensors.randn(n);
    }

    /** {@return the sum} */
    @Benchmark
    public Tensor add() {
        return x.add(y);
    }

    /** {@return the hyperbolic tangents} */
    @Benchmark
    public Tensor tanh() {
        return x.tanh();
    }

    /** {@return the Gaussian error linear unit} */
    @Benchmark
    public Tensor gelu() {
        return x.gelu();
    }

    /** {@return the sum of all elements} */
    @Benchmark
    public Tensor sum() {
        return x.sum();
    }
}
