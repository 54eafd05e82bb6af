import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.5, Training on Multiple GPUs: data parallelism from scratch, here on two CPU devices. */
static final double SCALE = 0.01;
static final int EPOCHS = 10, BATCH = 256;

List<Tensor> parameters() {
    return List.of(
            randn(20, 1, 3, 3).mul(SCALE), zeros(20),
            randn(50, 20, 5, 5).mul(SCALE), zeros(50),
            randn(800, 128).mul(SCALE), zeros(128),
            randn(128, 10).mul(SCALE), zeros(10));
}

Tensor lenet(Tensor x, List<Tensor> p) {
    var h1 = avgPool2d(conv2d(x, p.get(0), p.get(1)).relu(), 2);
    var h2 = avgPool2d(conv2d(h1, p.get(2), p.get(3)).relu(), 2);
    var h3 = h2.reshape(x.size(0), -1).matmul(p.get(4)).add(p.get(5)).relu();
    return h3.matmul(p.get(6)).add(p.get(7));
}

/** Copies of the parameters on a device. */
List<Tensor> parametersOn(List<Tensor> params, Device device) {
    return params.stream().map(p -> p.detach().to(device).clone().keep().requiresGrad_()).toList();
}

/** The sum of tensors on several devices, which each of them then has. */
List<Tensor> allreduce(List<Tensor> data) {
    var sum = data.getFirst();
    for (var other : data.subList(1, data.size())) {
        sum = sum.add(other.to(sum.device()));
    }
    var total = sum;
    return data.stream().map(d -> total.to(d.device())).toList();
}

/** The parts of a batch, each on its device. */
List<Tensor> split(Tensor x, List<Device> devices) {
    var parts = x.chunk(devices.size(), 0);
    return IntStream.range(0, parts.size()).mapToObj(i -> parts.get(i).to(devices.get(i)).contiguous()).toList();
}

void trainBatch(Batch batch, List<List<Tensor>> params, List<Device> devices, double lr, ExecutorService threads) {
    var xs = split(batch.x(), devices);
    var ys = split(batch.y(), devices);
    var passes = IntStream.range(0, xs.size()).mapToObj(i -> threads.submit(() -> {
        var loss = crossEntropy(lenet(xs.get(i), params.get(i)), ys.get(i)).mul(xs.get(i).size(0));
        loss.backward();                                                        // on each device by itself
        return null;
    })).toList();
    passes.forEach(p -> {
        try {
            p.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    });
    try (var off = Autograd.noGrad()) {
        for (int k = 0; k < params.getFirst().size(); k++) {
            int at = k;
            var sums = allreduce(params.stream().map(p -> p.get(at).grad()).toList());
            for (int i = 0; i < params.size(); i++) {
                var p = params.get(i).get(k);
                p.sub_(sums.get(i).mul(lr / batch.size()));
                p.zeroGrad();
            }
        }
    }
}

double accuracy(DataLoader loader, List<Tensor> params) {
    double right = 0, all = 0;
    try (var off = Autograd.noGrad()) {
        for (var batch : loader) {
            right += lenet(batch.x(), params).argmax(1).eq(batch.y()).sum().item();
            all += batch.size();
        }
    }
    return right / all;
}

List<Tensor> train(int count, double lr, TrainTestData data) {
    manualSeed(1);
    var devices = IntStream.range(0, count).mapToObj(Device::cpu).toList();
    devices.forEach(d -> d.setThreads(1));
    var initial = parameters();
    var params = devices.stream().map(d -> parametersOn(initial, d)).toList();
    try (var threads = Executors.newFixedThreadPool(count)) {
        long start = System.nanoTime();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (var batch : DataLoader.of(data.train(), BATCH).shuffle(true).seed(epoch)) {
                trainBatch(batch, params, devices, lr, threads);
            }
        }
        double seconds = (System.nanoTime() - start) * 1e-9 / EPOCHS;
        IO.println("test acc: %.2f, %.1f s/epoch on %s".formatted(
                accuracy(DataLoader.of(data.test(), BATCH), params.getFirst()), seconds, devices));
    }
    return params.getFirst();
}

void main() {
    // one of the steps alone: copies, and sums of them
    var params = List.of(parametersOn(parameters(), Device.cpu(0)), parametersOn(parameters(), Device.cpu(1)));
    IO.println("b1 weight: " + params.get(1).get(1).detach().cpu().sum());      //> b1 weight: tensor(0.)
    var data = allreduce(List.of(ones(1, 2), ones(1, 2).to(Device.cpu(1)).mul(2)));
    IO.println(data.get(0));                                                    //> tensor([[3., 3.]])
    IO.println(data.get(1).cpu());                                              //> tensor([[3., 3.]])
    IO.println(split(arange(20).reshape(4, 5), List.of(Device.cpu(0), Device.cpu(1))).get(1).cpu());
    //> tensor([[10, 11, 12, 13, 14],
    //>         [15, 16, 17, 18, 19]])

    var fashion = FashionMnist.load();
    var one = train(1, 0.2, fashion);
    var two = train(2, 0.2, fashion);
    // the same batches: the same weights, but for rounding
    double difference = one.get(0).sub(two.get(0)).abs().max().item();
    IO.println("weights agree: " + (difference < 1e-3));                        //> weights agree: true
}
