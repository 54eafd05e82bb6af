import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.2, Attention Pooling: Nadaraya-Watson kernel regression, without and with a parameter. */
Tensor f(Tensor x) {
    return x.sin().mul(2).add(x.pow(0.8));
}

void main() throws IOException {
    manualSeed(0);
    var x = rand(50).mul(5).sort().values();
    var y = f(x).add(randn(50).mul(0.5));
    var tests = arange(0, 5, 0.1, FLOAT32);
    var truth = f(tests);
    double average = y.mean().sub(truth).square().mean().item();

    // without parameters: each value counts by the distance of its key
    var pooled = new NadarayaWatson(1).forward(tests, x, y);
    IO.println(pooled.output().shape() + " " + pooled.weights().shape());           //> [50] [50, 50]
    double plain = pooled.output().sub(truth).square().mean().item();
    IO.println("better than the average: " + (plain < average));                    //> better than the average: true
    Plot.heatmap(pooled.weights().detach(), h -> h.xLabel("Sorted training inputs").yLabel("Sorted testing inputs"))
            .save("weights.svg");

    // with a parameter, which is learned by predicting each value from the others
    var others = eye(50).eq(0);
    var keys = x.repeat(50, 1).maskedSelect(others).reshape(50, 49);
    var values = y.repeat(50, 1).maskedSelect(others).reshape(50, 49);
    var net = new NadarayaWatson();
    var optimizer = new SGD(net.parameters(), 0.5);
    double first = 0;
    double last = 0;
    for (int epoch = 0; epoch < 5; epoch++) {
        var loss = net.forward(x, keys, values).output().sub(y).square().sum().div(2);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        first = epoch == 0 ? loss.item() : first;
        last = loss.item();
    }
    IO.println("learned: " + (last < first));                                       //> learned: true
    var learned = net.forward(tests, x, y);
    Plot.of(a -> a.line(tests, truth, "Truth").line(tests, learned.output().detach(), "Pred").scatter(x, y, "data"))
            .save("prediction.svg");
    // a narrower kernel: only near keys have weight
    Plot.heatmap(learned.weights().detach(), h -> h.xLabel("Sorted training inputs").yLabel("Sorted testing inputs"))
            .save("learned.svg");
}
