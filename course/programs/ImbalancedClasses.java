import module fathom;
import static fathom.Tensors.*;

/** Few positives: accuracy says little, F1 and average precision say more, and weights of the classes help. */
void main() {
    manualSeed(0);
    var x = randn(4000, 8);
    var y = x.select(1, 0).mul(2).add(x.select(1, 1).square()).add(randn(4000).mul(0.5)).gt(4.6).to(INT64);
    IO.println("positives: %.3f".formatted(y.to(FLOAT32).mean().item()));
    var folds = KFold.of(4).shuffle(0).stratify().split(new TensorDataset(x, y));   // each part has its share of them

    for (var weight : List.of(tensor(1.0, 1.0), tensor(1.0, 8.0))) {
        var net = new Sequential(new Linear(8, 32), new ReLU(), new Linear(32, 2));
        var matrix = Metrics.confusionMatrix(2);
        var trainer = new Trainer(net, t -> t
            .loss((scores, classes) -> crossEntropy(scores, classes, c -> c.weight(weight)))
            .optimizer(p -> new Adam(p, 0.01))
            .metrics(Metrics.f1(), Metrics.recall(), Metrics.averagePrecision(), Metrics.accuracy(), matrix)
            .batchSize(64)
            .progress(false));
        IO.println(trainer.fit(folds.getFirst(), Epochs.of(10)).last());
        IO.println(matrix.report(List.of("negative", "positive")));
    }
}
