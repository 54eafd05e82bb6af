package fathom.nn;

import fathom.Tensor;
import java.lang.reflect.Field;
import java.util.Objects;

/** A layer of this library; its hooks run whether {@link #call} or {@link #forward} is called. */
public abstract class BuiltInLayer extends Layer {
    /** Per class, whether it is this library's (a user's subclass may retain tensors) and holds no layers. */
    private static final ClassValue<Boolean> IS_LEAF =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    return isOurs(type) && BlockFields.of(type).stream().noneMatch(f -> mayHoldLayers(f.field()));
                }

                private static boolean isOurs(Class<?> type) {
                    return type.getPackageName().startsWith(BuiltInLayer.class.getPackageName())
                            && Objects.equals(
                                    type.getProtectionDomain().getCodeSource(),
                                    BuiltInLayer.class.getProtectionDomain().getCodeSource());
                }

                private static boolean mayHoldLayers(Field f) {
                    return f.getDeclaringClass() != Layer.class
                            && f.getType() != Tensor.class
                            && f.getType() != LoraAdapter.class; // which has no hooks
                }
            };

    /** For the layers of this library. */
    protected BuiltInLayer() {}

    /** Child layers may have hooks, so of the layers with children only {@link Sequential} is opaque. */
    @Override
    boolean isOpaque() {
        return !isHooked() && IS_LEAF.get(getClass());
    }

    /** {@return the result for one input} */
    protected abstract Tensor compute(Tensor x);

    @Override
    public final Tensor forward(Tensor x) {
        try {
            return hooked(x, compute(x));
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    @Override
    public final Tensor call(Tensor x) {
        return forward(x);
    }
}
