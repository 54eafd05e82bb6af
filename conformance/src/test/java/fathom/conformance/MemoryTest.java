package fathom.conformance;

import static fathom.Tensors.arange;
import static fathom.Tensors.empty;
import static fathom.Tensors.ones;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.memory.Allocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @Test
    void usingATensorAfterItsScopeNamesItsOperation() {
        Tensor x = ones(100, 100);
        Tensor product;
        Tensor sum;
        Tensor kept;
        try (var scope = Scope.open()) {
            product = x.matmul(x);
            sum = x.add(x);
            kept = x.mul(3).keep();
        }
        assertThatThrownBy(product::sum)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("MatMul")
                .hasMessageContaining("scope")
                .hasMessageContaining("keep()");
        assertThatThrownBy(() -> sum.add_(1)).hasMessageContaining("made by add");
        assertThat(kept.get(99, 99)).hasValues(3);
    }

    @Test
    void onlyTheResultOfAFunctionSurvives() {
        Tensor x = ones(100, 100);
        var between = new ArrayList<Tensor>();
        Tensor result =
                Scope.returning(() -> {
                    between.add(x.add(1));
                    return between.getFirst().mul(3).get("0, :2"); // looks at memory that is larger
                });
        assertThat(result).hasValues(6, 6);
        assertThatThrownBy(() -> between.getFirst().sum()).isInstanceOf(IllegalStateException.class);
        assertThat(Scope.returning(() -> x)).hasShape(100, 100);
        assertThatThrownBy(() -> Scope.returning(() -> x.reshape(3)))
                .hasMessageContaining("100"); // and the scope is closed
        Tensor inner;
        try (var scope = Scope.open()) {
            inner = Scope.returning(() -> x.add(1).mul(2));
            assertThat(inner.get(0, 0)).hasValues(4);
        }
        assertThatThrownBy(() -> inner.sum()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOversizedTensorNamesTheSizesAndLeavesTheProcessUsable() {
        assertThatThrownBy(() -> empty(1L << 44))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("70,368,744,177,664 bytes")
                .hasMessageContaining("limit");
        assertThatThrownBy(() -> empty(Long.MAX_VALUE / 2, 8)).isInstanceOf(OutOfMemoryError.class);
        assertThat(arange(3).add(1)).hasValues(1, 2, 3);
    }

    @Test
    void memoryIsAvailableAgainAfterTheLimitWasReached() {
        var hoard = new ArrayList<Tensor>();
        // never written, so the machine's memory is not touched
        assertThatThrownBy(() -> fill(hoard)).isInstanceOf(OutOfMemoryError.class).hasMessageContaining("are in use");
        assertThat(hoard).isNotEmpty();
        int most = hoard.size();
        hoard.clear();
        for (int i = 0; i < most; i++) { // each lives only until the next
            assertThat(empty(DType.INT8, GIGABYTE).numel()).isEqualTo(GIGABYTE);
        }
    }

    @Test
    void alternatingSizesAreCachedTogether() {
        // never written, so the machine's memory is not touched
        long some = GIGABYTE / 4;
        long more = GIGABYTE / 2;
        Allocator.trim();
        Allocator.resetPeak();
        for (int i = 0; i < 3; i++) {
            try (var _ = Scope.open()) {
                assertThat(empty(DType.INT8, some).numel()).isEqualTo(some);
            }
            try (var _ = Scope.open()) {
                assertThat(empty(DType.INT8, more).numel()).isEqualTo(more);
            }
        }
        var usage = Allocator.usage();
        assertThat(usage.inUse() + usage.cached()).isGreaterThanOrEqualTo(some + more);
        Caches.assertThatTrimmingEmpties(() -> Allocator.usage().cached());
    }

    private static final long GIGABYTE = 1L << 30;

    private static void fill(List<Tensor> hoard) {
        for (int i = 0; i < 4_096; i++) {
            hoard.add(empty(DType.INT8, GIGABYTE));
        }
    }
}
