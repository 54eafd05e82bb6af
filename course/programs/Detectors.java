import module fathom;
import static fathom.Tensors.*;

/** Torchvision's detectors: FCOS on a feature pyramid learns to find bananas; the losses of all four in images of several sizes. */
void main() throws IOException {
    final int EPOCHS = 4, BATCH = 8;
    manualSeed(0);
    var bananas = BananaDetection.load();

    // a small one: ResNet-18 with a quarter of the channels, images of 128 pixels
    var net = FCOS.fcos_resnet50_fpn(BananaDetection.classNames(), o ->
            o.body(() -> ResNet.resnet18(r -> r.width(16))).pyramidChannels(32).minSize(128).maxSize(128));
    var trainer = new Trainer(net.task(), t -> t.optimizer(p -> new Adam(p, 1e-3)).clipNorm(10).monitor("map50", true));
    var run = trainer.fit(DataLoader.of(bananas.train(), BATCH).shuffle(true), DataLoader.of(bananas.test(), BATCH), Epochs.of(EPOCHS));
    var last = run.last();
    IO.println("loss %.2f, average precision at an IoU of 0.5: %.2f".formatted(last.loss(), last.test().get("map50")));
    //> loss 1.21, average precision at an IoU of 0.5: 0.56

    var image = bananas.test().get(0).x();
    var found = net.detect(image, d -> d.threshold(0.3));
    IO.println(found.size() + " objects");                 //> 1 objects
    Plot.image(image).boxes(found).save("found.png");

    // images of different sizes: each is resized, all are padded to one tensor; boxes are in the pixels of their image
    var images = List.of(rand(3, 90, 120), rand(3, 128, 70));
    var targets = List.of(
            new BoxTarget(tensor(new float[][] {{10, 20, 60, 80}, {70, 5, 110, 60}}), tensor(new long[] {1, 2})),
            new BoxTarget(tensor(new float[][] {{5, 30, 60, 110}}), tensor(new long[] {2})));
    var classes = List.of("cat", "dog");
    var detectors = List.of(
            RetinaNet.retinanet_resnet50_fpn(classes, o -> small(o)),
            FCOS.fcos_resnet50_fpn(classes, o -> small(o)),
            FasterRCNN.fasterrcnn_resnet50_fpn(classes, o -> small(o).hidden(64)),
            SSD.ssd300_vgg16(classes, o -> o.divisor(16)));
    for (var detector : detectors) {
        IO.println(detector.losses(images, targets).keySet());
    }
    //> [classification, bbox_regression]
    //> [classification, bbox_regression, bbox_ctrness]
    //> [loss_classifier, loss_box_reg, loss_objectness, loss_rpn_box_reg]
    //> [bbox_regression, classification]
}

<S extends PyramidOptions<S>> S small(PyramidOptions<S> o) {
    return o.body(() -> ResNet.resnet18(r -> r.width(8))).pyramidChannels(32).minSize(96).maxSize(160);
}
