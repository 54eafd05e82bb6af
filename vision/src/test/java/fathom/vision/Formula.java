package fathom.vision;

import fathom.Autograd;
import fathom.Tensor;
import fathom.nn.Layer;
import java.util.Map;

/** Numbers made of names, as {@code tools/golden/models.py} makes them, so that no file has to hold them. */
public final class Formula {
    private Formula() {}

    /** {@return float64 numbers from -1 to 1 that look random} */
    public static Tensor of(String name, long... shape) {
        return fathom.testkit.Formula.of(name, shape);
    }

    /** Gives every parameter and buffer values that keep signals alive. */
    public static void fill(Layer net) {
        try (var off = Autograd.noGrad()) {
            net.stateDict()
                    .entries()
                    .forEach((name, t) -> {
                        if (t.dtype().isFloating()) {
                            t.copy_(weights(name, t.shape().dims()));
                        }
                    });
        }
    }

    /** {@return the values that {@link #fill} gives a parameter or buffer} */
    public static Tensor weights(String name, long... shape) {
        Tensor u = of(name, shape);
        if (shape.length > 1) {
            return u.mul(Math.sqrt(6.0 / ((double) u.numel() / shape[0])));
        }
        return name.endsWith("running_var")
                ? u.mul(0.5).add(1)
                : name.endsWith("weight") ? u.mul(0.25).add(0.5) : u.mul(0.1);
    }

    /**
     * As {@link #fill}, with the values of {@code tools/golden/vision_models.py}, whose scale suits deep networks.
     *
     * @param tensors the parameters and buffers to fill, by name
     */
    public static void fillDeep(Map<String, Tensor> tensors) {
        try (var off = Autograd.noGrad()) {
            tensors.forEach((name, t) -> {
                if (t.dtype().isFloating()) {
                    t.copy_(fathom.testkit.Formula.weights(name, t.shape().dims()));
                }
            });
        }
    }
}
