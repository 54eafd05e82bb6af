import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 13.11, Fully Convolutional Networks: a class for each pixel, by the body of a ResNet-18 and a
 * transposed convolution. torchvision's weights are used if they are there, else the network learns from the start.
 */
static final int EPOCHS = 5, BATCH = 32;
static final double LR = 1e-3, WEIGHT_DECAY = 1e-3;

/** The convolution that enlarges by bilinear interpolation, before it learns. */
void enlarge() throws IOException {
    var twice = new ConvTranspose2d(3, 3, 4, c -> c.padding(1).stride(2).bias(false));
    Init.bilinear_(twice.weight);
    Tensor image;
    try {
        image = Images.read(DataHub.standard().file("pictures", "catdog.jpg"));
    } catch (IOException | UncheckedIOException e) {
        image = full(128, UINT8, 3, 561, 728);              // the picture is not here
    }
    var x = image.to(FLOAT32).div(255).unsqueeze(0);
    IO.println("image " + x.shape());                       //> image [1, 3, 561, 728]
    IO.println("enlarged " + twice.forward(x).shape());     //> enlarged [1, 3, 1122, 1456]
}

void main() throws IOException {
    manualSeed(0);
    enlarge();

    var resnet = ResNet.resnet18();
    var weights = Path.of("resnet18-f37072fd.pth");         // of https://download.pytorch.org/models
    boolean isPretrained = Files.exists(weights);
    if (isPretrained) {
        resnet.loadStateDict(StateDict.load(weights));
    }
    var net = new FCN(resnet, 21);
    try (var off = Autograd.noGrad()) {
        var x = rand(1, 3, 320, 480);
        net.eval();
        IO.println(net.slice(0, 8).forward(x).shape());     //> [1, 512, 10, 15]
        IO.println(net.forward(x).shape());                 //> [1, 21, 320, 480]
        net.train();
    }

    var voc = Voc2012.load(o -> o.crop(320, 480).ignoreVoid());
    var train = voc.train();
    var test = voc.test();
    // from the start the network learns sooner by Adam and from smaller batches
    var run = new Trainer(new SegmentationTask(net), t -> t.optimizer(p -> isPretrained
            ? new SGD(p, LR, o -> o.weightDecay(WEIGHT_DECAY))
            : new Adam(p, LR)))
        .fit(DataLoader.of(train, isPretrained ? BATCH : 8).shuffle(true).workers(1), DataLoader.of(test, 8), Epochs.of(EPOCHS));
    IO.println(run.last());

    // images, what the network says, and the labels
    var segmenter = new Segmenter(net.eval(), FCN.STRIDE);
    var pictures = new ArrayList<Tensor>();
    for (int i = 0; i < 4; i++) {
        var example = test.get(i);
        var image = Voc2012.image(example.x());
        pictures.addAll(List.of(
            image, Voc2012.picture(segmenter.classes(image)), SegmentationPicture.overlay(image, example.y())));
    }
    Plot.images(pictures, o -> o.columns(3).cell(240)).save(Path.of("fcn.png"));
    IO.println("fcn.png");                                  //> fcn.png
}
