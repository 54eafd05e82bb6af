package fathom.optim;

/**
 * Hyper-parameters of the rules that keep running averages of the gradient and of its magnitude: Adam and its variants.
 *
 * @param <O> the rule's own options
 */
public abstract class MomentOptions<O extends MomentOptions<O>> extends OptimizerOptions<O> {
    /** Decay rates of 0.9 and 0.999, and a term for stability of 1e-8. */
    protected MomentOptions() {
        set("beta1", 0.9);
        set("beta2", 0.999);
        set("eps", 1e-8);
        fraction("beta1", "beta2");
        notNegative("eps");
    }

    /** The decay rates of the running averages of the gradient and of its magnitude. Default: 0.9 and 0.999. */
    public O betas(double beta1, double beta2) {
        set("beta1", beta1);
        return set("beta2", beta2);
    }

    /** The term added to the denominator for numerical stability. Default: 1e-8. */
    public O eps(double eps) {
        return set("eps", eps);
    }
}
