import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.6, Concise Implementation for Multiple GPUs: a ResNet-18 on two devices. */
static final int EPOCHS = 10, BATCH = 256;

/** A residual block of two convolutions. */
static class Residual extends Layer {
    final Conv2d conv1, conv2, shortcut;
    final BatchNorm2d bn1, bn2;

    Residual(int in, int out, int stride) {
        conv1 = new Conv2d(in, out, 3, c -> c.padding(1).stride(stride));
        conv2 = new Conv2d(out, out, 3, c -> c.padding(1));
        shortcut = in == out ? null : new Conv2d(in, out, 1, c -> c.stride(stride));
        bn1 = new BatchNorm2d(out);
        bn2 = new BatchNorm2d(out);
    }

    @Override
    public Tensor forward(Tensor x) {
        var y = bn2.call(conv2.call(bn1.call(conv1.call(x)).relu()));
        return y.add(shortcut == null ? x : shortcut.call(x)).relu();
    }
}

/** A ResNet-18 for images of 28 x 28 pixels: a small first convolution, no pooling after it. */
static Layer resnet18() {
    var net = new ArrayList<Layer>(List.of(new Conv2d(1, 64, 3, c -> c.padding(1)), new BatchNorm2d(64), new ReLU()));
    int in = 64;
    for (int out : new int[] {64, 128, 256, 512}) {
        net.add(new Residual(in, out, in == out ? 1 : 2));
        net.add(new Residual(out, out, 1));
        in = out;
    }
    net.addAll(List.of(new AdaptiveAvgPool2d(1), new Flatten(), new Linear(512, 10)));
    return new Sequential(net.toArray(Layer[]::new));
}

void train(int count, double lr, TrainTestData data) {
    manualSeed(0);
    var devices = IntStream.range(0, count).mapToObj(Device::cpu).toList();
    try (var net = new DataParallel(() -> resnet18(), devices)) {
        var opt = new SGD(net.parameters(), lr);
        long start = System.nanoTime();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            net.train();
            for (var batch : DataLoader.of(data.train(), BATCH).shuffle(true).seed(epoch)) {
                opt.zeroGrad();
                net.backward(batch.x(), batch.y(), (output, y) -> crossEntropy(output, y));
                opt.step();
            }
        }
        double seconds = (System.nanoTime() - start) * 1e-9 / EPOCHS;
        net.eval();
        double right = 0;
        try (var off = Autograd.noGrad()) {
            for (var batch : DataLoader.of(data.test(), BATCH)) {
                right += net.call(batch.x()).argmax(1).eq(batch.y()).sum().item();
            }
        }
        IO.println("test acc: %.2f, %.1f s/epoch on %s".formatted(right / data.test().size(), seconds, devices));
    }
}

void main() {
    var x = rand(4, 1, 28, 28);
    manualSeed(0);
    try (var net = new DataParallel(() -> resnet18(), List.of(Device.cpu(0), Device.cpu(1))); var off = Autograd.noGrad()) {
        net.eval();
        IO.println(net.call(x).shape());                                        //> [4, 10]
        IO.println(net.call(x).sub(net.module().call(x)).abs().max().item() < 1e-4);    //> true
    }
    var fashion = FashionMnist.load();
    train(1, 0.1, fashion);
    train(2, 0.2, fashion);
}
