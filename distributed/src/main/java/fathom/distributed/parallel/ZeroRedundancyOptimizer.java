package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.CustomKernel;
import fathom.DType;
import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.optim.ParameterGroup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * An optimiser whose state is divided among the processes (ZeRO, stage 1): each keeps the state of some parameters,
 * updates these, and receives the others from the processes that updated them. PyTorch's {@code
 * torch.distributed.optim.ZeroRedundancyOptimizer}.
 *
 * {@snippet :
 * var net = new DistributedDataParallel(new LeNet(), group);
 * var opt = new ZeroRedundancyOptimizer(net.parameters(), group, p -> new Adam(p, 1e-3));
 * }
 *
 * <p>Results are those of the optimiser alone, to the bit. {@link #stateDict} gathers the states of all parameters, and
 * so must be called by all processes; such a state can be loaded by any number of them, and by the optimiser alone.
 *
 * @see <a href="https://arxiv.org/abs/1910.02054">Rajbhandari et al., 2020, "ZeRO: Memory Optimizations Toward Training
 *     Trillion Parameter Models"</a>
 */
public final class ZeroRedundancyOptimizer extends Optimizer {
    private final transient ProcessGroup group;
    private final transient List<Tensor> parameters;
    private final transient int[] owners;
    private final Optimizer local;
    private final transient Exchange exchange;

    /**
     * An optimiser of some parameters, which all processes must give in the same order.
     *
     * @param make makes the optimiser of the parameters that this process updates
     * @throws IllegalArgumentException if there are fewer parameters than processes, or that optimiser has several
     *     groups
     */
    public ZeroRedundancyOptimizer(
            Collection<Tensor> parameters, ProcessGroup group, Function<List<Tensor>, ? extends Optimizer> make) {
        this(List.copyOf(parameters), group, owners(List.copyOf(parameters), group.size()), make);
    }

    private ZeroRedundancyOptimizer(
            List<Tensor> parameters,
            ProcessGroup group,
            int[] owners,
            Function<List<Tensor>, ? extends Optimizer> make) {
        this(parameters, group, owners, make.apply(owned(parameters, owners, group.rank())));
    }

    private ZeroRedundancyOptimizer(List<Tensor> parameters, ProcessGroup group, int[] owners, Optimizer local) {
        super(
                List.of(ParameterGroup.sharing(parameters, only(local.groups()))),
                Map.copyOf(local.groups().getFirst().values()));
        this.parameters = parameters;
        this.group = group;
        this.owners = owners;
        this.local = local;
        this.exchange = new Exchange();
    }

    private static ParameterGroup only(List<ParameterGroup> groups) {
        if (groups.size() != 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ZeroRedundancyOptimizer: expected one group of parameters, got %d; make one optimiser for each",
                            groups.size()));
        }
        return groups.getFirst();
    }

    /** {@return for each parameter its process: the largest first, to the one that has least so far} */
    private static int[] owners(List<Tensor> parameters, int processes) {
        if (parameters.size() < processes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ZeroRedundancyOptimizer: %d parameters cannot be divided among %d processes",
                            parameters.size(),
                            processes));
        }
        var owners = new int[parameters.size()];
        var load = new long[processes];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < owners.length; i++) {
            order.add(i);
        }
        order.sort((a, b) -> Long.compare(parameters.get(b).numel(), parameters.get(a).numel()));
        for (int i : order) {
            int least = 0;
            for (int r = 1; r < processes; r++) {
                least = load[r] < load[least] ? r : least;
            }
            owners[i] = least;
            load[least] += Math.max(1, parameters.get(i).numel());
        }
        return owners;
    }

    private static List<Tensor> owned(List<Tensor> parameters, int[] owners, int rank) {
        var owned = new ArrayList<Tensor>();
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] == rank) {
                owned.add(parameters.get(i));
            }
        }
        return owned;
    }

    /** {@return the parameters that this process updates} */
    public List<Tensor> owned() {
        return owned(parameters, owners, group.rank());
    }

    @Override
    public void step() {
        local.step();
        try (var _ = Autograd.noGrad()) {
            exchange.run();
        }
    }

    /** Sends the parameters of this process to the others, and receives theirs; part of captured steps. */
    private final class Exchange extends CustomKernel {
        private final List<List<Tensor>> byRank = new ArrayList<>();
        private final long part;
        private final MemorySegment sent;
        private final MemorySegment received;

        Exchange() {
            long most = 0;
            for (int r = 0; r < group.size(); r++) {
                byRank.add(ZeroRedundancyOptimizer.owned(parameters, owners, r));
                long bytes = byRank.get(r).stream().mapToLong(p -> p.numel() * p.dtype().size()).sum();
                most = Math.max(most, bytes);
            }
            part = (most + 63) / 64 * 64;
            sent = Arena.ofAuto().allocate(Math.max(64, part), 64).asSlice(0, part);
            received = Arena.ofAuto().allocate(Math.max(64, part * group.size()), 64).asSlice(0, part * group.size());
        }

        void run() {
            if (group.size() == 1) {
                return;
            }
            Tensor[] others = applyAll(byRank.get(group.rank()).stream().map(Tensor::detach).toArray(Tensor[]::new));
            int next = 0;
            for (int r = 0; r < group.size(); r++) {
                if (r != group.rank()) {
                    for (Tensor p : byRank.get(r)) {
                        p.detach().copy_(others[next++]);
                    }
                }
            }
        }

        @Override
        protected Spec[] infer(Spec... inputs) {
            var specs = new ArrayList<Spec>();
            for (int r = 0; r < group.size(); r++) {
                if (r != group.rank()) {
                    byRank.get(r).forEach(p -> specs.add(new Spec(p.dtype(), p.shape())));
                }
            }
            return specs.toArray(Spec[]::new);
        }

        @Override
        protected void compute(Buffer[] inputs, Buffer[] outputs) {
            long at = 0;
            for (Buffer b : inputs) {
                sent.asSlice(at, b.memory().byteSize()).copyFrom(b.memory());
                at += b.memory().byteSize();
            }
            group.allGatherAsync(received, sent, DType.UINT8).await();
            int next = 0;
            for (int r = 0; r < group.size(); r++) {
                if (r == group.rank()) {
                    continue;
                }
                at = r * part;
                for (int i = 0; i < byRank.get(r).size(); i++) {
                    MemorySegment to = outputs[next++].memory();
                    to.copyFrom(received.asSlice(at, to.byteSize()));
                    at += to.byteSize();
                }
            }
        }
    }

    // ---- state ------------------------------------------------------------------------------------------------------

    private static String renumbered(String key, int to) {
        int dot = key.indexOf('.', "state.".length());
        return String.format(Locale.ROOT, "state.%d%s", to, key.substring(dot));
    }

    private static int parameterOf(String key) {
        return Integer.parseInt(key.substring("state.".length(), key.indexOf('.', "state.".length())));
    }

    private List<Integer> indices(int rank) {
        var indices = new ArrayList<Integer>();
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] == rank) {
                indices.add(i);
            }
        }
        return indices;
    }

    /** {@return the state of all parameters, on all processes, each of which must call this} */
    @Override
    public OptimizerState stateDict() {
        OptimizerState mine = local.stateDict();
        List<Integer> ours = indices(group.rank());
        var tensors = new LinkedHashMap<String, Tensor>();
        var numbers = new LinkedHashMap<>(hyperparameters());
        var header = new StringBuilder();
        mine.numbers()
                .forEach((name, value) -> {
                    if (name.startsWith("state.")) {
                        header.append("n ")
                                .append(renumbered(name, ours.get(parameterOf(name))))
                                .append(' ')
                                .append(Double.toHexString(value))
                                .append('\n');
                    }
                });
        mine.tensors()
                .forEach((name, t) ->
                        header.append("t ")
                                .append(renumbered(name, ours.get(parameterOf(name))))
                                .append(' ')
                                .append(t.dtype())
                                .append(' ')
                                .append(
                                        String.join(
                                                ",", Arrays.stream(t.shape().dims()).mapToObj(Long::toString).toList()))
                                .append('\n'));
        List<byte[]> headers = group.allGather(header.toString().getBytes(StandardCharsets.UTF_8));
        for (int r = 0; r < group.size(); r++) {
            for (String line : new String(headers.get(r), StandardCharsets.UTF_8).lines().toList()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("n")) {
                    numbers.put(words[1], Double.valueOf(words[2]));
                    continue;
                }
                int p = parameterOf(words[1]);
                Tensor t;
                if (r == group.rank()) {
                    t = Objects.requireNonNull(mine.tensors().get(renumbered(words[1], ours.indexOf(p)))).clone();
                } else {
                    long[] dims =
                            words[3].isEmpty()
                                    ? new long[0]
                                    : Arrays.stream(words[3].split(",")).mapToLong(Long::parseLong).toArray();
                    t = parameters.get(p).detach().newEmpty(DType.valueOf(words[2]), dims);
                }
                group.broadcast(t, r);
                tensors.put(words[1], t.keep());
            }
        }
        return new OptimizerState(tensors, numbers);
    }

    @Override
    public void loadStateDict(OptimizerState state) {
        loadHyperparameters(state);
        List<Integer> ours = indices(group.rank());
        var tensors = new LinkedHashMap<String, Tensor>();
        var numbers = new LinkedHashMap<String, Double>();
        state.tensors()
                .forEach((name, t) -> {
                    int at = ours.indexOf(parameterOf(name));
                    if (at >= 0) {
                        tensors.put(renumbered(name, at), t);
                    }
                });
        state.numbers()
                .forEach((name, value) -> {
                    if (!name.startsWith("state.")) {
                        numbers.put(name, value);
                        return;
                    }
                    int at = ours.indexOf(parameterOf(name));
                    if (at >= 0) {
                        numbers.put(renumbered(name, at), value);
                    }
                });
        local.loadStateDict(new OptimizerState(tensors, numbers));
    }
}
