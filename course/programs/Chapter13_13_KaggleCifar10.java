import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 13.13, Image Classification (CIFAR-10) on Kaggle: from PNG files and a table of labels to the file
 * that is handed in. A folder with train, trainLabels.csv and test may be given; else the course's 1,000 images are used, or
 * drawn ones where these are not available.
 */
static final int EPOCHS = 20, BATCH = 32, LR_PERIOD = 4;
static final double LR = 2e-4, WEIGHT_DECAY = 5e-4, LR_DECAY = 0.9, VALID_RATIO = 0.1;

Run train(Layer net, Dataset train, Dataset valid) {
    var trainer = new Trainer(net, t -> t
        .loss(new CrossEntropyLoss())
        .optimizer(p -> new SGD(p, LR, o -> o.momentum(0.9).weightDecay(WEIGHT_DECAY)))
        .schedule(o -> new StepLR(o, LR_PERIOD, LR_DECAY))
        .metrics(Metrics.accuracy()));
    return trainer.fit(
        DataLoader.of(train, BATCH).shuffle(true).dropLast(true).workers(1), valid == null ? null : DataLoader.of(valid, BATCH), Epochs.of(EPOCHS));
}

/** A ResNet-18 for small images: its first layers keep their size. */
Layer network(int classes) {
    return ResNet.resnet18(o -> o.classes(classes).smallInput());
}

void main(String[] args) {
    manualSeed(0);
    var normalize = Transforms.normalize(new double[] {0.4914, 0.4822, 0.4465}, new double[] {0.2023, 0.1994, 0.2010});
    var augment = Transforms.compose(
        Transforms.resize(40, 40), Transforms.randomResizedCrop(32, 0.64), Transforms.randomHorizontalFlip(), normalize);

    var data = args.length > 0 ? KaggleImages.cifar10(Path.of(args[0]), o -> {}) : KaggleImages.cifar10(o -> {});
    var images = data.train();
    IO.println("%d images of %d classes, %d to classify".formatted(images.size(), images.classes().size(), data.testFiles().size()));

    // a tenth of each class is held out
    var parts = Datasets.randomSplit(images, new double[] {1 - VALID_RATIO, VALID_RATIO}, 0, o -> o.stratify(images.labels().toLongArray()));
    var train = images.with(augment).subset(parts.get(0).indices());
    var valid = images.with(normalize).subset(parts.get(1).indices());
    IO.println("%d to train on, %d to validate".formatted(train.size(), valid.size()));

    var net = network(images.classes().size());
    IO.println(train(net, train, valid).last());

    // all images for the file that is handed in
    net = network(images.classes().size());
    IO.println(train(net, images.with(augment), null).last());
    if (!data.testFiles().isEmpty()) {
        var scores = new Trainer(net).predict(data.test(normalize));
        data.submission(scores).writeCsv(Path.of("submission.csv"));
    }
    IO.println("submission.csv: %d rows".formatted(data.testFiles().size()));
}
