import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.11, Learning Rate Scheduling: a LeNet with ReLU on Fashion-MNIST under five schedules. */
static final int EPOCHS = 30, BATCH = 256;

/** A schedule of its own: the course's cosine, with a warm-up before it and its last rate after it. */
record Cosine(int maxUpdate, double baseLr, double finalLr, int warmupSteps) {
    double lr(long epoch) {
        if (epoch < warmupSteps) {
            return baseLr * epoch / warmupSteps;
        }
        double share = Math.min(1, (double) (epoch - warmupSteps) / (maxUpdate - warmupSteps));
        return finalLr + (baseLr - finalLr) * (1 + Math.cos(Math.PI * share)) / 2;
    }
}

static Layer lenet() {
    var net = new Sequential(
            new Conv2d(1, 6, 5, c -> c.padding(2)), new ReLU(), new MaxPool2d(2),
            new Conv2d(6, 16, 5), new ReLU(), new MaxPool2d(2), new Flatten(),
            new Linear(16 * 5 * 5, 120), new ReLU(), new Linear(120, 84), new ReLU(), new Linear(84, 10));
    net.apply(layer -> {
        if (layer instanceof Linear linear) {
            Init.xavierUniform_(linear.weight);
        } else if (layer instanceof Conv2d conv) {
            Init.xavierUniform_(conv.weight);
        }
    });
    return net;
}

/** Trains a new network under a schedule, and prints the last epoch and the course's figures. */
Run train(String name, TrainTestData data, double lr, Function<Optimizer, LRScheduler> schedule, String course) {
    manualSeed(0);
    var run = new Trainer(lenet(), t -> t
                    .loss(new CrossEntropyLoss())
                    .optimizer(p -> new SGD(p, lr))
                    .schedule(schedule)
                    .metrics(Metrics.accuracy())
                    .progress(false))
            .fit(DataLoader.of(data.train(), BATCH).shuffle(true), DataLoader.of(data.test(), BATCH), Epochs.of(EPOCHS));
    IO.println("%-12s %s (the course: loss %s)".formatted(name, run.last(), course));
    return run;
}

/** The rates of some epochs under a schedule. */
double[] rates(double lr, Function<Optimizer, LRScheduler> schedule, int epochs) {
    var optimizer = new SGD(List.of(zeros(1)), lr);
    var made = schedule.apply(optimizer);
    var rates = new double[epochs];
    for (int i = 0; i < epochs; i++) {
        rates[i] = optimizer.lr();
        made.step();
    }
    return rates;
}

void main() throws IOException {
    Function<Optimizer, LRScheduler> constant = o -> new LambdaLR(o, epoch -> 1);
    Function<Optimizer, LRScheduler> squareRoot = o -> new LambdaLR(o, epoch -> Math.pow(epoch + 1, -0.5));
    // a factor per epoch, but never below 0.01
    Function<Optimizer, LRScheduler> factor = o -> new LambdaLR(o, epoch -> Math.max(0.01, 2 * Math.pow(0.9, epoch + 1)) / 2);
    Function<Optimizer, LRScheduler> steps = o -> new MultiStepLR(o, new int[] {15, 30}, 0.5);
    var cosine = new Cosine(20, 0.3, 0.01, 0);
    var warmup = new Cosine(20, 0.3, 0.01, 5);
    Function<Optimizer, LRScheduler> cosineLr = o -> new LambdaLR(o, epoch -> cosine.lr(epoch) / 0.3);
    Function<Optimizer, LRScheduler> warmupLr = o -> new LambdaLR(o, epoch -> warmup.lr(epoch) / 0.3);

    double[] epochs = IntStream.range(0, 50).mapToDouble(i -> i).toArray();
    Plot.panels(2,
                    Plot.of(a -> a.line(epochs, rates(2, factor, 50), "").title("factor").xLabel("epoch")),
                    Plot.of(a -> a.line(epochs, rates(0.1, squareRoot, 50), "").title("square root").xLabel("epoch")),
                    Plot.of(a -> a.line(epochs, rates(0.5, steps, 50), "").title("multi-step").xLabel("epoch")),
                    Plot.of(a -> a.line(epochs, rates(0.3, cosineLr, 50), "cosine")
                            .line(epochs, rates(0.3, warmupLr, 50), "with warm-up").xLabel("epoch")))
            .save("schedules.svg");
    var halved = rates(0.5, steps, 31);
    IO.println("%.3f %.3f %.3f".formatted(halved[14], halved[15], halved[30]));             //> 0.500 0.250 0.125
    IO.println("%.4f %.4f %.4f".formatted(warmup.lr(5), warmup.lr(12), warmup.lr(20)));     //> 0.3000 0.1702 0.0100
    // PyTorch's schedules that go together: a warm-up, then a cosine
    var both = rates(0.3, o -> new SequentialLR(o, List.of(new LinearLR(o, 0.2, 1, 5), new CosineAnnealingLR(o, 15, 0.01)), 5), 20);
    IO.println("%.3f %.3f %.3f".formatted(both[0], both[5], both[12]));                     //> 0.060 0.300 0.170
    var cycles = rates(0.1, o -> new CyclicLR(o, 0.01, 0.1, s -> s.stepSizeUp(4).cycleMomentum(false)), 9);
    IO.println("%.3f %.3f %.3f".formatted(cycles[0], cycles[4], cycles[8]));                //> 0.010 0.100 0.010

    var data = FashionMnist.load();
    var runs = new LinkedHashMap<String, Run>();
    runs.put("constant", train("constant", data, 0.3, constant, "0.128, train acc 0.951, test acc 0.885"));
    runs.put("square root", train("square root", data, 0.1, squareRoot, "0.270, train acc 0.901, test acc 0.876"));
    runs.put("multi-step", train("multi-step", data, 0.5, steps, "0.191, train acc 0.928, test acc 0.889"));
    runs.put("cosine", train("cosine", data, 0.3, cosineLr, "0.207, train acc 0.923, test acc 0.892"));
    runs.put("warm-up", train("warm-up", data, 0.3, warmupLr, "0.261, train acc 0.904, test acc 0.878"));
    Plot.of(a -> {
                runs.forEach((name, run) -> a.line(
                        run.history().stream().mapToDouble(EpochResult::epoch).toArray(),
                        run.history().stream().mapToDouble(EpochResult::loss).toArray(),
                        name));
                a.xLabel("epoch").yLabel("train loss");
            })
            .save("lenet-schedules.svg");
}
