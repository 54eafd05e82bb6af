import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.7, Single Shot Multibox Detection: a detector trained on bananas, and what it finds. */
void main() throws IOException {
    // class predictions: for each anchor of a pixel the background and the classes, as channels
    IO.println(new Conv2d(8, 5 * (10 + 1), 3, c -> c.padding(1)).forward(zeros(2, 8, 20, 20)).shape());    //> [2, 55, 20, 20]
    IO.println(new Conv2d(16, 3 * (10 + 1), 3, c -> c.padding(1)).forward(zeros(2, 16, 10, 10)).shape());  //> [2, 33, 10, 10]

    manualSeed(0);
    var bananas = BananaDetection.load();
    var net = new TinySSD(BananaDetection.classNames());
    try (var off = Autograd.noGrad()) {
        var output = net.predictions(zeros(32, 3, 256, 256));
        IO.println("output anchors: " + output.anchors().shape());        //> output anchors: [1, 5444, 4]
        IO.println("output class preds: " + output.classes().shape());    //> output class preds: [32, 5444, 2]
        IO.println("output bbox preds: " + output.offsets().shape());     //> output bbox preds: [32, 21776]
    }

    var trainer = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 0.2, o -> o.weightDecay(5e-4))).monitor("map50", true));
    var run = trainer.fit(
            DataLoader.of(bananas.train(), 32).shuffle(true).workers(2), DataLoader.of(bananas.test(), 32), Epochs.of(20));
    var last = run.last().train();
    IO.println("class err %.2e, bbox mae %.2e".formatted(last.get("class err"), last.get("bbox mae")));
    //> class err 3.22e-03, bbox mae 3.16e-03

    var image = bananas.test().get(0).x();
    var found = net.detect(image, d -> d.threshold(0.5));
    IO.println(found);
    Plot.image(image).boxes(found).save("found.png");

    // other losses: smooth absolute errors of boxes, and focal losses of classes
    var x = arange(-2, 2, 0.1);
    Plot.of(a -> {
        for (double sigma : new double[] {10, 1, 0.5}) {
            var beta = 1 / (sigma * sigma);
            a.line(x, smoothL1Loss(x, zerosLike(x), beta, Reduction.NONE), "sigma=" + sigma);
        }
    }).save("smooth-l1.svg");
    var p = arange(0.01, 1, 0.01);
    Plot.of(a -> {
        for (double gamma : new double[] {0, 1, 5}) {
            a.line(p, BoxLosses.sigmoidFocalLoss(p.logit(), onesLike(p), -1, gamma, Reduction.NONE), "gamma=" + gamma);
        }
    }).save("focal.svg");
}
