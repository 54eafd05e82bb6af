import module fathom;
import static fathom.Tensors.*;

/** Five-fold cross-validation of a small regression: a network per fold, and the means of their scores. */
void main() {
    manualSeed(0);
    var x = randn(500, 4);
    var y = x.select(1, 0).mul(x.select(1, 1)).add(x.select(1, 2).sin()).add(randn(500).mul(0.1)).unsqueeze(1);

    var result = CrossValidation.run(KFold.of(5).shuffle(0).split(new TensorDataset(x, y)), fold ->
        new Trainer(new Sequential(new Linear(4, 32), new Tanh(), new Linear(32, 1)), t -> t
                .loss(new MSELoss())
                .optimizer(p -> new Adam(p, 0.01))
                .metrics(Metrics.rootMeanSquaredError(), Metrics.r2())
                .batchSize(32)
                .progress(false))
            .fit(fold, Epochs.of(40)));
    IO.println(result);                                  // a row per fold, then mean and standard deviation
    IO.println("test rmse %.2f".formatted(result.mean("test rmse")));
}
