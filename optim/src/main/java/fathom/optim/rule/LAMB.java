package fathom.optim.rule;

import fathom.Shape;
import fathom.Tensor;
import fathom.optim.LayerwiseOptimizer;
import fathom.optim.MomentOptions;
import fathom.optim.ParameterGroup;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * LAMB (You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 Minutes", 2020, algorithm 2): the
 * step of Adam with decoupled weight decay, scaled for each parameter by the ratio of the parameter's norm to the
 * step's. The ratio is 1 where either norm is 0. The paper's weight decay is 0.01.
 */
public final class LAMB extends LayerwiseOptimizer {
    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    /** Hyper-parameters of {@link LAMB}; the default term for stability is 1e-6. */
    public static final class Options extends MomentOptions<Options> {
        Options() {
            eps(1e-6);
            set("biasCorrection", 1);
            set("adaptive", 1);
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The weight decay: this times the parameter is part of the step, before it is scaled. Default: 0. */
        @Override
        public Options weightDecay(double weightDecay) {
            return super.weightDecay(weightDecay);
        }

        /** Whether the moments' biases are corrected as in Adam. Default: yes. */
        public Options biasCorrection(boolean corrected) {
            return set("biasCorrection", corrected ? 1 : 0);
        }

        /** Whether steps are scaled by the ratio of norms; in a group without, the rule is AdamW's. Default: yes. */
        public Options adaptive(boolean adaptive) {
            return set("adaptive", adaptive ? 1 : 0);
        }
    }

    /** LAMB with the default hyper-parameters. */
    public LAMB(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** LAMB with options. */
    public LAMB(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** LAMB on groups of parameters. */
    public LAMB(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** LAMB on groups of parameters, with options. */
    public LAMB(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected Map<String, Shape> state(Tensor p, ParameterGroup group) {
        var shapes = new LinkedHashMap<String, Shape>();
        shapes.put(FIRST, p.shape());
        shapes.put(SECOND, p.shape());
        return shapes;
    }

    @Override
    protected Tensor update(Update u) {
        Tensor p = u.parameter();
        Tensor g = u.gradient();
        Tensor first = u.state(FIRST);
        Tensor second = u.state(SECOND);
        first.copy_(first.mul(u.scalar("beta1")).add(g.mul(u.scalar((o, step) -> 1 - o.get("beta1")))));
        second.copy_(second.mul(u.scalar("beta2")).add(g.square().mul(u.scalar((o, step) -> 1 - o.get("beta2")))));
        Tensor correction1 = u.scalar((o, step) -> corrected(o, 1 - Math.pow(o.get("beta1"), step)));
        Tensor correction2 = u.scalar((o, step) -> corrected(o, 1 - Math.pow(o.get("beta2"), step)));
        Tensor r = first.div(correction1).div(second.div(correction2).sqrt().add(u.scalar("eps")));
        if (u.is("weightDecay")) {
            r = r.add(p.mul(u.scalar("weightDecay")));
        }
        Tensor step = r.mul(u.scalar("lr"));
        return p.sub(u.is("adaptive") ? step.mul(ratio(p, r)) : step);
    }

    private static double corrected(ParameterGroup group, double correction) {
        return group.get("biasCorrection") == 0 ? 1 : correction;
    }

    private static Tensor ratio(Tensor p, Tensor r) {
        Tensor ofParameter = p.square().sum().sqrt();
        Tensor ofStep = r.square().sum().sqrt();
        Tensor ratio = ofParameter.div(ofStep);
        return ratio.where(ofParameter.gt(0).logicalAnd(ofStep.gt(0)), 1);
    }
}
