package fathom;

import fathom.dispatch.ThreadSetting;
import java.util.Optional;

/**
 * The type of numbers that a thread computes with.
 *
 * <p>{@link #BFLOAT16} is mixed precision (Micikevicius et al., 2018; bfloat16: Kalamkar et al., 2019), PyTorch's
 * {@code torch.autocast("cpu", torch.bfloat16)}. While it is open
 *
 * <ul>
 *   <li>products of matrices, linear maps and convolutions turn what they are given into bfloat16 and give bfloat16;
 *   <li>softmax, losses, sums, means, norms of vectors, running sums and factors of matrices turn what they are given
 *       into float32 and give float32;
 *   <li>everything else keeps the type it is given: activations, pooling, dropout, and also batch norm and its kind,
 *       whose statistics and weights are float32 all the same.
 * </ul>
 *
 * Parameters stay float32; so do their gradients and updates. The bfloat16 copy of a parameter is made once after each
 * update. Backward runs in the types that forward ran in, whatever is open then.
 *
 * {@snippet :
 * Tensor loss;
 * try (var p = Precision.BFLOAT16.open()) {
 *     loss = crossEntropy(net.forward(x), y);
 * }
 * loss.backward();
 * opt.step();
 * }
 */
public enum Precision {
    /** Operations compute in the type they are given. */
    FLOAT32,

    /** Products and convolutions in bfloat16, what sums up in float32. */
    BFLOAT16;

    private static final ThreadSetting<Precision> CURRENT = new ThreadSetting<>("Precision", () -> FLOAT32);

    /**
     * Has this thread compute in this precision until the setting is closed; then in the one before.
     *
     * @throws UnsupportedOperationException if this machine would be slower for it, saying why
     */
    public Autograd.Setting open() {
        refusal()
                .ifPresent(why -> {
                    throw new UnsupportedOperationException(why);
                });
        return set();
    }

    /** As {@link #open()}, for threads that go on with what another one has opened. */
    Autograd.Setting set() {
        return CURRENT.set(this);
    }

    /** {@return what this thread computes in} */
    public static Precision current() {
        return CURRENT.get();
    }

    /**
     * Why this precision would be slower here than {@link #FLOAT32}; empty where it is faster. The system property
     * {@code fathom.bfloat16} overrides what is found: {@code always} or {@code never}.
     */
    public Optional<String> refusal() {
        return this == FLOAT32 ? Optional.empty() : refusal(System.getProperty("fathom.bfloat16", "auto"));
    }

    private static Optional<String> refusal(String wish) {
        if (wish.equals("always")) {
            return Optional.empty();
        }
        String why =
                wish.equals("never") ? "-Dfathom.bfloat16=never" : Device.current().backends().slowIn(DType.BFLOAT16);
        return why == null
                ? Optional.empty()
                : Optional.of(
                        ("bfloat16 would be slower than float32 here: %s; use FLOAT32, or -Dfathom.bfloat16=always to"
                                        + " compute so all the same")
                                .formatted(why));
    }
}
