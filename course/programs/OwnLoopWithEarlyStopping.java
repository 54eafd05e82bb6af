import module fathom;
import static fathom.Tensors.*;

/** A loop of one's own that stops when the validation loss no longer falls, and keeps the best weights. */
void main() {
    manualSeed(0);
    var x = rand(200, 1).mul(6).sub(3);
    var y = x.sin().add(randn(200, 1).mul(0.3));
    var parts = Datasets.randomSplit(new TensorDataset(x, y), new double[] {0.5, 0.5}, 0);
    var train = DataLoader.of(parts.get(0), 20).shuffle(true);
    var valid = DataLoader.of(parts.get(1), 100);

    var net = new Sequential(new Linear(1, 128), new Tanh(), new Linear(128, 128), new Tanh(), new Linear(128, 1));
    var opt = new Adam(net.parameters(), 0.003);
    var best = Double.POSITIVE_INFINITY;
    var kept = net.stateDict().copy();
    int waited = 0;
    for (int epoch = 1; epoch <= 500 && waited < 20; epoch++) {
        for (var batch : train) {
            var loss = mseLoss(net.call(batch.x()), batch.y());
            opt.zeroGrad();
            loss.backward();
            opt.step();
        }
        var loss = loss(net, valid);
        waited = loss < best ? 0 : waited + 1;
        if (loss < best) {
            best = loss;
            kept = net.stateDict().copy();
        }
        if (epoch % 20 == 0) {
            IO.println("epoch %d, validation loss %.4f, best %.4f".formatted(epoch, loss, best));
        }
    }
    net.loadStateDict(kept);
    IO.println(loss(net, valid) == best);            //> true
    IO.println(best < 0.2);                          //> true
}

double loss(Layer net, DataLoader data) {
    net.eval();
    try (var off = Autograd.noGrad()) {
        double sum = 0;
        for (var batch : data) {
            sum += mseLoss(net.call(batch.x()), batch.y()).item() * batch.size();
        }
        return sum / data.dataset().size();
    } finally {
        net.train();
    }
}
