package fathom.nn;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A block from one tensor to one tensor. A layer of your own extends this class and implements {@link #forward}.
 *
 * <p>Forward hooks run for every layer of this library, however it is called, and for layers of your own when they are
 * called by a container or through {@link #call}.
 */
@WholeState
public abstract class Layer extends Block {
    private List<ForwardHook> hooks = List.of();

    /** A layer in training mode. */
    protected Layer() {}

    /** A function called after a layer's forward pass, which may replace the result. */
    @FunctionalInterface
    public interface ForwardHook {
        /** {@return the layer's result; usually {@code output}} */
        Tensor after(Layer layer, Tensor input, Tensor output);
    }

    /** {@return the result for one input} */
    public abstract Tensor forward(Tensor x);

    /**
     * {@return the result for one input, after the {@linkplain #registerForwardHook hooks}}
     *
     * <p>The message of an exception thrown meanwhile names the layer that it was thrown in.
     */
    public Tensor call(Tensor x) {
        try {
            return hooked(x, forward(x));
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    /** {@return {@code y}, as the hooks return it} */
    protected final Tensor hooked(Tensor x, Tensor y) {
        Ops.recordUse(this);
        Tensor out = y;
        for (ForwardHook hook : hooks) {
            out = hook.after(this, x, out);
        }
        return out;
    }

    /**
     * Registers a hook that is called after every forward pass of this layer.
     *
     * @return an action that removes the hook
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

    /** {@return whether no code but the caller can retain its input, its result or an intermediate tensor} */
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
     * {@return the multiply-adds of this layer's products and convolutions, for {@link Summary}; 0 where there are
     * none}
     *
     * @param x the input
     * @param y the output
     */
    protected long multiplyAdds(Tensor x, Tensor y) {
        return 0;
    }
}
