import module fathom;
import static fathom.Tensors.*;

/**
 * A vision transformer learns from images without labels: three quarters of the patches are hidden, and it has to tell
 * what they look like (He et al., 2021). Then two networks are trained with the labels of 500 images: the pretrained one,
 * and one from scratch.
 */
static final int EPOCHS = 20, LABELLED = 500, FINE_TUNING = 30;

VisionTransformer transformer() {
    return VisionTransformer.vit_tiny(o -> o.imageSize(28).channels(1).classes(10));
}

/** {@return what a network reaches with few labels} */
Evaluation fineTuned(VisionTransformer net, Dataset train, Dataset test) {
    var trainer = new Trainer(net, t -> t.optimizer(p -> new AdamW(p, 5e-4, o -> o.weightDecay(0.05)))
            .schedule(o -> new CosineAnnealingLR(o, FINE_TUNING)).clipNorm(1).progress(false));
    trainer.fit(DataLoader.of(train, 50).shuffle(true), Epochs.of(FINE_TUNING));
    return trainer.evaluate(DataLoader.of(test, 250));
}

void main() throws IOException {
    manualSeed(0);
    var data = FashionMnist.sample();
    var images = data.train();
    var test = data.test();
    var mae = new MaskedAutoencoder(transformer(), o -> o.maskRatio(0.75));
    var task = new Task<>(Batch.class, mae) {
        @Override
        public Losses step(Batch batch) {
            return Losses.of("loss", mae.loss(batch.x()));
        }
    };
    IO.println("%d of %d patches are visible".formatted(mae.visible(), mae.patches()));
    //> 12 of 49 patches are visible
    var run = new Trainer(task, t -> t.optimizer(p -> new AdamW(p, 1e-3, o -> o.betas(0.9, 0.95).weightDecay(0.05)))
                    .schedule(o -> new CosineAnnealingLR(o, EPOCHS)).clipNorm(1))
            .fit(DataLoader.of(images, 64).shuffle(true), Epochs.of(EPOCHS));
    IO.println("error of hidden patches: " + run.last());

    // what the encoder sees, and what it makes of it
    mae.eval();
    var x = stack(IntStream.range(0, 8).mapToObj(i -> test.get(i).x()).toList(), 0);
    try (var _ = Autograd.noGrad()) {
        var guess = mae.reconstruct(x);
        var rows = cat(List.of(x, mae.masked(x, guess, 0.5), mae.reconstructed(x, guess).clamp(0, 1)), 0);
        Plot.images(rows, o -> o.columns(8)).save(Path.of("masked.png"));
    }

    // features that a linear classifier can use, which random weights have, too, but poorer ones
    var labelled = images.range(0, LABELLED);
    var random = transformer();
    random.eval();
    IO.println("linear probe, pretrained: " + LinearProbe.of(mae::features, labelled, test));
    IO.println("linear probe, random weights: "
            + LinearProbe.of(batch -> MaskedAutoencoder.features(random, batch), labelled, test));

    IO.println("fine-tuned: " + fineTuned(mae.encoder(), labelled, test));
    IO.println("from scratch: " + fineTuned(transformer(), labelled, test));
}
