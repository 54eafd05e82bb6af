import module fathom;
import static fathom.Tensors.*;

/** The course's section 8.1, Sequence Models: an autoregressive model of a noisy sine, and predictions further ahead. */
final int T = 1000;
final int TAU = 4;
final int TRAINED = 600;

void main() throws IOException {
    manualSeed(0);
    var time = arange(1, T + 1, 1, FLOAT32);
    var x = time.mul(0.01).sin().add(randn(T).mul(0.2));

    // four observations predict the next one
    var features = x.unfold(0, TAU, 1).narrow(0, 0, T - TAU);
    var labels = x.narrow(0, TAU, T - TAU).unsqueeze(1);
    IO.println(features.shape() + " " + labels.shape());            //> [996, 4] [996, 1]
    var net = new Sequential(new Linear(TAU, 10), new ReLU(), new Linear(10, 1));
    net.apply(layer -> {
        if (layer instanceof Linear linear) {
            Init.xavierUniform_(linear.weight);
        }
    });
    var data = new TensorDataset(features.narrow(0, 0, TRAINED), labels.narrow(0, 0, TRAINED));
    var run = new Trainer(net, t -> t.loss(new MSELoss()).optimizer(p -> new Adam(p, 0.01)).progress(false))
            .fit(DataLoader.of(data, 16).shuffle(true), Epochs.of(5));
    IO.println("the loss is near the noise: " + (run.last().loss() < 0.1));     //> the loss is near the noise: true

    try (var off = Autograd.noGrad()) {
        var oneStep = net.forward(features).squeeze(1);
        // beyond what it has seen, the model goes on from its own predictions, and their errors add up
        var multi = x.clone();
        for (long i = TRAINED + TAU; i < T; i++) {
            multi.narrow(0, i, 1).copy_(net.forward(multi.narrow(0, i - TAU, TAU).unsqueeze(0)).squeeze(1));
        }
        long ahead = T - TRAINED - TAU;
        double near = oneStep.narrow(0, TRAINED, ahead).sub(x.narrow(0, TRAINED + TAU, ahead)).square().mean().item();
        double far = multi.narrow(0, TRAINED + TAU, ahead).sub(x.narrow(0, TRAINED + TAU, ahead)).square().mean().item();
        IO.println("one step ahead is easier: " + (near < far));                //> one step ahead is easier: true
        Plot.of(a -> a.line(time, x, "data")
                        .line(time.narrow(0, TAU, T - TAU), oneStep, "1-step predictions")
                        .line(time.narrow(0, TRAINED + TAU, ahead), multi.narrow(0, TRAINED + TAU, ahead), "multistep predictions")
                        .xLabel("time").yLabel("x"))
                .save("sequence-models.svg");

        // k steps ahead, for k of 1, 4, 16 and 64: each column is predicted from those before it
        var columns = new ArrayList<Tensor>();
        for (int i = 0; i < TAU; i++) {
            columns.add(x.narrow(0, i, T - TAU - 64 + 1));
        }
        for (int i = TAU; i < TAU + 64; i++) {
            columns.add(net.forward(stack(columns.subList(i - TAU, i), 1)).squeeze(1));
        }
        Plot.of(a -> {
                    for (int k : new int[] {1, 4, 16, 64}) {
                        a.line(time.narrow(0, TAU + k - 1, T - TAU - 64 + 1), columns.get(TAU + k - 1), k + "-step predictions");
                    }
                    a.xLabel("time").yLabel("x");
                })
                .save("steps-ahead.svg");
    }
}
