package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.AutogradFunction;
import fathom.Generator;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a network whose parameters are divided among the processes (ZeRO, stages 2 and 3): each process keeps an
 * equal part of them, of their gradients and, by way of the optimiser, of its state. All parameters of the part are
 * gathered while it computes. PyTorch's {@code torch.distributed.fsdp.FullyShardedDataParallel}.
 *
 * <p>A network is wrapped in several parts, so that only one of them is gathered at a time:
 *
 * {@snippet :
 * Layer block1 = new FullyShardedDataParallel(new Sequential(new Linear(784, 4096), new ReLU()), group);
 * Layer block2 = new FullyShardedDataParallel(new Sequential(new Linear(4096, 10)), group);
 * var net = new Sequential(block1, block2);
 * var opt = new Adam(net.parameters(), 1e-3);      // of the shards
 * }
 *
 * <p>The only parameter of the wrapper is {@code shard}; the state of the whole network has its usual names by {@link
 * #fullStateDict}. Gradients are averaged over the processes. Rules that treat each element by itself (SGD, Adam, ...)
 * work on shards as on parameters; for the norm of gradients see {@link #clipGradNorm_}. Steps run eagerly.
 *
 * @see <a href="https://arxiv.org/abs/1910.02054">Rajbhandari et al., 2020, "ZeRO: Memory Optimizations Toward Training
 *     Trillion Parameter Models"</a>
 */
public final class FullyShardedDataParallel extends Layer {
    /** What is divided. */
    public enum Strategy {
        /**
         * Parameters, gradients and optimiser state (ZeRO, stage 3): parameters are gathered for forward, dropped, and
         * gathered again for backward, which computes the part's forward pass again, so that its activations are not
         * kept either. Random numbers are the same in both passes.
         */
        FULL_SHARD,
        /**
         * Gradients and optimiser state (ZeRO, stage 2): parameters stay gathered from forward to the end of the part's
         * backward pass.
         */
        SHARD_GRAD_OP
    }

    private final Tensor shard;
    private final transient Layer module;
    private final transient ProcessGroup group;
    private final transient Strategy strategy;
    private final transient List<Tensor> parameters;
    private final transient long part;

    /** The module's parameters whose gradient has arrived, if these stay gathered. */
    private transient int arrived;

    private transient boolean isGathered;

    /** Divides the parameters of a part, which become those of rank 0 before. */
    public FullyShardedDataParallel(Layer module, ProcessGroup group) {
        this(module, group, Strategy.FULL_SHARD);
    }

    /**
     * Divides the parameters of a part.
     *
     * @throws IllegalArgumentException if it has no parameters, or of several types, or some are frozen
     */
    public FullyShardedDataParallel(Layer module, ProcessGroup group, Strategy strategy) {
        this.module = module;
        this.group = group;
        this.strategy = strategy;
        parameters = module.parameters();
        if (parameters.isEmpty() || parameters.stream().map(Tensor::dtype).distinct().count() != 1) {
            throw new IllegalArgumentException(
                    "FullyShardedDataParallel: expected parameters of one type, got those of %s"
                            .formatted(parameters.stream().map(Tensor::dtype).distinct().toList()));
        }
        if (parameters.stream().anyMatch(p -> !p.requiresGrad())) {
            throw new IllegalArgumentException(
                    "FullyShardedDataParallel: some parameters of the part are frozen; wrap trained parts alone");
        }
        Agreement.check(module, group);
        long n = parameters.stream().mapToLong(Tensor::numel).sum();
        part = Math.ceilDiv(n, (long) group.size());
        try (var _ = Autograd.noGrad()) {
            Tensor flat = flat(parameters.stream().map(Tensor::detach).toList());
            group.broadcast(flat, 0);
            module.buffers()
                    .forEach(b -> {
                        Tensor values = b.detach().clone();
                        group.broadcast(values, 0);
                        b.detach().copy_(values);
                    });
            shard = parameter(flat.narrow(0, part * group.rank(), part).clone());
        }
        drop();
        if (strategy == Strategy.SHARD_GRAD_OP) {
            parameters.forEach(p -> p.registerPostAccumulateGradHook(this::arrived));
        }
    }

    /** {@return tensors one after the other, with zeros to a multiple of the number of processes} */
    private Tensor flat(List<Tensor> tensors) {
        var all = new ArrayList<Tensor>();
        tensors.forEach(t -> all.add(t.reshape(-1)));
        long n = tensors.stream().mapToLong(Tensor::numel).sum();
        if (part * group.size() > n) {
            all.add(tensors.getFirst().newZeros(part * group.size() - n));
        }
        return Tensors.cat(all, 0);
    }

    /** Gives the parameters their values. */
    private void gather() {
        if (isGathered) {
            return;
        }
        try (var _ = Autograd.noGrad()) {
            Tensor flat = group.allGather(shard.detach()).reshape(-1).keep();
            long at = 0;
            for (Tensor p : parameters) {
                p.setData(flat.narrow(0, at, p.numel()).view(p.shape().dims()));
                at += p.numel();
            }
        }
        isGathered = true;
    }

    /** Takes the parameters' memory: they keep their shape. */
    private void drop() {
        try (var _ = Autograd.noGrad()) {
            for (Tensor p : parameters) {
                p.setData(p.detach().newZeros(1).expand(p.shape().dims()));
                p.setGrad(null);
            }
        }
        isGathered = false;
    }

    /** {@return the mean of the parameters' gradients over the processes, of this process's part} */
    private Tensor reduced() {
        try (var _ = Autograd.noGrad()) {
            var gradients = new ArrayList<Tensor>();
            for (Tensor p : parameters) {
                Tensor g = p.grad();
                gradients.add(g == null ? p.detach().newZeros(p.shape().dims()) : g.detach());
                p.setGrad(null);
            }
            return group.reduceScatter(flat(gradients), ReduceOp.AVG);
        }
    }

    private void arrived(Tensor parameter) {
        if (arrived++ == 0) {
            Autograd.whenBackwardEnds(() -> {
                if (arrived > 0) {
                    finish(); // some parameters had no gradient
                }
            });
        }
        if (arrived == parameters.size()) {
            finish();
        }
    }

    private void finish() {
        arrived = 0;
        Tensor mean = reduced();
        Tensor before = shard.grad();
        try (var _ = Autograd.noGrad()) {
            shard.setGrad(before == null ? mean : before.add(mean));
        }
        drop();
    }

    @Override
    public Tensor forward(Tensor x) {
        if (strategy == Strategy.FULL_SHARD) {
            return new Recomputed().apply(x, shard);
        }
        gather();
        Tensor y = module.call(x);
        if (!y.requiresGrad()) {
            drop();
        }
        return y;
    }

    /** The part as one function, whose backward pass computes the forward pass again. */
    private final class Recomputed extends AutogradFunction {
        private @Nullable Generator random;
        private Precision precision = Precision.FLOAT32;

        @Override
        protected String name() {
            return "FullyShardedDataParallel";
        }

        @Override
        protected Tensor[] forward(Context context, Tensor... inputs) {
            precision = Precision.current();
            random = new Generator().setState(Generator.current().getState());
            context.save(inputs[0]);
            gather();
            try {
                Tensor y = module.call(inputs[0]);
                return new Tensor[] {parameters.stream().anyMatch(y::sharesStorageWith) ? y.clone() : y};
            } finally {
                drop();
            }
        }

        @Override
        protected @Nullable Tensor[] backward(Context context, Tensor... gradients) {
            Tensor x = context.saved(0).detach();
            boolean isTracked = context.needsGradient(0);
            List<Tensor> buffers = module.buffers();
            // statistics of batch norms were updated by the first pass
            List<Tensor> before = buffers.stream().map(b -> b.detach().clone()).toList();
            gather();
            try (var _ = Autograd.enableGrad();
                    var _ = new Generator().setState(Objects.requireNonNull(random).getState()).open()) {
                if (isTracked) {
                    x.requiresGrad_();
                }
                Tensor y;
                try (var _ = precision.open()) {
                    y = module.call(x);
                }
                y.backward(gradients[0]);
                return new @Nullable Tensor[] {isTracked ? x.grad() : null, reduced()};
            } finally {
                drop();
                try (var _ = Autograd.noGrad()) {
                    for (int i = 0; i < before.size(); i++) {
                        buffers.get(i).detach().copy_(before.get(i));
                    }
                }
            }
        }
    }

    @Override
    public Layer train(boolean mode) {
        module.train(mode);
        super.train(mode);
        return this;
    }

    // ---- of whole networks ------------------------------------------------------------------------------------------

    private static Map<String, FullyShardedDataParallel> parts(Block net) {
        var parts = new LinkedHashMap<String, FullyShardedDataParallel>();
        net.namedBlocks()
                .forEach((name, block) -> {
                    if (block instanceof FullyShardedDataParallel f) {
                        parts.put(name.isEmpty() ? "" : name + ".", f);
                    }
                });
        return parts;
    }

    /**
     * {@return the parameters and buffers of a network by the names that they have without wrappers, copied} All
     * processes must call it; all receive everything.
     */
    public static StateDict fullStateDict(Block net) {
        var state = new StateDict();
        Map<String, FullyShardedDataParallel> parts = parts(net);
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    if (parts.keySet().stream().noneMatch(prefix -> name.equals(prefix + "shard"))) {
                        state.put(name, t.clone());
                    }
                });
        parts.forEach((prefix, f) -> {
            f.gather();
            f.module.stateDict().entries().forEach((name, t) -> state.put(prefix + name, t.clone()));
            f.drop();
        });
        return state;
    }

    /**
     * Loads the state of the network without wrappers, of which each process keeps its part.
     *
     * @throws IllegalArgumentException if names are missing or shapes differ
     */
    public static void loadFullStateDict(Block net, StateDict state) {
        Map<String, FullyShardedDataParallel> parts = parts(net);
        var rest = new StateDict();
        state.entries()
                .forEach((name, t) -> {
                    if (parts.keySet().stream().noneMatch(name::startsWith)) {
                        rest.put(name, t);
                    }
                });
        parts.forEach((prefix, f) -> {
            var own = new StateDict();
            state.entries()
                    .forEach((name, t) -> {
                        if (name.startsWith(prefix)) {
                            own.put(name.substring(prefix.length()), t);
                        }
                    });
            f.gather();
            try (var _ = Autograd.noGrad()) {
                f.module.loadStateDict(own);
                Tensor flat = f.flat(f.parameters.stream().map(Tensor::detach).toList());
                f.shard.detach().copy_(flat.narrow(0, f.part * f.group.rank(), f.part));
            } finally {
                f.drop();
            }
            rest.put(prefix + "shard", f.shard.detach());
        });
        net.loadStateDict(rest);
    }

    /**
     * Clips the gradients of a network with sharded parts to a total norm, which is computed over all processes; all
     * must call it. Parameters outside of sharded parts must have the same gradients on all processes.
     *
     * @return the norm before
     */
    public static double clipGradNorm_(Block net, double maxNorm, ProcessGroup group) {
        try (var _ = Autograd.noGrad()) {
            double[] squares = {0};
            List<Tensor> shards = parts(net).values().stream().map(f -> f.shard).toList();
            double whole = 0;
            for (Tensor p : net.parameters()) {
                Tensor g = p.grad();
                if (g != null) {
                    double square = g.detach().to(fathom.DType.FLOAT64).square().sum().item();
                    if (shards.stream().anyMatch(s -> s == p)) {
                        squares[0] += square;
                    } else {
                        whole += square;
                    }
                }
            }
            group.allReduce(squares, ReduceOp.SUM);
            double norm = Math.sqrt(squares[0] + whole);
            double scale = maxNorm / (norm + 1e-6);
            if (!(scale >= 1)) {
                for (Tensor p : net.parameters()) {
                    Tensor g = p.grad();
                    if (g != null) {
                        g.detach().mul_(scale);
                    }
                }
            }
            return norm;
        }
    }
}
