package fathom.nn;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A block from one tensor to one tensor. A layer of one's own extends this and writes {@link #forward}.
 *
 * <p>Forward hooks run for every layer of this library, however it is called, and for layers of one's own where another
 * layer's list calls them or {@link #call} is used.
 */
@WholeState
public abstract class Layer extends Block {
    private List<ForwardHook> hooks = List.of();

    /** In training mode. */
    protected Layer() {}

    /** Looks at what a layer computed, and may replace it. */
    @FunctionalInterface
    public interface ForwardHook {
        /** {@return what the layer's result is to be; usually {@code output}} */
        Tensor after(Layer layer, Tensor input, Tensor output);
    }

    /** {@return the result for one input} */
    public abstract Tensor forward(Tensor x);

    /**
     * {@return the result for one input, after the {@linkplain #registerForwardHook hooks} have seen it}
     *
     * <p>The message of an exception that is thrown on the way names the layer that it was thrown in.
     */
    public Tensor call(Tensor x) {
        try {
            return hooked(x, forward(x));
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    /** {@return {@code y} after the hooks have seen it} */
    protected final Tensor hooked(Tensor x, Tensor y) {
        Ops.met(this);
        Tensor out = y;
        for (ForwardHook hook : hooks) {
            out = hook.after(this, x, out);
        }
        return out;
    }

    /**
     * Has {@code hook} called after every run of this layer.
     *
     * @return removes the hook
     */
    public final Runnable registerForwardHook(ForwardHook hook) {
        var more = new ArrayList<>(hooks);
        more.add(hook);
        hooks = List.copyOf(more);
        return () -> {
            var fewer = new ArrayList<>(hooks);
            fewer.remove(hook);
            hooks = List.copyOf(fewer);
        };
    }

    /** {@return whether nobody but the caller gets to see its input and its result, or anything made in between} */
    boolean isOpaque() {
        return false;
    }

    /** {@return whether there are hooks} */
    final boolean isHooked() {
        return !hooks.isEmpty();
    }

    @Override
    public Layer apply(Consumer<? super Block> action) {
        super.apply(action);
        return this;
    }

    @Override
    public Layer train() {
        super.train();
        return this;
    }

    @Override
    public Layer train(boolean mode) {
        super.train(mode);
        return this;
    }

    @Override
    public Layer eval() {
        super.eval();
        return this;
    }

    @Override
    public Layer requiresGrad_(boolean requires) {
        super.requiresGrad_(requires);
        return this;
    }

    @Override
    public Layer to(DType dtype) {
        super.to(dtype);
        return this;
    }

    @Override
    public Layer to(Device device) {
        super.to(device);
        return this;
    }

    /**
     * {@return the multiplications with addition of this layer's products, for {@link Summary}; 0 where there are none}
     *
     * @param x the input
     * @param y the output
     */
    protected long multiplyAdds(Tensor x, Tensor y) {
        return 0;
    }
}
