package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Optimisers by name. */
class OptimizersTest {
    @Test
    void eachNameMakesAnOptimizerThatLowersTheLoss() {
        for (String name : Optimizers.names()) {
            Tensor w = Tensors.tensor(new float[] {3, -2}).requiresGrad_();
            Optimizer optimizer = Optimizers.create(name, List.of(w), 0.1);
            assertThat(optimizer.lr()).as(name).isEqualTo(0.1);
            for (int i = 0; i < 5; i++) {
                optimizer.step(() -> {
                    optimizer.zeroGrad();
                    Tensor loss = w.square().sum();
                    loss.backward();
                    return loss;
                });
            }
            assertThat(w.detach().square().sum().item()).as(name).isLessThan(13);
        }
        assertThat(Optimizers.names())
                .contains("sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "lbfgs", "sam");
    }

    @Test
    void anUnknownNameIsRefusedWithThoseKnown() {
        assertThatThrownBy(() -> Optimizers.create("magic", List.of(Tensors.zeros(1)), 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("there is no optimizer magic", "adadelta, adafactor, adagrad, adam");
    }
}
