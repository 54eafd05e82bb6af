package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.Captured;
import fathom.Device;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * Data parallel training on several devices of one process: a batch is split among the devices, each computes the
 * gradients of its part by a copy of the network on a thread of its own, and the gradients are added up on the first
 * device, where the optimiser updates the parameters. PyTorch's {@code torch.nn.DataParallel}.
 *
 * {@snippet :
 * try (var net = new DataParallel(() -> ResNet.resnet18(), List.of(Device.cpu(0), Device.cpu(1)))) {
 *     var opt = new SGD(net.parameters(), 0.1);
 *     for (var batch : loader) {
 *         opt.zeroGrad();
 *         Tensor loss = net.backward(batch.x(), batch.y(), (output, y) -> crossEntropy(output, y));
 *         opt.step();
 *     }
 * }
 * }
 *
 * <p>Gradients are those of one device with the whole batch, but for rounding; batch norms use the statistics of the
 * parts, and the running ones are those of the first device. Each copy's forward and backward pass is {@linkplain
 * Captured captured}. {@link fathom.distributed.parallel.DistributedDataParallel} and the trainer's {@code distributed}
 * have an update on each device instead, and so copy no parameters.
 *
 * @see <a href="https://d2l.ai/chapter_computational-performance/multiple-gpus-concise.html">Dive into Deep Learning,
 *     Concise Implementation for Multiple GPUs</a>
 */
public final class DataParallel extends Layer implements AutoCloseable {
    private final Layer module;
    private final transient List<Replica> replicas = new ArrayList<>();
    private transient BinaryOperator<Tensor> loss = (output, target) -> output;

    /** Forward and backward of each copy with this loss; empty before the first. */
    private transient List<Captured> steps = List.of();

    /** A copy of the network on a device, and the thread that computes with it. */
    private static final class Replica {
        final Device device;
        final Layer net;
        final List<Tensor> parameters;
        final ExecutorService thread;
        final Generator random;

        Replica(int number, Device device, Layer net, long seed) {
            this.device = device;
            this.net = net;
            this.parameters = net.parameters();
            this.random = new Generator(seed + number);
            thread =
                    Executors.newSingleThreadExecutor(
                            Thread.ofPlatform().daemon().name("replica on " + device).factory());
        }

        <T> CompletableFuture<T> run(Supplier<T> body) {
            boolean gradients = Autograd.isGradEnabled();
            return CompletableFuture.supplyAsync(
                    () -> {
                        try (var _ = device.open();
                                var _ = random.open();
                                var _ = gradients ? Autograd.enableGrad() : Autograd.noGrad()) {
                            return body.get();
                        }
                    },
                    thread);
        }
    }

    /**
     * Copies of a network on some devices.
     *
     * @param make makes a network; called once per device, and all get the parameters and buffers of the first
     * @param devices at least one, each once; the first has the parameters
     * @throws IllegalArgumentException if there is no device, or one is given twice
     */
    public DataParallel(Supplier<? extends Layer> make, List<Device> devices) {
        if (devices.isEmpty() || Set.copyOf(devices).size() < devices.size()) {
            throw new IllegalArgumentException("DataParallel: expected different devices, got " + devices);
        }
        module = make.get();
        module.to(devices.getFirst());
        long seed = Tensors.randomSeed();
        for (int i = 0; i < devices.size(); i++) {
            Layer net = i == 0 ? module : make.get();
            net.to(devices.get(i));
            replicas.add(new Replica(i, devices.get(i), net, seed));
        }
        copyState();
    }

    /** {@return the network on the first device, whose parameters are trained} */
    public Layer module() {
        return module;
    }

    private void copyState() {
        try (var _ = Autograd.noGrad()) {
            for (Replica r : replicas.subList(1, replicas.size())) {
                copy(replicas.getFirst().parameters, r.parameters);
                copy(module.buffers(), r.net.buffers());
            }
        }
    }

    private static void copy(List<Tensor> from, List<Tensor> to) {
        for (int i = 0; i < from.size(); i++) {
            Tensor target = to.get(i);
            target.detach().copy_(from.get(i).detach().to(target.device()));
        }
    }

