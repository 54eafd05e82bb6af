package fathom.conformance;

import static fathom.Tensors.dropout;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Ops;
import fathom.primitive.RandomBits;
import org.junit.jupiter.api.Test;

/** Dropout masks and the memory kept for them. */
class DropoutTest {
    /** The mask that dropout draws at its next call with this seed, from all 32 bits of each decision. */
    private static Tensor decisions(long seed, double p, long... shape) {
        manualSeed(seed);
        Tensor bits = Ops.apply(new RandomBits(Tensors.randomSeed(), DType.INT32, shape));
        return bits.bitwiseAnd(tensor((1L << 24) - 1)).ge(Math.round(p * (1 << 24)));
    }

    @Test
    void decisionsDependOnTheLower24BitsOf32() {
        for (double p : new double[] {0.1, 0.5, 0.9, 1}) {
            for (long[] shape : new long[][] {{}, {5}, {33, 70}, {3, 5, 2, 7}, {100_003}}) {
                Tensor stays = decisions(7, p, shape);
                manualSeed(7);
                Tensor x = ones(shape).requiresGrad_();
                Tensor y = dropout(x, p, true);
                Tensor expected = ones(shape).mul(p < 1 ? 1 / (1 - p) : 0).where(stays, zeros(shape));
                assertThat(y.detach()).isEqualToTensor(expected);
                y.sum().backward();
                assertThat(x.grad()).isEqualToTensor(expected);
            }
        }
    }

    @Test
    void indicesAreRowMajorForAnyLayout() {
        Tensor stays = decisions(8, 0.4, 40, 30);
        manualSeed(8);
        Tensor y = dropout(ones(30, 40).t(), 0.4, true);
        assertThat(y.ne(0)).isEqualToTensor(stays);
    }

    @Test
    void dropoutMasksTakeOneByte() {
        long n = 1 << 22;
        Tensor x = randn(n).requiresGrad_();
        long before = Fathom.memory().inUse();
        Fathom.resetPeakMemory();
        try (var scope = Scope.open()) {
            Tensor y = dropout(x, 0.5, true);
            // the result, 4 bytes per element, and the mask; memory freed meanwhile only lowers it
            assertThat(Fathom.memory().inUse() - before).isLessThanOrEqualTo(5 * n + 4096);
            y.sum().backward();
        }
        // backward adds the gradient, after the result is no longer needed but still held
        assertThat(Fathom.memory().peak() - before).isLessThanOrEqualTo(9 * n + 65_536);
    }
}
