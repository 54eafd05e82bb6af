package example;

import static fathom.Tensors.*;

import module fathom;

/** Trains a multilayer perceptron on the images that Fathom carries, with a loop of its own. */
public final class Main {
    public static void main(String[] args) {
        manualSeed(0);
        var net = new Sequential(new Flatten(), new Linear(784, 64), new ReLU(), new Linear(64, 10));
        var opt = new Adam(net.parameters(), 3e-3);
        var data = FashionMnist.sample();
        for (int epoch = 1; epoch <= 3; epoch++) {
            double sum = 0;
            long batches = 0;
            for (var batch : DataLoader.of(data.train(), 64).shuffle(true)) {
                var loss = crossEntropy(net.forward(batch.x()), batch.y());
                opt.zeroGrad();
                loss.backward();
                opt.step();
                sum += loss.item();
                batches++;
            }
            IO.println("epoch %d: loss %.3f".formatted(epoch, sum / batches));
        }
        var test = new Trainer(net, t -> t.metrics(Metrics.accuracy())).evaluate(DataLoader.of(data.test(), 256));
        IO.println("test: " + test);
        Fathom.backends().forEach(b -> IO.println(b.name() + ": " + b.status()));
    }
}
