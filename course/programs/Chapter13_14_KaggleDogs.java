import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 13.14, Dog Breed Identification (ImageNet Dogs) on Kaggle: a frozen ResNet-34 under a small head of
 * our own, and a file of probabilities. torchvision's weights are used if they are there; else the network first learns
 * to tell drawn things.
 */
static final int SIDE = 64, EPOCHS = 10, BATCH = 32, LR_PERIOD = 2, DRAWN_EPOCHS = 4;
static final double LR = 1e-2, WEIGHT_DECAY = 1e-4, LR_DECAY = 0.9, VALID_RATIO = 0.1;

/** Features that are not trained, and the head that is. */
static class Breeds extends Layer {
    final ResNet features;
    final Sequential head;

    Breeds(ResNet features, int breeds) {
        this.features = features;
        features.freeze(f -> f.normsInEvaluation(true));
        head = new Sequential(new Linear(1000, 256), new ReLU(), new Linear(256, breeds));
    }

    @Override
    public Tensor forward(Tensor x) {
        return head.call(features.call(x));
    }
}

/** ResNet-34 with the weights of ImageNet, or of the ten classes of drawn things. */
ResNet pretrained(int side) throws IOException {
    var file = Path.of("resnet34-b627a593.pth");             // of https://download.pytorch.org/models
    var net = ResNet.resnet34();
    if (Files.exists(file)) {
        net.loadStateDict(StateDict.load(file));
        return net;
    }
    var things = Cifar10.standIn().with(Transforms.resize(side, side).then(Transforms.normalizeImagenet()));
    var run = new Trainer(net, t -> t.optimizer(p -> new Adam(p, 1e-3)).metrics(Metrics.accuracy()))
        .fit(DataLoader.of(things.train(), BATCH).shuffle(true).workers(1), Epochs.of(DRAWN_EPOCHS));
    IO.println("drawn things: " + run.last());
    return net;
}

void main() throws IOException {
    manualSeed(0);
    var data = KaggleImages.dogs(o -> {});
    int side = data.isStandIn() ? SIDE : 224;
    var preprocess = Transforms.compose(
        Transforms.resize(side * 256 / 224), Transforms.centerCrop(side), Transforms.normalizeImagenet());
    var augment = Transforms.compose(
        Transforms.randomResizedCrop(side, 0.4), Transforms.randomHorizontalFlip(), Transforms.normalizeImagenet());
    var images = data.train();
    IO.println("%d images of %d breeds, %d to tell".formatted(images.size(), images.classes().size(), data.testFiles().size()));

    var parts = Datasets.randomSplit(images, new double[] {1 - VALID_RATIO, VALID_RATIO}, 0, o -> o.stratify(images.labels().toLongArray()));
    var train = images.with(augment).subset(parts.get(0).indices());
    var valid = images.with(preprocess).subset(parts.get(1).indices());

    var net = new Breeds(pretrained(side), images.classes().size());
    IO.println(Summary.of(net, 1, 3, side, side).trainableParameters() + " parameters are trained");
    var trainer = new Trainer(net, t -> t
        .loss(new CrossEntropyLoss())
        .optimizer(p -> new SGD(net.head.parameters(), LR, o -> o.momentum(0.9).weightDecay(WEIGHT_DECAY)))
        .schedule(o -> new StepLR(o, LR_PERIOD, LR_DECAY))
        .metrics(Metrics.accuracy()));
    var run = trainer.fit(DataLoader.of(train, BATCH).shuffle(true).workers(1), DataLoader.of(valid, BATCH), Epochs.of(EPOCHS));
    IO.println(run.last());

    data.probabilities(trainer.predict(data.test(preprocess))).writeCsv(Path.of("submission.csv"));
    var lines = Files.readAllLines(Path.of("submission.csv"));
    IO.println("submission.csv: %d rows of %d columns".formatted(lines.size() - 1, lines.getFirst().split(",").length));
}
