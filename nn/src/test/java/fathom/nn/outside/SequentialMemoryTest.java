package fathom.nn.outside;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.activation.Tanh;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What lies between the layers of a list comes back at once, unless somebody may hold on to it; layers here are a
 * user's, of another package.
 */
class SequentialMemoryTest {
    private static final long ROWS = 256;
    private static final long WIDTH = 64;
    private static final long RESULT = ROWS * WIDTH * Float.BYTES;

    private static Sequential layers() {
        return new Sequential(
                new Linear(WIDTH, WIDTH),
                new ReLU(),
                new Sequential(new Linear(WIDTH, WIDTH), new Tanh()),
                new Dropout(0.5),
                new Linear(WIDTH, WIDTH),
                new Sigmoid());
    }

    private static Tensor input() {
        return Tensors.linspace(-1, 1, (int) (ROWS * WIDTH)).reshape(ROWS, WIDTH);
    }

    @Test
    void withoutGradientsOnlyTheResultStays() {
        var net = layers();
        net.eval();
        Tensor x = input();
        Tensor expected = net.forward(x).detach();
        Tensor result;
        long before = Fathom.memory().inUse();
        try (var off = Autograd.noGrad()) {
            result = net.forward(x);
        }
        assertThat(Fathom.memory().inUse() - before).isLessThan(2 * RESULT);
        assertThat(result).isEqualToTensor(expected);
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            result = net.forward(x);
        }
        Tensor gone = result;
        assertThatThrownBy(() -> gone.add(1)).isInstanceOf(IllegalStateException.class).hasMessageContaining("scope");
    }

    @Test
    void aResultThatIsTheInputOrLooksAtItStays() {
        var net = new Sequential(new Dropout(0.5), new Flatten());
        net.eval();
        Tensor x = input().reshape(ROWS, 8, 8);
        Tensor parameter = new Linear(WIDTH, WIDTH).weight;
        try (var off = Autograd.noGrad()) {
            assertThat(net.forward(x)).isEqualToTensor(x.flatten(1));
            assertThat(net.forward(parameter)).isEqualToTensor(parameter.detach());
        }
        assertThat(x.sum().item()).isFinite();
        assertThat(parameter.sum().item()).isFinite();
    }

    @Test
    void whatHooksAndLayersOfOnesOwnHoldOnToStays() {
        var kept = new ArrayList<Tensor>();
        var net = layers();
        net.eval();
        net.get(2)
                .registerForwardHook((layer, in, out) -> {
                    kept.add(in);
                    kept.add(out);
                    return out;
                });
        var own = new Sequential(new ReLU(), new Keeping(), new ReLU(), new Linear(WIDTH, WIDTH));
        var derived = new Sequential(new ReLU(), new KeepingList(), new ReLU());
        Tensor x = input();
        try (var off = Autograd.noGrad()) {
            net.forward(x);
            own.forward(x);
            derived.forward(x);
        }
        kept.addAll(List.of(((Keeping) own.get(1)).seen(), ((KeepingList) derived.get(1)).seen()));
        for (Tensor t : kept) {
            assertThat(t.sum().item()).isFinite();
        }
        assertThat(kept).hasSize(4);
    }

    @Test
    void gradientsFlowAsEver() {
        var net = layers();
        net.forward(input()).sum().backward();
        for (Tensor p : net.parameters()) {
            assertThat(p.grad()).isNotNull();
        }
    }

    private static final class Keeping extends Layer {
        private @Nullable Tensor seen;

        Tensor seen() {
            return Objects.requireNonNull(seen);
        }

        @Override
        public Tensor forward(Tensor x) {
            seen = x;
            return x.mul(2);
        }
    }

    /** A list of layers that notes what comes out of its first. */
    private static final class KeepingList extends Sequential {
        private @Nullable Tensor seen;

        KeepingList() {
            super(new Tanh(), new ReLU());
        }

        Tensor seen() {
            return Objects.requireNonNull(seen);
        }

        @Override
        protected Tensor compute(Tensor x) {
            Tensor y = get(0).forward(x);
            seen = y;
            return get(1).forward(y);
        }
    }
}
