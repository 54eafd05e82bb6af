import module fathom;
import static fathom.Tensors.*;

/** A layer and a loss of one's own, in a network that the trainer trains like any other. */
static final class Scaled extends Layer {
    final Linear linear;
    final Tensor scale;                              // a parameter by the name of its field

    Scaled(int in, int out) {
        linear = new Linear(in, out);
        scale = parameter(ones(out));
    }

    @Override
    public Tensor forward(Tensor x) {
        return linear.forward(x).mul(scale).relu();
    }
}

/** The logarithm of the hyperbolic cosine of the error: as squares where it is small, as distances where it is great. */
static final class LogCosh extends Loss {
    @Override
    public Tensor forward(Tensor input, Tensor target) {
        var error = input.sub(target).abs();
        return error.add(error.mul(-2).softplus()).sub(Math.log(2)).mean();
    }
}

void main() {
    manualSeed(0);
    var x = randn(1000, 4);
    var y = x.pow(2).sum(1).unsqueeze(1).add(randn(1000, 1).mul(0.1));
    var net = new Sequential(new Scaled(4, 64), new Linear(64, 1));
    IO.println(net.namedParameters().keySet());      //> [0.scale, 0.linear.weight, 0.linear.bias, 1.weight, 1.bias]

    var parts = Datasets.randomSplit(new TensorDataset(x, y), new double[] {0.8, 0.2}, 0);
    var run = new Trainer(net, t -> t.loss(new LogCosh()).optimizer(p -> new Adam(p, 0.01)))
            .fit(DataLoader.of(parts.get(0), 50).shuffle(true), DataLoader.of(parts.get(1), 200), Epochs.of(30));
    IO.println(run.last());                          // loss 0.024, test loss 0.054
    IO.println(run.last().test().get("loss") < 0.1);  //> true
}
