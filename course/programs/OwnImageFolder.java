import module fathom;

/** A classifier of images of one's own, in folders: shapes/train/CLASS/NAME.png and shapes/val/CLASS/NAME.png. */
void main() throws IOException {
    var augment = Transforms.compose(Transforms.randomResizedCrop(32, 0.6), Transforms.randomHorizontalFlip());
    var train = new ImageFolder(Path.of("shapes/train"), o -> o.transform(augment));
    var val = new ImageFolder(Path.of("shapes/val"), o -> o.transform(Transforms.resize(32, 32)));

    var net = new CourseResNet18(o -> o.channels(3).classes(train.classes().size()));
    var run = new Trainer(net, t -> t.optimizer(p -> new Adam(p, 1e-3)).batchSize(32))
        .fit(TrainTestData.of(train, val), Epochs.of(8));
    IO.println(run.last());                              //> loss 0.194, train acc 0.928, test acc 0.950

    Tensor image = val.get(0).x();
    var p = net.eval().call(image.unsqueeze(0)).softmax(1);
    IO.println(val.files().getFirst() + ": " + train.classes().get((int) p.argmax().itemLong()));
}
