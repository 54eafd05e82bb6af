package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Device;
import fathom.KeepDim;
import fathom.Precision;
import fathom.Tensor;
import fathom.testkit.TensorAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Operations that compute in bfloat16 while {@link Precision#BFLOAT16} is open, and those that do not. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PrecisionTest {
    /** Rounding to 8 significant bits has a relative error of at most 2^-9; a result involves three roundings. */
    private static final double ROUNDINGS = 3 * 0x1p-9;

    private String before = "";

    @BeforeEach
    void allow() {
        before = System.getProperty("fathom.bfloat16", "");
        System.setProperty("fathom.bfloat16", "always");
        manualSeed(0);
    }

    @AfterEach
    void restore() {
        if (before.isEmpty()) {
            System.clearProperty("fathom.bfloat16");
        } else {
            System.setProperty("fathom.bfloat16", before);
        }
    }

    private static Tensor parameter(long... shape) {
        return randn(shape).requiresGrad_();
    }

    /** As close as sums of products of rounded numbers can be, relative to the largest value. */
    private static void assertRounded(Tensor actual, Tensor expected) {
        double greatest = expected.abs().max().item();
        TensorAssert.assertThat(actual.to(DType.FLOAT32))
                .isCloseTo(expected.to(DType.FLOAT32), ROUNDINGS, ROUNDINGS * greatest);
    }

    @Test
    void productsAndConvolutionsComputeInBfloat16() {
        Tensor x = randn(5, 12);
        Tensor w = parameter(7, 12);
        Tensor b = parameter(7);
        Tensor image = randn(2, 3, 9, 9);
        Tensor kernel = parameter(4, 3, 3, 3);
        Tensor bias = parameter(4);
        Tensor batch = randn(4, 5, 6);
        List<Tensor> wide = new ArrayList<>();
        List<Tensor> narrow = new ArrayList<>();
        for (var results : List.of(wide, narrow)) {
            try (var p = (results == wide ? Precision.FLOAT32 : Precision.BFLOAT16).open()) {
                results.add(linear(x, w, b));
                results.add(x.matmul(w.t()));
                results.add(batch.bmm(batch.transpose(1, 2)));
                results.add(x.mv(w.select(0, 1)));
                results.add(einsum("ij,kj->ik", x, w));
                results.add(zeros(7).addmm(x, w.t()));
                results.add(conv2d(image, kernel, bias, c -> c.padding(1)));
                results.add(conv1d(image.select(2, 0), kernel.select(2, 0), bias));
                results.add(convTranspose2d(randn(1, 4, 5, 5).zero_().add(1), kernel, null));
            }
        }
        for (int i = 0; i < wide.size(); i++) {
            assertThat(narrow.get(i).dtype()).as("result %d", i).isEqualTo(DType.BFLOAT16);
            assertThat(wide.get(i).dtype()).isEqualTo(DType.FLOAT32);
            assertRounded(narrow.get(i), wide.get(i));
        }
    }

    @Test
    void reductionsComputeInFloat32AndOthersKeepTheirType() {
        try (var p = Precision.BFLOAT16.open()) {
            Tensor y = randn(4, 8).matmul(randn(8, 6));
            assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
            Tensor target = tensor(0, 1, 2, 3);
            for (Tensor t :
                    List.of(
                            y.softmax(1),
                            y.logSoftmax(1),
                            y.logsumexp(1),
                            y.sum(),
                            y.sum(1),
                            y.mean(0),
                            y.prod(1),
                            y.var(1),
                            y.std(1),
                            y.norm(),
                            y.norm(1, 1),
                            y.cumsum(1),
                            y.matmul(y.t()).det(),
                            crossEntropy(y, target),
                            nllLoss(y.relu(), target),
                            mseLoss(y, y.detach()),
                            bceWithLogits(y, y.detach().sigmoid()))) {
                assertThat(t.dtype()).isEqualTo(DType.FLOAT32);
            }
            Tensor image = conv2d(randn(2, 3, 8, 8), randn(4, 3, 3, 3), null);
            Tensor mean = zeros(4);
            Tensor var = ones(4);
            for (Tensor t :
                    List.of(
                            y.relu(),
                            y.sigmoid(),
                            y.gelu(),
                            y.mul(2),
                            y.add(y),
                            y.amax(1),
                            dropout(y, 0.5, true),
                            layerNorm(y, new long[] {6}, ones(6), zeros(6), 1e-5),
                            batchNorm(image, mean, var, o -> o.training(true).weight(ones(4)).bias(zeros(4))),
                            maxPool2d(image, 2),
                            avgPool2d(image, 2),
                            adaptiveAvgPool2d(image, 1, 1))) {
                assertThat(t.dtype()).isEqualTo(DType.BFLOAT16);
            }
            assertThat(mean.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(y.to(DType.FLOAT64).matmul(ones(DType.FLOAT64, 6, 2)).dtype()).isEqualTo(DType.FLOAT64);
        }
    }

    @Test
    void sumsAccumulateInFloat32() {
        // in bfloat16, 256 + 1 is 256
        Tensor x = ones(1000, 1);
        try (var p = Precision.BFLOAT16.open()) {
            Tensor y = x.matmul(ones(1, 1));
            assertThat(y.sum().item()).isEqualTo(1000);
            assertThat(y.squeeze(1).cumsum(0).select(0, 999).item()).isEqualTo(1000);
            assertThat(x.t().to(DType.BFLOAT16).matmul(y).item()).isEqualTo(1000);
        }
        assertThat(x.to(DType.BFLOAT16).sum(new int[] {0, 1}, KeepDim.DROP_DIM).dtype()).isEqualTo(DType.BFLOAT16);
    }

    @Test
    void gradientsOfParametersAreFloat32AndCloseToThose() {
        Tensor x = randn(8, 3, 10, 10);
        Tensor kernel = parameter(6, 3, 3, 3);
        Tensor bias = parameter(6);
        Tensor w = parameter(5, 6);
        Tensor b = parameter(5);
        Tensor target = tensor(0, 1, 2, 3, 4, 0, 1, 2);
        Tensor[] parameters = {kernel, bias, w, b};
        var gradients = new Tensor[2][parameters.length];
        for (int i = 0; i < 2; i++) {
            Tensor loss;
            try (var p = (i == 0 ? Precision.FLOAT32 : Precision.BFLOAT16).open()) {
                Tensor y = conv2d(x, kernel, bias, c -> c.stride(2)).tanh().mean(new int[] {2, 3});
                loss = crossEntropy(linear(y, w, b), target);
            }
            loss.backward();
            for (int k = 0; k < parameters.length; k++) {
                gradients[i][k] = parameters[k].grad();
                parameters[k].setGrad(null);
            }
        }
        for (int k = 0; k < parameters.length; k++) {
            TensorAssert.assertThat(gradients[1][k]).hasType(DType.FLOAT32);
            // a gradient has been rounded some six times
            Tensor e = gradients[0][k];
            TensorAssert.assertThat(gradients[1][k]).isCloseTo(e, 0.03, 0.03 * e.abs().max().item());
        }
    }

    @Test
    void gradientsOfWeightsAreNotRounded() {
        Tensor w = parameter(1, 1);
        try (var p = Precision.BFLOAT16.open()) {
            linear(ones(1001, 1), w, null).sum().backward();
        }
        assertThat(w.grad().item()).isEqualTo(1001); // bfloat16 has 1000 and 1004
        assumeFalse(
                Device.current().type().equals("cuda"), "cuDNN has no gradient of bfloat16 convolutions in float32");
        Tensor kernel = parameter(1, 1, 1, 1);
        Tensor bias = parameter(1);
        try (var p = Precision.BFLOAT16.open()) {
            conv2d(ones(1, 1, 7, 143), kernel, bias).sum().backward();
        }
        assertThat(kernel.grad().item()).isEqualTo(1001);
        assertThat(bias.grad().item()).isEqualTo(1001);
    }

    @Test
    void backwardRunsInTheTypesOfForward() {
        Tensor w = parameter(6, 6);
        Tensor x = parameter(4, 6);
        Tensor wide = linear(x, w, null);
        try (var p = Precision.BFLOAT16.open()) {
            wide.backward(ones(4, 6));
        }
        Tensor inside = w.grad();
        w.setGrad(null);
        linear(x, w, null).backward(ones(4, 6));
        TensorAssert.assertThat(inside).isEqualToTensor(w.grad());
        w.setGrad(null);
        x.setGrad(null);
        Tensor narrow;
        try (var p = Precision.BFLOAT16.open()) {
            narrow = linear(x, w, null);
        }
        narrow.backward(ones(DType.BFLOAT16, 4, 6));
        TensorAssert.assertThat(x.grad()).hasType(DType.FLOAT32);
        assertRounded(x.grad(), w.detach().sum(0).expand(4, 6));
    }

    @Test
    void gradientsOfGradientsWork() {
        Tensor w = parameter(3, 3);
        Tensor x = parameter(2, 3);
        Tensor y;
        try (var p = Precision.BFLOAT16.open()) {
            y = linear(x, w, null).tanh().sum();
        }
        Tensor g = Autograd.grad(y, List.of(x), b -> b.createGraph(true)).getFirst();
        g.square().sum().backward();
        Tensor narrow = w.grad();
        w.setGrad(null);
        Tensor wide = linear(x, w, null).tanh().sum();
        Autograd.grad(wide, List.of(x), b -> b.createGraph(true)).getFirst().square().sum().backward();
        TensorAssert.assertThat(narrow).isCloseTo(w.grad(), 0.05, 0.05 * w.grad().abs().max().item());
    }

    @Test
    void copiesOfParametersFollowEveryUpdate() {
        Tensor w = parameter(4, 4);
        Tensor x = eye(4, 4, DType.FLOAT32);
        for (int i = 0; i < 4; i++) {
            try (var p = Precision.BFLOAT16.open()) {
                for (int again = 0; again < 2; again++) {
                    TensorAssert.assertThat(x.matmul(w)).isEqualToTensor(w.detach().to(DType.BFLOAT16));
                    TensorAssert.assertThat(linear(x, w, null)).isEqualToTensor(w.detach().t().to(DType.BFLOAT16));
                }
            }
            try (var off = Autograd.noGrad()) {
                switch (i) {
                    case 0 -> w.add_(1);
                    case 1 -> w.select(0, 2).fill_(5);
                    case 2 -> w.setData(randn(4, 4));
                    default -> w.copy_(randn(4, 4));
                }
            }
        }
    }

    @Test
    void anUpdateBetweenForwardAndBackwardIsNoticedAsWithFloat32() {
        Tensor w = parameter(4, 4);
        Tensor x = parameter(2, 4);
        Tensor y;
        try (var p = Precision.BFLOAT16.open()) {
            y = linear(x, w, null);
            try (var off = Autograd.noGrad()) {
                w.add_(1);
            }
            linear(x, w, null);
        }
        assertThatThrownBy(() -> y.backward(ones(DType.BFLOAT16, 2, 4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("modified in place");
    }

    @Test
    void aCapturedStepSeesUpdatesMadeOutsideOfIt() {
        Tensor w = parameter(4, 4);
        Tensor x = eye(4, 4, DType.FLOAT32);
        var step =
                Captured.of((Tensor in) -> {
                    try (var off = Autograd.noGrad();
                            var p = Precision.BFLOAT16.open()) {
                        return in.matmul(w);
                    }
                });
        for (int i = 0; i < 8; i++) {
            TensorAssert.assertThat(step.call(x)).isEqualToTensor(w.detach().to(DType.BFLOAT16));
            try (var off = Autograd.noGrad()) {
                w.add_(0.5);
            }
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(step.plan()).doesNotContain("no plan");
    }

    @Test
    void aCapturedStepHasAPlanPerPrecision() {
        Tensor x = randn(4, 4);
        var step = Captured.of((Tensor in) -> in.matmul(in));
        for (int i = 0; i < 12; i++) {
            Precision p = i % 2 == 0 ? Precision.FLOAT32 : Precision.BFLOAT16;
            try (var open = p.open()) {
                assertThat(step.call(x).dtype()).isEqualTo(i % 2 == 0 ? DType.FLOAT32 : DType.BFLOAT16);
            }
        }
    }

    @Test
    void weightsReorderedForConvolutionsFollowEveryUpdate() {
        Tensor x = randn(2, 32, 5, 5);
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            Tensor w = randn(48, 32, 3, 3).mul(0.1).requiresGrad_();
            for (int update = 0; update < 3; update++) {
                // the result for the same numbers in memory without cached reorders
                Tensor expected = inType(type, x, w.detach().clone());
                for (int again = 0; again < 4; again++) {
                    TensorAssert.assertThat(inType(type, x, w)).isEqualToTensor(expected);
                }
                try (var off = Autograd.noGrad()) {
                    w.mul_(-0.5);
                }
            }
            Tensor part = w.detach().narrow(0, 16, 16);
            TensorAssert.assertThat(inType(type, x, part)).isEqualToTensor(inType(type, x, part.clone()));
        }
    }

    private static Tensor inType(DType type, Tensor x, Tensor w) {
        try (var off = Autograd.noGrad();
                var p = (type == DType.BFLOAT16 ? Precision.BFLOAT16 : Precision.FLOAT32).open()) {
            return conv2d(x, w, null, c -> c.padding(1));
        }
    }

    @Test
    void maximaOfBfloat16EqualThoseOfFloat32() {
        Tensor x = conv2d(randn(4, 8, 50, 50), randn(40, 8, 3, 3), null).to(DType.BFLOAT16);
        for (int i = 0; i < 6; i++) { // vector code takes over after the first
            Tensor narrow = x.detach().requiresGrad_();
            Tensor wide = x.to(DType.FLOAT32).requiresGrad_();
            var a = maxPool2dWithIndices(narrow, 3, o -> o.stride(2).padding(1));
            var b = maxPool2dWithIndices(wide, 3, o -> o.stride(2).padding(1));
            TensorAssert.assertThat(a.values().to(DType.FLOAT32)).isEqualToTensor(b.values().detach());
            TensorAssert.assertThat(a.indices()).isEqualToTensor(b.indices());
            Tensor g = randn(b.values().shape().dims()).to(DType.BFLOAT16);
            a.values().backward(g);
            b.values().backward(g.to(DType.FLOAT32));
            TensorAssert.assertThat(narrow.grad()).isEqualToTensor(wide.grad().to(DType.BFLOAT16));
        }
    }

    @Test
    void scopesNest() {
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
        try (var outer = Precision.BFLOAT16.open()) {
            try (var inner = Precision.FLOAT32.open()) {
                assertThat(randn(2, 2).matmul(randn(2, 2)).dtype()).isEqualTo(DType.FLOAT32);
                try (var innermost = Precision.BFLOAT16.open()) {
                    assertThat(Precision.current()).isEqualTo(Precision.BFLOAT16);
                }
                assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
            }
            assertThat(Precision.current()).isEqualTo(Precision.BFLOAT16);
            assertThatThrownBy(
                            () -> {
                                try (var inner = Precision.FLOAT32.open()) {
                                    randn(2, 2).matmul(randn(3, 2));
                                }
                            })
                    .hasMessageContaining("matmul");
            assertThat(Precision.current()).isEqualTo(Precision.BFLOAT16);
        }
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void otherThreadsAreNotAffected() throws InterruptedException {
        var seen = new AtomicReference<DType>();
        try (var p = Precision.BFLOAT16.open()) {
            var thread = new Thread(() -> seen.set(randn(2, 2).matmul(randn(2, 2)).dtype()));
            thread.start();
            thread.join();
        }
        assertThat(seen.get()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void manyThreadsMayUseOneParameter() throws InterruptedException {
        Tensor w = parameter(64, 64);
        Tensor x = eye(64, 64, DType.FLOAT32);
        var failures = new ArrayList<Throwable>();
        for (int round = 0; round < 10; round++) {
            try (var off = Autograd.noGrad()) {
                w.add_(0.25);
            }
            Tensor expected = w.detach().to(DType.BFLOAT16);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 4; i++) {
                var thread =
                        new Thread(() -> {
                            try (var p = Precision.BFLOAT16.open()) {
                                TensorAssert.assertThat(x.matmul(w)).isEqualToTensor(expected);
                            } catch (Throwable e) {
                                synchronized (failures) {
                                    failures.add(e);
                                }
                            }
                        });
                thread.start();
                threads.add(thread);
            }
            for (var thread : threads) {
                thread.join();
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void isRejectedWithAReason() {
        System.setProperty("fathom.bfloat16", "never");
        assertThat(Precision.FLOAT32.slowReason()).isEmpty();
        assertThatThrownBy(Precision.BFLOAT16::open)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "bfloat16 would be slower than float32 here: -Dfathom.bfloat16=never; use FLOAT32, or"
                                + " -Dfathom.bfloat16=always to use it nevertheless");
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }
}
