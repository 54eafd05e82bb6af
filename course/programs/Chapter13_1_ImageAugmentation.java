import module fathom;

/**
 * The course's section 13.1, image augmentation: random flips, crops and changes of colours show a network many pictures where there
 * is one. Each figure holds eight draws; then a ResNet-18 is trained on CIFAR-10 with pictures that are flipped at random.
 */
static final int EPOCHS = 5;

void main() throws IOException {
    Tensors.manualSeed(13);
    var picture = picture();
    IO.println(picture.shape());                                                    //> [3, 400, 500]
    Plot.image(picture).save("augmentation.png");

    show("flip-horizontally", picture, Transforms.randomHorizontalFlip());
    show("flip-vertically", picture, Transforms.randomVerticalFlip());
    var crop = Transforms.randomResizedCrop(200, o -> o.scale(0.1, 1).ratio(0.5, 2));
    show("crop", picture, crop);
    show("brightness", picture, Transforms.colorJitter(c -> c.brightness(0.5)));
    show("hue", picture, Transforms.colorJitter(c -> c.hue(0.5)));
    var colors = Transforms.colorJitter(0.5, 0.5, 0.5, 0.5);
    show("colors", picture, colors);
    show("all", picture, Transforms.compose(Transforms.randomHorizontalFlip(), colors, crop));

    // boxes, masks and key points move along: one draw for the picture and what is known about it
    var face = Sample.of(picture).withBoxes(Tensors.tensor(new double[][] {{110, 30, 390, 350}}));
    IO.println(Transforms.horizontalFlip().apply(face).boxes());                    //> tensor([[110.,  30., 390., 350.]])

    var data = Cifar10.load();
    Plot.images(data.train().images().narrow(0, 0, 32), o -> o.columns(8)).save("augmentation-cifar10.png");
    // flips only for training: predictions must not depend on chance
    var augmented = data.train().with(Transforms.randomHorizontalFlip());
    var net = ResNet.resnet18(o -> o.classes(10).smallInput());
    var run = new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 1e-3)).metrics(Metrics.accuracy()).seed(13))
            .fit(DataLoader.of(augmented, 64).shuffle(true).workers(2), DataLoader.of(data.test(), 256), Epochs.of(EPOCHS));
    IO.println("test accuracy " + run.last());
}

/** Draws eight versions of a picture. */
void show(String name, Tensor picture, Transform augmentation) throws IOException {
    var versions = Stream.generate(() -> augmentation.apply(picture)).limit(8).toList();
    Plot.images(versions, o -> o.columns(4).cell(160)).save("augmentation-" + name + ".png");
}

/** The course's cat, where FATHOM_DATA has it; else one that is drawn. */
Tensor picture() throws IOException {
    var file = DataHub.standard().dataFolder().map(folder -> folder.resolve("img", "cat1.jpg")).filter(Files::exists);
    return file.isPresent() ? Images.read(file.get()) : drawnCat();
}

Tensor drawnCat() {
    var x = Tensors.arange(500, DType.FLOAT32).reshape(1, 500);
    var y = Tensors.arange(400, DType.FLOAT32).reshape(400, 1);
    var picture = Tensors.stack(List.of(y.mul(0.2).add(90).expand(400, 500), x.mul(0.1).add(120).expand(400, 500), y.mul(-0.2).add(200).expand(400, 500)), 0);
    for (int side : new int[] {-1, 1}) {                                            // ears: triangles
        var fromTip = x.sub(250 + 95 * side).abs();
        picture = painted(picture, fromTip.lt(y.sub(40).mul(0.5)).logicalAnd(y.lt(160)), 190, 120, 60);
    }
    picture = painted(picture, disc(x, y, 250, 200, 140), 205, 135, 70);
    for (int side : new int[] {-1, 1}) {
        picture = painted(picture, disc(x, y, 250 + 55 * side, 165, 26), 120, 190, 90);
        picture = painted(picture, disc(x, y, 250 + 55 * side, 165, 11), 15, 15, 15);
    }
    picture = painted(picture, disc(x, y, 250, 225, 16), 220, 110, 120);
    return picture.round().to(DType.UINT8);
}

Tensor disc(Tensor x, Tensor y, double atX, double atY, double radius) {
    return x.sub(atX).square().add(y.sub(atY).square()).lt(radius * radius);
}

Tensor painted(Tensor picture, Tensor where, double... color) {
    return Tensors.tensor(color, DType.FLOAT32).reshape(3, 1, 1).expand(3, 400, 500).where(where, picture);
}
