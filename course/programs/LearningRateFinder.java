import module fathom;

/** A learning rate is found before the training: the loss over growing rates, and its picture. */
void main() throws IOException {
    Tensors.manualSeed(0);
    var net = new Sequential(new Flatten(), new Linear(784, 256), new ReLU(), new Linear(256, 10));
    var data = FashionMnist.load();
    var train = DataLoader.of(data.train(), 128).shuffle(true);

    var found = new Trainer(net, t -> t.optimizer(p -> new SGD(p, 0.1))).findLearningRate(train);
    found.plot().save(Path.of("learning-rate.svg"));     // the weights are as they were before
    IO.println("learning rate %.2g".formatted(found.suggestion()));

    var run = new Trainer(net, t -> t.optimizer(p -> new SGD(p, found.suggestion())))
        .fit(train, DataLoader.of(data.test(), 256), Epochs.of(3));
    IO.println(run.last());
}
