import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.5, Minibatch Stochastic Gradient Descent: why vectors are quick, and how large a batch should be. */
static final int N = 256, EPOCHS = 2;

/** The seconds of the quickest of some runs. */
double seconds(int runs, Runnable body) {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < runs; i++) {
        long start = System.nanoTime();
        body.run();
        best = Math.min(best, (System.nanoTime() - start) * 1e-9);
    }
    return best;
}

void products() {
    var a = zeros(N, N);
    var b = randn(N, N);
    var c = randn(N, N);
    var whole = b.mm(c);
    var seconds = new LinkedHashMap<String, Double>();
    try (var off = Autograd.noGrad()) {
        seconds.put("element", seconds(2, () -> {
            for (int i = 0; i < N; i++) {
                for (int j = 0; j < N; j++) {
                    a.select(0, i).select(0, j).copy_(b.select(0, i).dot(c.select(1, j)));
                }
            }
        }));
        IO.println("element by element, equal: " + a.allclose(whole, 1e-3, 1e-3));     //> element by element, equal: true
        seconds.put("column", seconds(20, () -> {
            for (int j = 0; j < N; j++) {
                a.select(1, j).copy_(b.mv(c.select(1, j)));
            }
        }));
        seconds.put("block", seconds(200, () -> {
            for (int j = 0; j < N; j += 64) {
                a.narrow(1, j, 64).copy_(b.mm(c.narrow(1, j, 64)));
            }
        }));
        IO.println("block by block, equal: " + a.allclose(whole, 1e-3, 1e-3));         //> block by block, equal: true
        seconds.put("whole", seconds(200, () -> b.mm(c)));
    }
    // a product of N x N matrices multiplies and adds N^3 times; the course's GFLOPS are 2 / seconds whatever the size
    // (1.204, 88.542, 2056.535, 195.625 on its machine), so these are not to be compared
    seconds.forEach((way, s) -> IO.println(
            "%-8s %10.6f s, %9.3f GFLOP/s, 2 / seconds = %.3f".formatted(way, s, 2e-9 * N * N * N / s, 2 / s)));
    IO.println("whole beats column beats element: "
            + (seconds.get("whole") < seconds.get("column") && seconds.get("column") < seconds.get("element")));
    //> whole beats column beats element: true
}

/** How a training went: the loss of all examples after each 200 examples, against the seconds spent on steps. */
record Curve(String name, double[] seconds, double[] losses, double perEpoch) {
    double loss() {
        return losses[losses.length - 1];
    }
}

final Airfoil airfoil = Airfoil.load();
final TensorDataset data = airfoil.dataset();

double loss(Tensor w, Tensor b) {
    try (var off = Autograd.noGrad()) {
        return data.tensors().get(0).mm(w).add(b).squeeze(1).sub(data.tensors().get(1)).square().mean().item() / 2;
    }
}

/** Trains linear regression by a rule, which makes of the parameters what is done after each backward. */
Curve train(String name, int batch, int epochs, Function<List<Tensor>, Runnable> rule) {
    manualSeed(0);
    var w = randn(5, 1).mul(0.01).requiresGrad_();
    var b = zeros(1).requiresGrad_();
    Runnable step = rule.apply(List.of(w, b));
    var seconds = new ArrayList<Double>();
    var losses = new ArrayList<Double>();
    double spent = 0;
    long examples = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
        for (var part : DataLoader.of(data, batch).shuffle(true).seed(epoch)) {
            long start = System.nanoTime();
            var loss = part.x().mm(w).add(b).squeeze(1).sub(part.y()).square().mean().div(2);
            w.setGrad(null);
            b.setGrad(null);
            loss.backward();
            step.run();
            spent += (System.nanoTime() - start) * 1e-9;
            if (examples / 200 != (examples += part.size()) / 200) {
                seconds.add(spent);
                losses.add(loss(w, b));
            }
        }
    }
    return new Curve(name, numbers(seconds), numbers(losses), spent / epochs);
}

double[] numbers(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
}

/** The least loss that any weights have. */
double least() {
    var x = cat(List.of(data.tensors().get(0), ones(data.size(), 1)), 1).to(FLOAT64);
    var y = data.tensors().get(1).unsqueeze(1).to(FLOAT64);
    return x.mm(x.lstsq(y).solution()).sub(y).square().mean().item() / 2;
}

/** The course's update: w -= lr * gradient. */
Function<List<Tensor>, Runnable> sgd(double lr) {
    return parameters -> () -> {
        try (var off = Autograd.noGrad()) {
            for (var p : parameters) {
                p.sub_(p.grad().mul(lr));
            }
        }
    };
}

void main() throws IOException {
    manualSeed(0);
    products();
    IO.println(data.size() + " rows");                                          //> 1500 rows
    train("warm-up", 10, 1, sgd(0.05));
    List<Curve> curves = List.of(
            train("gd", 1500, 5 * EPOCHS, sgd(1)),
            train("sgd", 1, EPOCHS, sgd(0.005)),
            train("batch size = 100", 100, EPOCHS, sgd(0.4)),
            train("batch size = 10", 10, EPOCHS, sgd(0.05)),
            train("concise", 10, 2 * EPOCHS, p -> new SGD(p, 0.05)::step));
    IO.println("least squares: %.3f; the course's losses: 0.243 0.246 0.243 0.243 0.243".formatted(least()));
    for (var c : curves) {
        IO.println("%-17s loss: %.3f, %.4f sec/epoch".formatted(c.name, c.loss(), c.perEpoch));
    }
    IO.println("all near least squares: " + curves.stream().allMatch(c -> c.loss() < least() + 0.05));
    //> all near least squares: true
    IO.println("batches are quicker than examples: " + (curves.get(3).perEpoch < curves.get(1).perEpoch));
    //> batches are quicker than examples: true
    Plot.of(a -> {
                curves.subList(0, 4).forEach(c -> a.line(c.seconds, c.losses, c.name));
                a.xLog().xLabel("time (sec)").yLabel("loss");
            })
            .save("minibatch.svg");
}
