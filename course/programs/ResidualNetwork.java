import module fathom;
import static fathom.Tensors.*;

/**
 * A network of one's own, the course's chapter 7.6: a layer is a class with fields; the fields' names name the parameters.
 * Ten epochs are for a patient reader, or many cores; the figures of the last one are the book's.
 */
static final class Residual extends Layer {
    final Conv2d conv1, conv2;
    final BatchNorm2d bn1, bn2;
    final Layer shortcut;                // its parameters show as "shortcut.weight", or not at all

    Residual(int in, int out, int stride) {
        conv1 = new Conv2d(in, out, 3, c -> c.stride(stride).padding(1));
        bn1 = new BatchNorm2d(out);
        conv2 = new Conv2d(out, out, 3, c -> c.padding(1));
        bn2 = new BatchNorm2d(out);
        shortcut = stride == 1 && in == out ? new Sequential() : new Conv2d(in, out, 1, c -> c.stride(stride));
    }

    @Override
    public Tensor forward(Tensor x) {    // x: [N, in, H, W] -> [N, out, H/stride, W/stride]
        var y = bn2.forward(conv2.forward(bn1.forward(conv1.forward(x)).relu()));
        return y.add(shortcut.forward(x)).relu();
    }
}

void main() throws IOException {
    var net = new Sequential(
        new Conv2d(1, 64, 7, c -> c.stride(2).padding(3)), new BatchNorm2d(64), new ReLU(), new MaxPool2d(3, p -> p.stride(2).padding(1)),
        new Residual(64, 64, 1), new Residual(64, 64, 1),
        new Residual(64, 128, 2), new Residual(128, 128, 1),
        new Residual(128, 256, 2), new Residual(256, 256, 1),
        new Residual(256, 512, 2), new Residual(512, 512, 1),
        new AdaptiveAvgPool2d(1), new Flatten(), new Linear(512, 10));
    IO.println(Summary.of(net, 1, 1, 96, 96));           // layers, output shapes, parameters, multiply-adds

    var data = FashionMnist.load(Transforms.resize(96));
    var run = new Trainer(net, t -> t
            .loss(new CrossEntropyLoss())
            .optimizer(p -> new SGD(p, 0.05))
            .metrics(Metrics.accuracy())
            .precision(Precision.BFLOAT16)
            .checkpoints(Path.of("runs/resnet"))
            .overwrite(true))
        .fit(DataLoader.of(data.train(), 256).shuffle(true).workers(2), DataLoader.of(data.test(), 256), Epochs.of(10));
    IO.println(run.last());                              //> loss 0.012, train acc 0.997, test acc 0.893
    run.plot(Path.of("runs/resnet/curve.svg"));

    net.stateDict().save(Path.of("resnet.safetensors"));
    net.loadStateDict(StateDict.load(Path.of("resnet.safetensors")));
}
