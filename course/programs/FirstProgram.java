import module fathom;
import static fathom.Tensors.*;

void main() {
    var net = new Sequential(
        new Conv2d(1, 6, 5, c -> c.padding(2)), new ReLU(), new MaxPool2d(2),
        new Conv2d(6, 16, 5), new ReLU(), new MaxPool2d(2),
        new Flatten(), new Linear(400, 120), new ReLU(), new Linear(120, 84), new ReLU(), new Linear(84, 10));
    var opt  = new Adam(net.parameters(), 1e-3);
    var data = FashionMnist.load();
    for (int epoch = 1; epoch <= 3; epoch++) {
        for (var batch : DataLoader.of(data.train(), 256).shuffle(true)) {
            var loss = crossEntropy(net.forward(batch.x()), batch.y());
            opt.zeroGrad();
            loss.backward();
            opt.step();
        }
        IO.println("epoch " + epoch + ": " + new Trainer(net).evaluate(DataLoader.of(data.test(), 256)));
    }
}
