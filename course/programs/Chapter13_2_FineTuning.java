import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 13.2, Fine-Tuning: hot dogs are told from other food by a ResNet-18 that has learned other pictures
 * before, and by one that has not, in equally many steps. The fine-tuned network's new head learns at ten times the rate of
 * the rest. torchvision's weights are used if they are there; else the network first learns CIFAR-10's classes, of which
 * drawings stand in where the data is not there.
 */
static final int SIDE = 64, BATCH = 16, PRETRAIN_EPOCHS = 4, IMAGES = 200, EPOCHS = 3;
static final double FINE_TUNED_LR = 3e-3, SCRATCH_LR = 1e-2, WEIGHT_DECAY = 1e-3;

/** The weights of a ResNet-18 that knows other pictures, and the number of their classes. */
ResNet pretrained() throws IOException {
    var file = Path.of("resnet18-f37072fd.pth");             // of https://download.pytorch.org/models
    if (Files.exists(file)) {
        var net = Init.skip(ResNet::resnet18);
        net.loadStateDict(StateDict.load(file));
        return net;
    }
    var things = Cifar10.load().with(Transforms.compose(Transforms.resize(SIDE, SIDE), Transforms.normalizeImagenet()));
    var net = ResNet.resnet18(o -> o.classes(10));
    var run = new Trainer(net, t -> t.optimizer(p -> new Adam(p, 1e-3)).metrics(Metrics.accuracy()))
        .fit(DataLoader.of(things.train(), 32).shuffle(true).workers(1), DataLoader.of(things.test(), 32), Epochs.of(PRETRAIN_EPOCHS));
    IO.println("ten classes of other things: " + run.last());
    return net;
}

/** Trains on hot dogs, with rates that fall to zero. */
EpochResult train(Layer net, Dataset train, Dataset test, Function<Layer, Optimizer> optimizer) {
    int steps = (int) (train.size() / BATCH) * EPOCHS;
    return new Trainer(net, t -> t
            .loss(new CrossEntropyLoss())
            .optimizer(p -> optimizer.apply(net))
            .scheduleBatches(o -> new CosineAnnealingLR(o, steps))
            .metrics(Metrics.accuracy()))
        .fit(DataLoader.of(train, BATCH).shuffle(true).dropLast(true).workers(1), DataLoader.of(test, 50), Epochs.of(EPOCHS))
        .last();
}

void main() throws IOException {
    manualSeed(0);
    var augment = Transforms.compose(
        Transforms.randomResizedCrop(SIDE, 0.5), Transforms.randomHorizontalFlip(), Transforms.normalizeImagenet());
    var data = HotDog.load(o -> o.transform(Transforms.compose(Transforms.resize(SIDE, SIDE), Transforms.normalizeImagenet())));
    var images = data.train();
    double share = Math.min(1, (double) IMAGES / images.size());
    var train = images.with(augment).subset(
        Datasets.randomSplit(images, new double[] {share, 1 - share}, 0, o -> o.stratify(images.labels().toLongArray())).getFirst().indices());
    IO.println("%d images of %s to train on, %d to test".formatted(train.size(), images.classes(), data.test().size()));

    var fineTuned = pretrained().withHead(2);
    var tuned = train(fineTuned, train, data.test(), net -> new SGD(
        ParameterGroups.of(net, g -> g.lrScale(10, "fc")), FINE_TUNED_LR, o -> o.momentum(0.9).weightDecay(WEIGHT_DECAY)));
    IO.println("fine-tuned:   " + tuned);

    var scratch = train(ResNet.resnet18(o -> o.classes(2)), train, data.test(), net -> new SGD(
        net.parameters(), SCRATCH_LR, o -> o.momentum(0.9).weightDecay(WEIGHT_DECAY)));
    IO.println("from scratch: " + scratch);
    IO.println("test accuracy: %+.3f by fine-tuning".formatted(tuned.test().get("acc") - scratch.test().get("acc")));
}
