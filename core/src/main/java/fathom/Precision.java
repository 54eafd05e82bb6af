package fathom;

import fathom.dispatch.ThreadSetting;
import java.util.Optional;

/**
 * The precision in which a thread computes.
 *
 * <p>{@link #BFLOAT16} is mixed precision (Micikevicius et al., 2018; bfloat16: Kalamkar et al., 2019), PyTorch's
 * {@code torch.autocast("cpu", torch.bfloat16)}. While it is open
 *
 * <ul>
 *   <li>matrix products, linear maps and convolutions cast their inputs to bfloat16 and return bfloat16;
 *   <li>softmax, losses, sums, means, vector norms, cumulative sums and matrix decompositions cast their inputs to
 *       float32 and return float32;
 *   <li>all other operations keep the type of their inputs: activations, pooling, dropout, and also batch normalisation
 *       and similar layers, whose statistics and weights are float32 nevertheless.
 * </ul>
 *
 * Parameters stay float32; so do their gradients and updates. A parameter's bfloat16 copy is computed once after each
 * update. Backward runs in the types of forward, whatever precision is open then.
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
    /** Operations compute in the type of their inputs. */
    FLOAT32,

    /** Products and convolutions in bfloat16, reductions in float32. */
    BFLOAT16;

    private static final ThreadSetting<Precision> CURRENT = new ThreadSetting<>("Precision", () -> FLOAT32);

    /**
     * Sets the precision of this thread until the setting is closed.
     *
     * @throws UnsupportedOperationException if this machine would be slower for it, saying why
     */
    public Autograd.Setting open() {
        slowReason()
                .ifPresent(why -> {
                    throw new UnsupportedOperationException(why);
                });
        return set();
    }

    /** As {@link #open()}, for threads that continue work under another thread's setting. */
    Autograd.Setting set() {
        return CURRENT.set(this);
    }

    /** {@return the precision of this thread} */
    public static Precision current() {
        return CURRENT.get();
    }

    /**
     * The reason why this precision would be slower here than {@link #FLOAT32}; empty if it is faster. The system
     * property {@code fathom.bfloat16} overrides the finding: {@code always} or {@code never}.
     */
    public Optional<String> slowReason() {
        return this == FLOAT32 ? Optional.empty() : slowReason(System.getProperty("fathom.bfloat16", "auto"));
    }

    private static Optional<String> slowReason(String setting) {
        if (setting.equals("always")) {
            return Optional.empty();
        }
        String why =
                setting.equals("never")
                        ? "-Dfathom.bfloat16=never"
                        : Device.current().backends().slowIn(DType.BFLOAT16);
        return why == null
                ? Optional.empty()
                : Optional.of(
                        ("bfloat16 would be slower than float32 here: %s; use FLOAT32, or -Dfathom.bfloat16=always to"
                                        + " use it nevertheless")
                                .formatted(why));
    }
}
