package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.optim.SGD;
import fathom.optim.rule.LBFGS;
import fathom.optim.rule.SAM;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Optimisers that evaluate the loss several times per step, in a trainer. */
class ClosureTrainingTest {
    private static final int EPOCHS = 4;

    private static Layer net() {
        Tensors.manualSeed(11);
        return Fixture.net();
    }

    private static DataLoader data() {
        return DataLoader.of(Fixture.sectors(90, 1), 30);
    }

    private static float[] ofTrainer(
            Function<List<Tensor>, Optimizer> optimizer, boolean eager, Consumer<TrainerOptions> more) {
        Layer net = net();
        Run run =
                new Trainer(net, t -> more.accept(t.optimizer(optimizer).eager(eager).seed(1).progress(false)))
                        .fit(data(), Epochs.of(EPOCHS));
        assertThat(run.last().loss()).isLessThan(run.history().getFirst().loss());
        return Fixture.weights(net);
    }

    /** The same training as PyTorch's users write it: clipping is in the closure. */
    private static float[] ofLoop(Function<List<Tensor>, Optimizer> optimizer, double clipNorm) {
        Layer net = net();
        Optimizer o = optimizer.apply(net.parameters());
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (var batch : data()) {
                o.step(() -> {
                    o.zeroGrad();
                    Tensor loss = Tensors.crossEntropy(net.forward(batch.x()), batch.y());
                    loss.backward();
                    if (clipNorm > 0) {
                        Clip.gradNorm_(net.parameters(), clipNorm);
                    }
                    return loss;
                });
            }
        }
        return Fixture.weights(net);
    }

    @Test
    void lbfgsIsThatOfALoop() {
        Function<List<Tensor>, Optimizer> lbfgs = p -> new LBFGS(p, 0.5, o -> o.maxIter(4).strongWolfe(true));
        assertThat(ofTrainer(lbfgs, false, t -> {})).containsExactly(ofLoop(lbfgs, 0), within(1e-5f));
        assertThat(ofTrainer(lbfgs, true, t -> t.clipNorm(0.3))).containsExactly(ofLoop(lbfgs, 0.3), within(1e-5f));
    }

    @Test
    void samIsThatOfALoopAndIsCaptured() {
        Function<List<Tensor>, Optimizer> sam = p -> new SAM(new SGD(p, 0.1, o -> o.momentum(0.9)), 0.05);
        float[] eager = ofTrainer(sam, true, t -> {});
        assertThat(eager).containsExactly(ofLoop(sam, 0), within(1e-5f));
        assertThat(ofTrainer(sam, false, t -> {})).isEqualTo(eager);
    }

    @Test
    void leastSquaresAreSolvedInAnEpoch() {
        Tensors.manualSeed(2);
        Tensor x = Tensors.randn(64, 3).keep();
        Tensor w = Tensors.tensor(new float[][] {{2}, {-3.4f}, {0.5f}});
        var data = new TensorDataset(x, x.mm(w).add(4.2).keep());
        var net = new Linear(3, 1);
        Run run =
                new Trainer(
                                net,
                                t ->
                                        t.loss(Tensors::mseLoss)
                                                .optimizer(p -> Optimizers.create("lbfgs", p, 1))
                                                .progress(false))
                        .fit(DataLoader.of(data, 64), Epochs.of(3));
        // the loss of a step is that before it
        assertThat(run.last().loss()).isLessThan(1e-8);
        assertThat(net.weight.detach().toFloatArray()).containsExactly(new float[] {2, -3.4f, 0.5f}, within(1e-4f));
    }

    @Test
    void accumulatedGradientsAreRefused() {
        var trainer = new Trainer(net(), t -> t.optimizer(p -> new LBFGS(p, 1)).accumulate(3).progress(false));
        assertThatThrownBy(() -> trainer.fit(data(), Epochs.of(1)))
                .hasMessageContaining("accumulate: LBFGS evaluates the loss of one batch several times per update")
                .hasMessageContaining("3 batches");
    }
}
