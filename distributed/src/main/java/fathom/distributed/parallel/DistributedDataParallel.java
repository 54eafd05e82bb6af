package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.nn.Layer;
import java.util.function.Consumer;

/**
 * Data parallel training by several processes, each with a copy of the network and with data of its own: gradients are
 * averaged over the processes while backward computes them, so that all copies stay the same. PyTorch's {@code
 * torch.nn.parallel.DistributedDataParallel}.
 *
 * {@snippet :
 * try (ProcessGroup group = Distributed.init()) {
 *     var net = new DistributedDataParallel(new LeNet(), group);
 *     var opt = new SGD(net.parameters(), 0.1);
 *     var loader = DataLoader.of(data, 128).sampler(DistributedSampler.shuffled(data.size(), group)).seed(0);
 *     for (var batch : loader) {
 *         var loss = crossEntropy(net.call(batch.x()), batch.y());
 *         opt.zeroGrad();
 *         loss.backward();
 *         opt.step();
 *     }
 * }
 * }
 *
 * <p>Names in the state begin with {@code module.}, as PyTorch's do. Steps may be {@linkplain fathom.Captured
 * captured}: reductions are kernels of the plan, started between those that compute gradients and awaited after the
 * last.
 */
public final class DistributedDataParallel extends Layer {
    private final Layer module;
    private final transient GradientReducer reducer;

    /** Wraps a network, with default options; its parameters and buffers become those of rank 0. */
    public DistributedDataParallel(Layer module, ProcessGroup group) {
        this(module, group, o -> {});
    }

    /** As {@link #DistributedDataParallel(Layer, ProcessGroup)}, with options. */
    public DistributedDataParallel(Layer module, ProcessGroup group, Consumer<ReducerOptions> options) {
        this.module = module;
        this.reducer = new GradientReducer(module, group, options);
    }

    /** {@return the network} */
    public Layer module() {
        return module;
    }

    /** {@return what reduces the gradients} */
    public GradientReducer reducer() {
        return reducer;
    }

    /** Suspends the reduction until the setting is closed: see {@link GradientReducer#noSync}. */
    public Autograd.Setting noSync() {
        return reducer.noSync();
    }

    /** Trains on batches of which the processes may have different numbers: see {@link GradientReducer#join}. */
    public <T> void join(Iterable<T> batches, Consumer<T> step) {
        reducer.join(batches, step);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (isTraining() && Autograd.isGradEnabled()) {
            reducer.beginForward();
        }
        return module.call(x);
    }
}
