package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.nn.Block;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Averages the gradients of a network over the processes of a group while backward runs: {@link
 * DistributedDataParallel} without the wrapper, for blocks with any inputs.
 *
 * <p>Gradients are reduced in buckets, in the reverse order of the parameters, which is about that in which backward
 * computes them. The reduction of a bucket starts when its last gradient is complete, and those before it have started,
 * so that all processes reduce in the same order. At the end of the pass the sums are awaited and become the {@link
 * Tensor#grad}; what a leaf had accumulated before is part of it.
 *
 * <p>Parameters and buffers become those of rank 0 when the reducer is made.
 *
 * @see <a href="https://arxiv.org/abs/2006.15704">Li et al., 2020, "PyTorch Distributed: Experiences on Accelerating
 *     Data Parallel Training", section 4.2</a>
 */
public final class GradientReducer implements AutoCloseable {
    /** Bytes of the first bucket, whose reduction starts the communication. */
    private static final long FIRST_BUCKET = 1 << 20;

    /** Where a parameter is. */
    private record Place(Bucket bucket, int index) {}

    private final ProcessGroup group;
    private final Block net;
    private final ReducerOptions options;
    private final List<Bucket> buckets;
    private final Map<Tensor, Place> places = new IdentityHashMap<>();
    private final Map<Tensor, String> names = new IdentityHashMap<>();
    private final List<Runnable> hooks = new ArrayList<>();
    private final TotalWeight weight;

    /** The device of the parameters. */
    private final Device device;

    private final @Nullable BufferBroadcast buffers;
    private final List<Tensor> tokens = new ArrayList<>();
    private boolean isSynchronising = true;
    private boolean isActive = true;

    /** The number of buckets whose reduction was started in this pass. */
    private int started;

    private boolean isRunning;

    /** With a static graph, after the first pass: the parameters with a gradient here, and on any process. */
    private @Nullable Set<Tensor> usedHere;

    private @Nullable Set<Tensor> usedAnywhere;

    /** A reducer with default options. */
    public GradientReducer(Block net, ProcessGroup group) {
        this(net, group, o -> {});
    }

    /**
     * A reducer with options.
     *
     * @throws IllegalArgumentException if no parameter requires a gradient, or one has an unsupported type
     * @throws fathom.distributed.DistributedException if the processes have networks of different shapes
     */
    public GradientReducer(Block net, ProcessGroup group, Consumer<ReducerOptions> options) {
        this.net = net;
        this.group = group;
        this.options = new ReducerOptions();
        options.accept(this.options);
        weight = new TotalWeight(group);
        net.namedParameters().forEach((name, p) -> names.put(p, name));
        List<Tensor> trained = net.parameters().stream().filter(Tensor::requiresGrad).toList();
        if (trained.isEmpty()) {
            throw new IllegalArgumentException("GradientReducer: no parameter of the network requires a gradient");
        }
        device = trained.getFirst().device();
        Agreement.check(net, group);
        synchronise(0);
        buckets = buckets(trained);
        buffers =
                this.options.broadcastBuffers && !net.buffers().isEmpty()
                        ? new BufferBroadcast(group, net.buffers())
                        : null;
        for (Bucket b : buckets) {
            for (int i = 0; i < b.parameters.size(); i++) {
                Tensor p = b.parameters.get(i);
                places.put(p, new Place(b, i));
                hooks.add(p.registerPostAccumulateGradHook(this::arrived));
            }
        }
    }

    private List<Bucket> buckets(List<Tensor> parameters) {
        record Kind(DType dtype, String device) {}
        var open = new HashMap<Kind, List<Tensor>>();
        var bytes = new HashMap<Kind, Long>();
        var made = new ArrayList<Bucket>();
        for (Tensor p : parameters.reversed()) {
            if (p.dtype() == DType.FLOAT16) {
                throw new IllegalArgumentException(
                        "GradientReducer: parameter %s is FLOAT16; expected FLOAT32, FLOAT64 or BFLOAT16"
                                .formatted(names.get(p)));
            }
            var kind = new Kind(p.dtype(), p.device().toString());
            List<Tensor> list = open.computeIfAbsent(kind, k -> new ArrayList<>());
            list.add(p);
            long size = bytes.merge(kind, p.numel() * p.dtype().size(), Long::sum);
            if (size >= (made.isEmpty() ? Math.min(FIRST_BUCKET, options.bucketBytes) : options.bucketBytes)) {
                made.add(new Bucket(list, options.compression, group, weight));
                open.remove(kind);
                bytes.remove(kind);
            }
        }
        // in the order of the parameters, whatever that of the hash table
        open.values().stream()
                .sorted(java.util.Comparator.comparingInt(l -> -parameters.indexOf(l.getFirst())))
                .forEach(l -> made.add(new Bucket(l, options.compression, group, weight)));
        return List.copyOf(made);
    }

    /** {@return the number of buckets} */
    public int bucketCount() {
        return buckets.size();
    }

    /** {@return the number of buckets whose reduction has started in the pass that runs; 0 between passes} */
    int startedBuckets() {
        return started;
    }

    /** Makes parameters and buffers those of a rank. */
    public void synchronise(int root) {
        try (var _ = Autograd.noGrad()) {
            for (Tensor p : net.parameters()) {
                broadcast(p, root);
            }
            net.buffers().forEach(b -> broadcast(b, root));
        }
    }

    /** Makes the buffers, such as the statistics of batch norms, those of a rank. */
    public void synchroniseBuffers(int root) {
        try (var _ = Autograd.noGrad()) {
            net.buffers().forEach(b -> broadcast(b, root));
        }
    }

    private void broadcast(Tensor t, int root) {
        Tensor values = t.detach().clone();
        group.broadcast(values, root);
        t.detach().copy_(values);
    }

    /**
     * Suspends the reduction until the setting is closed: gradients are accumulated on each process, and the next pass
     * after it reduces their sums. PyTorch's {@code no_sync}.
     *
     * {@snippet :
     * try (var _ = reducer.noSync()) {
     *     loss(first).backward();
     * }
     * loss(second).backward();     // reduces the gradients of both
     * }
     */
    public Autograd.Setting noSync() {
        boolean before = isSynchronising;
        isSynchronising = false;
        return () -> isSynchronising = before;
    }

    /**
     * Restricts the reduction to backward passes in {@link #during}: for networks that are trained in several phases,
     * which may share parameters.
     */
    public GradientReducer onlyDuring() {
        isActive = false;
        return this;
    }

    /** Runs a backward pass whose gradients are reduced. */
    public void during(Runnable backward) {
        boolean before = isActive;
        isActive = true;
        try {
            backward.run();
        } finally {
            isActive = before;
        }
    }

    /**
     * Begins a forward pass in training: buffers become those of rank 0, unless the options say otherwise or the
     * reduction is suspended.
     */
    public void beginForward() {
        begin();
        if (buffers != null && isSynchronising()) {
            buffers.run();
        }
    }

    private void begin() {
        if (!isRunning) {
            return;
        }
        // an earlier pass was ended by an exception
        buckets.forEach(b -> b.ready.clear());
        tokens.clear();
        started = 0;
        isRunning = false;
    }

    /**
     * Weights this process's batch among those of the others: the gradients of a loss that was multiplied with {@code
     * weight} are divided by the sum of the weights of all processes, rather than by their number. The mean over all
     * examples results, whatever the sizes of the batches.
     *
     * @param weight a single number, such as the number of examples
     */
    public void weigh(Tensor weight) {
        begin();
        tokens.clear();
        tokens.add(this.weight.apply(weight.detach().reshape().to(DType.FLOAT64)));
    }

    /** As {@link #weigh(Tensor)}, for a number that is known in Java. */
    public void weigh(double weight) {
        try (var _ = device.open()) {
            weigh(Tensors.tensor(weight));
        }
    }

    /** {@return whether backward reduces gradients; a captured step depends on it} */
    private boolean isSynchronising() {
        boolean now = isSynchronising;
        if (Ops.isTracing()) {
            Ops.guard(() -> isSynchronising == now, "whether gradients are reduced (noSync)");
        }
        return now;
    }

    private void arrived(Tensor parameter) {
        if (!isActive || !isSynchronising()) {
            return;
        }
        if (!isRunning) {
            isRunning = true;
            Autograd.whenBackwardEnds(this::finish);
        }
        Place place = java.util.Objects.requireNonNull(places.get(parameter));
        place.bucket.ready.set(place.index);
        while (started < buckets.size() && isComplete(buckets.get(started))) {
            start(buckets.get(started++));
        }
    }

    /** {@return whether all gradients of a bucket that will come have come} */
    private boolean isComplete(Bucket b) {
        if (b.isReady()) {
            return true;
        }
        Set<Tensor> used = usedHere;
        if (used == null) {
            return false;
        }
        for (int i = 0; i < b.parameters.size(); i++) {
            if (!b.ready.get(i) && used.contains(b.parameters.get(i))) {
                return false;
            }
        }
        return true;
    }

    private void start(Bucket b) {
        try (var _ = Autograd.noGrad()) {
            var given = new ArrayList<Tensor>();
            for (int i = b.ready.nextSetBit(0); i >= 0; i = b.ready.nextSetBit(i + 1)) {
                Tensor g = Ops.gradient(b.parameters.get(i));
                given.add(java.util.Objects.requireNonNull(g).detach());
            }
            tokens.add(b.new Pack(b.ready).apply(given.toArray(Tensor[]::new)));
        }
    }

    /** Ends a backward pass: every parameter's gradient becomes the mean. */
    private void finish() {
        try (var _ = Autograd.noGrad()) {
            Set<Tensor> missing = missing();
            if (!missing.isEmpty() && !options.findUnusedParameters && !options.staticGraph) {
                throw new IllegalStateException(
                        "these parameters had no gradient in this backward pass: %s; all processes would wait for them. If that is intended, use findUnusedParameters(true) or, where they are the same each time, staticGraph(true)"
                                .formatted(missing.stream().map(names::get).sorted().toList()));
            }
            while (started < buckets.size()) {
                start(buckets.get(started++));
            }
            Set<Tensor> used = used(missing);
            Tensor[] all = tokens.toArray(Tensor[]::new);
            for (Bucket b : buckets) {
                Tensor[] means = b.unpack.applyAll(all);
                for (int i = 0; i < means.length; i++) {
                    Tensor p = b.parameters.get(i);
                    if (used == null || used.contains(p)) {
                        p.setGrad(means[i]);
                    }
                }
            }
        } finally {
            buckets.forEach(b -> b.ready.clear());
            tokens.clear();
            started = 0;
            isRunning = false;
        }
    }

    private Set<Tensor> missing() {
        Set<Tensor> missing = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Bucket b : buckets) {
            for (int i = b.ready.nextClearBit(0); i < b.parameters.size(); i = b.ready.nextClearBit(i + 1)) {
                missing.add(b.parameters.get(i));
            }
        }
        return missing;
    }

    /** {@return the parameters with a gradient on any process; null for all} */
    private @Nullable Set<Tensor> used(Set<Tensor> missing) {
        if (options.staticGraph) {
            if (usedHere != null) {
                for (Tensor p : missing) {
                    if (usedHere.contains(p)) {
                        throw new IllegalStateException(
                                "staticGraph: parameter %s had a gradient in the first backward pass and has none in this one; use findUnusedParameters(true)"
                                        .formatted(names.get(p)));
                    }
                }
                return usedAnywhere;
            }
            usedAnywhere = agree(missing);
            usedHere = Collections.newSetFromMap(new IdentityHashMap<>());
            places.keySet().stream().filter(p -> !missing.contains(p)).forEach(usedHere::add);
            return usedAnywhere;
        }
        if (options.findUnusedParameters) {
            Ops.reportSideEffect("which parameters are used (findUnusedParameters)");
            return agree(missing);
        }
        return null;
    }

    private Set<Tensor> agree(Set<Tensor> missing) {
        var order = new ArrayList<Tensor>();
        buckets.forEach(b -> order.addAll(b.parameters));
        var isUsed = new double[order.size()];
        for (int i = 0; i < isUsed.length; i++) {
            isUsed[i] = missing.contains(order.get(i)) ? 0 : 1;
        }
        group.allReduce(isUsed, ReduceOp.MAX);
        Set<Tensor> used = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < isUsed.length; i++) {
            if (isUsed[i] > 0) {
                used.add(order.get(i));
            }
        }
        return used;
    }

    /**
     * Reduces the gradients that are there now, without a backward pass: of several batches that were accumulated under
     * {@link #noSync}. Parameters without a gradient on this process count as zero; all processes must call it.
     *
     * @param weight what the gradients of this process are weighted by, as of {@link #weigh}
     */
    public void reduceNow(double weight) {
        begin();
        this.weight.start(weight);
        for (Bucket b : buckets) {
            for (int i = 0; i < b.parameters.size(); i++) {
                if (Ops.gradient(b.parameters.get(i)) != null) {
                    b.ready.set(i);
                }
            }
        }
        isRunning = true;
        try (var _ = Autograd.noGrad()) {
            Set<Tensor> used = agree(missing());
            buckets.forEach(this::start);
            Tensor[] all = tokens.toArray(Tensor[]::new);
            for (Bucket b : buckets) {
                Tensor[] means = b.unpack.applyAll(all);
                for (int i = 0; i < means.length; i++) {
                    if (used.contains(b.parameters.get(i))) {
                        b.parameters.get(i).setGrad(means[i]);
                    }
                }
            }
        } finally {
            begin();
        }
    }

    /**
     * Trains on batches of which the processes may have different numbers: one that has no more takes part in the
     * reductions of the others with zeros, and receives the parameters and buffers at the end. Gradients are divided by
     * the number of all processes meanwhile. PyTorch's {@code Join}.
     *
     * @param batches this process's batches
     * @param step forward, backward and update for one
     */
    public <T> void join(Iterable<T> batches, Consumer<T> step) {
        var remaining = batches.iterator();
        int last = 0;
        while (true) {
            double[] active = {remaining.hasNext() ? 1 : 0, remaining.hasNext() ? -group.rank() : -group.size()};
            group.allReduce(active, ReduceOp.MAX);
            if (active[0] == 0) {
                break;
            }
            last = (int) -active[1];
            if (buffers != null) {
                buffers.root = last;
            }
            if (remaining.hasNext()) {
                step.accept(remaining.next());
                continue;
            }
            if (buffers != null) {
                buffers.run();
            }
            buckets.forEach(Bucket::reduceZeros);
            buckets.forEach(Bucket::discard);
            if (options.findUnusedParameters || options.staticGraph && usedHere == null) {
                Set<Tensor> all = Collections.newSetFromMap(new IdentityHashMap<>());
                all.addAll(places.keySet());
                agree(all);
            }
        }
        if (buffers != null) {
            buffers.root = 0;
        }
        synchronise(last);
    }

    /** Removes the hooks from the parameters. */
    @Override
    public void close() {
        hooks.forEach(Runnable::run);
        hooks.clear();
    }
}