    /** {@return the part of a batch for a device} */
    private static Tensor part(Tensor all, int i, int of, Device device) {
        long n = all.size(0);
        long from = n * i / of;
        return all.narrow(0, from, n * (i + 1) / of - from).to(device).contiguous();
    }

    /**
     * Computes the loss of a batch, and accumulates the gradients of the {@link #parameters} on the first device.
     *
     * @param x {@code [n, ...]}, on any device; if there are fewer examples than devices, only the first device
     *     computes
     * @param y {@code [n, ...]}
     * @param loss the mean over a part of the batch, from the network's output and the targets
     * @return the mean over the whole batch, on the first device
     */
    public Tensor backward(Tensor x, Tensor y, BinaryOperator<Tensor> loss) {
        int used = x.size(0) < replicas.size() ? 1 : replicas.size();
        copyState();
        if (steps.isEmpty() || this.loss != loss) {
            this.loss = loss;
            steps = replicas.stream().map(r -> step(r, loss)).toList();
        }
        List<Captured> now = steps;
        List<CompletableFuture<Tensor>> losses = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            Replica r = replicas.get(i);
            Tensor xs = part(x, i, used, r.device);
            Tensor ys = part(y, i, used, r.device);
            Captured step = now.get(i);
            double share = xs.size(0) / (double) x.size(0);
            losses.add(r.run(() -> step.call(xs, ys, Tensors.tensor((float) share).keep()).keep()));
        }
        Tensor total = null;
        for (CompletableFuture<Tensor> future : losses) {
            Tensor one = joined(future).to(replicas.getFirst().device);
            total = total == null ? one : total.add(one);
        }
        addGradients(used);
        return java.util.Objects.requireNonNull(total);
    }

    private static Captured step(Replica r, BinaryOperator<Tensor> loss) {
        // gradients of the first copy are accumulated, those of the others are of this batch alone
        return Captured.ofAll(
                        in -> {
                            Tensor one = loss.apply(r.net.call(in.get(0)), in.get(1)).mul(in.get(2));
                            one.backward();
                            return List.of(one);
                        })
                .guarding(r.net);
    }

    private void addGradients(int used) {
        Device first = replicas.getFirst().device;
        try (var _ = Autograd.noGrad()) {
            for (Replica r : replicas.subList(1, used)) {
                for (int i = 0; i < r.parameters.size(); i++) {
                    Tensor g = r.parameters.get(i).grad();
                    if (g != null) {
                        Tensor p = replicas.getFirst().parameters.get(i);
                        Tensor here = g.detach().to(first);
                        Tensor before = p.grad();
                        p.setGrad(before == null ? here.clone() : before.detach().add(here));
                        r.parameters.get(i).setGrad(null);
                    }
                }
            }
        }
    }

    /**
     * {@return the outputs for all examples, on the first device, computed by all devices} For evaluation: autograd
     * must be off.
     *
     * @throws IllegalStateException if gradients are recorded: {@link #backward} computes these
     */
    @Override
    public Tensor forward(Tensor x) {
        if (Autograd.isGradEnabled()) {
            throw new IllegalStateException(
                    "DataParallel: forward records no gradients; train by backward(x, y, loss), evaluate under Autograd.noGrad()");
        }
        int used = x.size(0) < replicas.size() ? 1 : replicas.size();
        copyState();
        List<CompletableFuture<Tensor>> outputs = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            Replica r = replicas.get(i);
            Tensor xs = part(x, i, used, r.device);
            outputs.add(r.run(() -> r.net.call(xs).keep()));
        }
        Device first = replicas.getFirst().device;
        return Tensors.cat(outputs.stream().map(o -> joined(o).to(first)).toList(), 0);
    }

    private static Tensor joined(CompletableFuture<Tensor> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw e;
        }
    }

    @Override
    public Layer train(boolean mode) {
        super.train(mode);
        replicas.forEach(r -> r.net.train(mode));
        return this;
    }

    /** Ends the devices' threads. */
    @Override
    public void close() {
        replicas.forEach(r -> r.thread.shutdown());
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "devices=%s", replicas.stream().map(r -> r.device).toList());
    }
}
