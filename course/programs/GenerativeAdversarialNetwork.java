import module fathom;
import static fathom.Tensors.*;

/**
 * Two networks against each other, each with an optimiser of its own: a generator learns a Gaussian from the judgement
 * of a discriminator. A task of two phases; the trainer captures both as one step, and checkpoints and resumes them.
 */
void main() throws IOException {
    manualSeed(0);
    var a = tensor(new float[][] {{1, 2}, {-0.1f, 0.5f}});
    var data = randn(1000, 2).matmul(a).add(tensor(1f, 2f));

    var g = new Sequential(new Linear(2, 2));
    var d = new Sequential(new Linear(2, 5), new Tanh(), new Linear(5, 3), new Tanh(), new Linear(3, 1));
    for (var p : List.of(g, d)) {
        p.parameters().forEach(w -> Init.normal_(w, 0, 0.02));
    }
    var bce = new BCEWithLogitsLoss();
    var task = new PhasedTask<>(Batch.class)
            .phase("discriminator", d, o -> o.optimizer(p -> new Adam(p, 0.05)), b -> {
                var real = d.call(b.x());
                var fake = d.call(g.call(randn(b.size(), 2)).detach());
                return Losses.of("D", bce.forward(real, onesLike(real)).add(bce.forward(fake, zerosLike(fake))).div(2));
            })
            .phase("generator", g, o -> o.optimizer(p -> new Adam(p, 0.005)), b -> {
                var fake = d.call(g.call(randn(b.size(), 2)));
                return Losses.of("G", bce.forward(fake, onesLike(fake)));
            });
    var run = new Trainer(task)
            .fit(DataLoader.of(new TensorDataset(data), 8).shuffle(true), Epochs.of(20));
    IO.println(run.last());                          // loss 1.386, train D 0.693, train G 0.693

    var fake = g.call(randn(1000, 2)).detach();
    IO.println(fake.mean(0).round());                //> tensor([1., 2.])
    Plot.of(p -> p.scatter(data.select(1, 0), data.select(1, 1), "real")
                    .scatter(fake.select(1, 0), fake.select(1, 1), "generated"))
            .save(Path.of("generated.svg"));
}
